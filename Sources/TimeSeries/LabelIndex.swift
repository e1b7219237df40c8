/// Which series have which labels: name → value → series, each list ascending.
struct LabelIndex {
    private var lists: [String: [String: [Int32]]] = [:]

    /// All label names, in no order.
    var names: some Sequence<String> { lists.keys }

    /// All values of a label, in no order.
    func values(of name: String) -> some Sequence<String> { (lists[name] ?? [:]).keys }

    /// Counts values, bytes and series of each label.
    func count(into overview: inout StoreOverview) {
        for (name, values) in lists {
            overview.labelPairs += values.count
            overview.valuesOfLabels.append((name, values.count))
            overview.bytesOfLabels.append((name, values.reduce(0) { $0 + $1.key.utf8.count * $1.value.count }))
            for (value, ids) in values {
                overview.seriesOfPairs.append(("\(name)=\(value)", ids.count))
                if name == Labels.metricName { overview.seriesOfMetrics.append((value, ids.count)) }
            }
        }
    }

    /// Adds a series with an id above all others.
    mutating func insert(_ id: Int32, _ labels: Labels) {
        for (name, value) in labels { lists[name, default: [:]][value, default: []].append(id) }
    }

    /// Takes series out.
    mutating func remove(_ ids: Set<Int32>, _ labels: some Sequence<Labels>) {
        var touched: [String: Set<String>] = [:]
        for set in labels {
            for (name, value) in set { touched[name, default: []].insert(value) }
        }
        for (name, values) in touched {
            for value in values {
                lists[name]?[value]?.removeAll { ids.contains($0) }
                if lists[name]?[value]?.isEmpty == true { lists[name]?[value] = nil }
            }
            if lists[name]?.isEmpty == true { lists[name] = nil }
        }
    }

    /// Gives all series new ids, in the same order: `ids` has the new one at the place of the former one.
    mutating func renumber(_ ids: [Int32]) {
        lists = lists.mapValues { values in values.mapValues { list in list.map { ids[Int($0)] } } }
    }

    /// Series among which all are that `matchers` can accept, and the matchers that are yet to be asked; nil for the
    /// series when nothing narrows them down.
    ///
    /// A matcher is asked about the values of its label where those are fewer than the series that are left.
    func candidates(_ matchers: [LabelMatcher]) -> (ids: [Int32]?, open: [LabelMatcher]) {
        var ids: [Int32]?
        var rest: [LabelMatcher] = []
        for matcher in matchers {
            guard matcher.operation == .equal, !matcher.value.isEmpty else {
                rest.append(matcher)
                continue
            }
            guard let found = lists[matcher.name]?[matcher.value] else { return ([], []) }
            ids = ids.map { Self.intersection($0, found) } ?? found
        }
        var open: [LabelMatcher] = []
        // What demands a value first: it narrows down.
        for matcher in rest.filter({ !$0.matchesEmpty }) + rest.filter(\.matchesEmpty) {
            let values = lists[matcher.name] ?? [:]
            guard values.count <= ids?.count ?? .max else {
                open.append(matcher)
                continue
            }
            if matcher.matchesEmpty {
                guard let left = ids else {
                    open.append(matcher)
                    continue
                }
                ids = Self.difference(left, Self.union(values.filter { !matcher.matches(value: $0.key) }.map(\.value)))
            } else {
                let wanted = Self.union(values.filter { matcher.matches(value: $0.key) }.map(\.value))
                ids = ids.map { Self.intersection($0, wanted) } ?? wanted
            }
            if ids?.isEmpty == true { return ([], []) }
        }
        return (ids, open)
    }

    private static func union(_ lists: [[Int32]]) -> [Int32] {
        if lists.count == 1 { return lists[0] }
        // A series has one value of a label: no id stands in two lists.
        return lists.flatMap { $0 }.sorted()
    }

    private static func intersection(_ a: [Int32], _ b: [Int32]) -> [Int32] {
        let (few, many) = a.count < b.count ? (a, b) : (b, a)
        var common: [Int32] = []
        common.reserveCapacity(few.count)
        var place = 0
        for id in few {
            place = advance(place, in: many, to: id)
            if place < many.count, many[place] == id { common.append(id) }
        }
        return common
    }

    private static func difference(_ a: [Int32], _ b: [Int32]) -> [Int32] {
        if b.isEmpty { return a }
        var left: [Int32] = []
        left.reserveCapacity(a.count)
        var place = 0
        for id in a {
            place = advance(place, in: b, to: id)
            if place == b.count || b[place] != id { left.append(id) }
        }
        return left
    }

    /// The first place from `place` on whose id is not below `id`: steps that grow, then halving.
    @inline(__always)
    private static func advance(_ place: Int, in ids: [Int32], to id: Int32) -> Int {
        var low = place
        var stride = 1
        while low + stride < ids.count, ids[low + stride] < id {
            low += stride
            stride *= 2
        }
        var high = Swift.min(ids.count, low + stride)
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
