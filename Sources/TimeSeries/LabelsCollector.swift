/// Puts label sets together from raw UTF-8, one after the other, without making strings.
public struct LabelsCollector: Sendable {
    private var bytes: [UInt8] = []
    private var lastStart: Int?
    private var isSorted = true
    /// Labels collected since the last call of ``finish()``, those with an empty value not counted.
    public private(set) var count = 0
    /// Whether a name occurred twice in the set that was finished last.
    public private(set) var hasDuplicates = false

    /// Nothing collected yet.
    public init() {}

    /// Adds a label; one with an empty value is left out. Names in ascending order are fastest.
    public mutating func append(name: UnsafeBufferPointer<UInt8>, value: UnsafeBufferPointer<UInt8>) {
        if value.isEmpty { return }
        if let lastStart, isSorted {
            isSorted = bytes.withUnsafeBufferPointer { all in
                var index = lastStart
                let last = Labels.span(all, &index)
                return Labels.compare(all[last], name[...]) < 0
            }
        }
        count += 1
        lastStart = bytes.count
        Labels.append(name, to: &bytes)
        Labels.append(value, to: &bytes)
    }

    /// The set collected since the last call; of equal names the last wins. Collecting begins anew.
    public mutating func finish() -> Labels {
        let wasSorted = isSorted
        let packed = wasSorted ? Array(bytes) : Self.sorted(bytes, count: count)
        bytes.removeAll(keepingCapacity: true)
        lastStart = nil
        isSorted = true
        let collected = count
        count = 0
        let labels = Labels(packed: packed)
        hasDuplicates = !wasSorted && labels.count < collected
        return labels
    }

    private static let fewLabels = 32

    /// The same for a few labels: each is put where it belongs among those before it.
    private static func sortedFew(_ bytes: [UInt8], count: Int) -> [UInt8] {
        bytes.withUnsafeBufferPointer { all in
            withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * count) { places in
                let starts = UnsafeMutableBufferPointer(rebasing: places[..<count])
                let ends = UnsafeMutableBufferPointer(rebasing: places[count...])
                var used = 0
                var index = 0
                while index < all.count {
                    let start = index
                    let name = Labels.span(all, &index)
                    _ = Labels.span(all, &index)
                    var place = used
                    while place > 0 {
                        var other = starts[place - 1]
                        let order = Labels.compare(all[Labels.span(all, &other)], all[name])
                        if order < 0 { break }
                        place -= 1
                        if order == 0 {
                            // Of equal names the later one stands for both.
                            used -= 1
                            for moved in place..<used {
                                starts[moved] = starts[moved + 1]
                                ends[moved] = ends[moved + 1]
                            }
                            break
                        }
                    }
                    for moved in stride(from: used, to: place, by: -1) {
                        starts[moved] = starts[moved - 1]
                        ends[moved] = ends[moved - 1]
                    }
                    starts[place] = start
                    ends[place] = index
                    used += 1
                }
                var out: [UInt8] = []
                out.reserveCapacity(all.count)
                for place in 0..<used {
                    out.append(contentsOf: UnsafeBufferPointer(rebasing: all[starts[place]..<ends[place]]))
                }
                return out
            }
        }
    }

    /// The labels in the order of their names; of equal names the last.
    private static func sorted(_ bytes: [UInt8], count: Int) -> [UInt8] {
        if count <= fewLabels { return sortedFew(bytes, count: count) }
        return bytes.withUnsafeBufferPointer { all in
            var spans: [(name: Range<Int>, whole: Range<Int>)] = []
            var index = 0
            while index < all.count {
                let start = index
                let name = Labels.span(all, &index)
                _ = Labels.span(all, &index)
                spans.append((name, start..<index))
            }
            spans.sort { left, right in
                let order = Labels.compare(all[left.name], all[right.name])
                return order != 0 ? order < 0 : left.whole.lowerBound < right.whole.lowerBound
            }
            var out: [UInt8] = []
            out.reserveCapacity(all.count)
            for (place, span) in spans.enumerated() {
                let isRepeated =
                    place + 1 < spans.count && Labels.compare(all[span.name], all[spans[place + 1].name]) == 0
                if !isRepeated { out.append(contentsOf: all[span.whole]) }
            }
            return out
        }
    }
}
