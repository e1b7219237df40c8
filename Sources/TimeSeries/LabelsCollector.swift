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
        let packed = Array(bytes)
        let wasSorted = isSorted
        bytes.removeAll(keepingCapacity: true)
        lastStart = nil
        isSorted = true
        let collected = count
        count = 0
        hasDuplicates = false
        let labels = Labels(packed: packed)
        if wasSorted { return labels }
        let sorted = Labels(labels.map { ($0.name, $0.value) })
        hasDuplicates = sorted.count < collected
        return sorted
    }
}
