/// Label names sorted once, for grouping many label sets by them.
public struct LabelNames: Hashable, Sendable {
    /// Sorted by UTF-8, each once.
    public let names: [String]
    let utf8: [[UInt8]]

    /// Sorts `names` and drops doubles.
    public init(_ names: some Sequence<String>) {
        self.names = Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        utf8 = self.names.map { Array($0.utf8) }
    }

    /// Whether `name` is one of them.
    public func contains(_ name: String) -> Bool { names.contains(name) }
}

extension Labels {
    /// Only the labels called `names`: `by (…)`, `on (…)`.
    public func keeping(_ names: LabelNames) -> Labels { filtered { Self.isIn(names, $0) } }

    /// All labels but those called `names`.
    public func dropping(_ names: LabelNames) -> Labels { filtered { !Self.isIn(names, $0) } }

    /// All labels but the metric's name and those called `names`: `without (…)`, `ignoring (…)`.
    public func droppingMetricNameAnd(_ names: LabelNames) -> Labels {
        filtered { !Self.isIn(names, $0) && !Self.isMetricName($0) }
    }

    /// All labels but the metric's name.
    public var droppingMetricName: Labels {
        // The name sorts early, yet labels such as `A` come before it.
        filtered { !Self.isMetricName($0) }
    }

    /// This set with `name` set to `value`, or without it when `value` is empty. O(n).
    public func setting(_ name: String, to value: String) -> Labels {
        var name = name
        var changed: [UInt8] = []
        changed.reserveCapacity(byteCount + name.utf8.count + value.utf8.count + 2)
        name.withUTF8 { wanted in
            bytes.withUnsafeBufferPointer { all in
                var isPlaced = value.isEmpty
                var index = 0
                while index < all.count {
                    let start = index
                    let found = UnsafeBufferPointer(rebasing: all[Self.span(all, &index)])
                    _ = Self.span(all, &index)
                    let isSame = found.count == wanted.count && found.elementsEqual(wanted)
                    if !isPlaced, isSame || wanted.lexicographicallyPrecedes(found) {
                        Self.append(wanted, to: &changed)
                        Self.append(value, to: &changed)
                        isPlaced = true
                    }
                    if !isSame { changed.append(contentsOf: UnsafeBufferPointer(rebasing: all[start..<index])) }
                }
                if !isPlaced {
                    Self.append(wanted, to: &changed)
                    Self.append(value, to: &changed)
                }
            }
        }
        return Labels(packed: changed)
    }

    /// Hash over only the labels called `names`; equal where ``keeping(_:)`` is equal.
    public func hash(keeping names: LabelNames) -> UInt64 { partialHash { Self.isIn(names, $0) } }

    /// Hash over all labels but the metric's name and those called `names`.
    public func hash(droppingMetricNameAnd names: LabelNames) -> UInt64 {
        partialHash { !Self.isIn(names, $0) && !Self.isMetricName($0) }
    }

    private func partialHash(_ isWanted: (UnsafeBufferPointer<UInt8>) -> Bool) -> UInt64 {
        var hash = StableHash.seed
        bytes.withUnsafeBufferPointer { all in
            var index = 0
            while index < all.count {
                let start = index
                let name = Self.span(all, &index)
                _ = Self.span(all, &index)
                if isWanted(.init(rebasing: all[name])) {
                    hash = StableHash.combine(
                        hash, UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(all)[start..<index]))
                }
            }
        }
        return hash
    }

    private func filtered(_ isWanted: (UnsafeBufferPointer<UInt8>) -> Bool) -> Labels {
        var kept: [UInt8] = []
        var dropped = false
        bytes.withUnsafeBufferPointer { all in
            kept.reserveCapacity(all.count)
            var index = 0
            while index < all.count {
                let start = index
                let name = Self.span(all, &index)
                _ = Self.span(all, &index)
                if isWanted(.init(rebasing: all[name])) {
                    kept.append(contentsOf: UnsafeBufferPointer(rebasing: all[start..<index]))
                } else {
                    dropped = true
                }
            }
        }
        return dropped ? Labels(packed: kept) : self
    }

    private static func isIn(_ names: LabelNames, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        names.utf8.contains { wanted in
            wanted.count == name.count && wanted.withUnsafeBufferPointer { equal(name, 0..<name.count, $0) }
        }
    }

    private static func isMetricName(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        name.count == 8 && name.elementsEqual("__name__".utf8)
    }
}

/// Changes a label set label by label.
public struct LabelsBuilder: Sendable {
    private var values: [String: String]

    /// Begins with `labels`.
    public init(_ labels: Labels = .empty) {
        values = Dictionary(labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// A label's value; setting it to nil or an empty text takes the label away.
    public subscript(name: String) -> String? {
        get { values[name] }
        set { values[name] = newValue?.isEmpty == true ? nil : newValue }
    }

    /// The set as it is now.
    public var labels: Labels { Labels(values.map { ($0.key, $0.value) }) }
}
