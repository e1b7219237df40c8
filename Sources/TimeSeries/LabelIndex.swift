/// Which series have which labels: name → value → series, each list ascending.
struct LabelIndex {
    private var lists: [String: [String: [Int32]]] = [:]

    /// All label names, in no order.
    var names: some Sequence<String> { lists.keys }

    /// All values of a label, in no order.
    func values(of name: String) -> some Sequence<String> { (lists[name] ?? [:]).keys }

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

    /// Series among which all are that `matchers` can accept, and the matchers that are yet to be asked; nil for the
    /// series when nothing narrows them down.
    func candidates(_ matchers: [LabelMatcher]) -> (ids: [Int32]?, open: [LabelMatcher]) {
        var best: [Int32]?
        var bestPlace: Int?
        for (place, matcher) in matchers.enumerated() where matcher.operation == .equal && !matcher.value.isEmpty {
            guard let ids = lists[matcher.name]?[matcher.value] else { return ([], []) }
            if best == nil || ids.count < (best?.count ?? 0) {
                best = ids
                bestPlace = place
            }
        }
        if best == nil {
            for (place, matcher) in matchers.enumerated() where !matcher.matchesEmpty {
                let found = (lists[matcher.name] ?? [:]).filter { matcher.matches(value: $0.key) }
                best = found.count == 1 ? found.first?.value : found.values.flatMap { $0 }.sorted()
                bestPlace = place
                break
            }
        }
        var open = matchers
        if let bestPlace { open.remove(at: bestPlace) }
        return (best, open)
    }
}
