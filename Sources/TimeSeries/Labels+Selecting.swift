/// Label names sorted once, for grouping many label sets by them.
public struct LabelNames: Hashable, Sendable {
    /// Sorted by UTF-8, each once.
    public let names: [String]
    /// The UTF-8 of all names, one behind the other.
    private let utf8: [UInt8]
    /// Where each name ends.
    private let ends: [Int]
    /// A bit for each length that a name has; names of 63 bytes and more share the last one.
    private let lengths: UInt64

    /// Sorts `names` and drops doubles.
    public init(_ names: some Sequence<String>) {
        self.names = Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var utf8: [UInt8] = []
        var ends: [Int] = []
        var lengths: UInt64 = 0
        for name in self.names {
            utf8.append(contentsOf: name.utf8)
            ends.append(utf8.count)
            lengths |= 1 << UInt64(min(63, name.utf8.count))
        }
        self.utf8 = utf8
        self.ends = ends
        self.lengths = lengths
    }

    /// Calls `body` with a quick answer to whether some UTF-8 is one of the names.
    @inline(__always)
    func withLookup<Result>(_ body: ((UnsafeBufferPointer<UInt8>) -> Bool) -> Result) -> Result {
        utf8.withUnsafeBufferPointer { utf8 in
            ends.withUnsafeBufferPointer { ends in
                body { name in
                    if lengths & (1 << UInt64(min(63, name.count))) == 0 { return false }
                    var start = 0
                    for end in ends {
                        if end - start == name.count, Labels.equal(utf8, start..<end, name) { return true }
                        start = end
                    }
                    return false
                }
            }
        }
    }

    /// Whether `name` is one of them.
    public func contains(_ name: String) -> Bool { names.contains(name) }
}

extension Labels {
    /// Only the labels called `names`: `by (…)`, `on (…)`.
    public func keeping(_ names: LabelNames) -> Labels { names.withLookup { isIn in filtered { isIn($0) } } }

    /// All labels but those called `names`.
    public func dropping(_ names: LabelNames) -> Labels { names.withLookup { isIn in filtered { !isIn($0) } } }

    /// All labels but the metric's name and those called `names`: `without (…)`, `ignoring (…)`.
    public func droppingMetricNameAnd(_ names: LabelNames) -> Labels {
        names.withLookup { isIn in filtered { !isIn($0) && !Self.isMetricName($0) } }
    }

    /// All labels but the metric's name.
    public var droppingMetricName: Labels {
        // The name sorts early, yet labels such as `A` come before it.
        filtered { !Self.isMetricName($0) }
    }

    /// The labels that `other` has with the same value; one with an empty value also where `other` lacks it. O(n + m).
    public func sharing(with other: Labels) -> Labels {
        if bytes == other.bytes { return self }
        var kept: [UInt8] = []
        bytes.withUnsafeBufferPointer { all in
            other.bytes.withUnsafeBufferPointer { others in
                var index = 0
                var place = 0
                while index < all.count {
                    let start = index
                    let name = Self.span(all, &index)
                    let value = Self.span(all, &index)
                    var isShared = value.isEmpty
                    while place < others.count {
                        var next = place
                        let order = Self.compare(others[Self.span(others, &next)], all[name])
                        if order > 0 { break }
                        let found = Self.span(others, &next)
                        place = next
                        if order == 0 {
                            isShared = Self.compare(others[found], all[value]) == 0
                            break
                        }
                    }
                    if isShared { kept.append(contentsOf: UnsafeBufferPointer(rebasing: all[start..<index])) }
                }
            }
        }
        return kept.count == bytes.count ? self : Labels(packed: kept)
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
    public func hash(keeping names: LabelNames) -> UInt64 {
        names.withLookup { isIn in partialHash { isIn($0) } }
    }

    /// Hash over all labels but the metric's name and those called `names`.
    public func hash(droppingMetricNameAnd names: LabelNames) -> UInt64 {
        names.withLookup { isIn in partialHash { !isIn($0) && !Self.isMetricName($0) } }
    }

    @inline(__always)
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

    @inline(__always)
    private func filtered(_ isWanted: (UnsafeBufferPointer<UInt8>) -> Bool) -> Labels {
        var count = 0
        let kept = bytes.withUnsafeBufferPointer { all in
            [UInt8](unsafeUninitializedCapacity: all.count) { kept, written in
                guard let source = all.baseAddress, let target = kept.baseAddress else { return }
                var index = 0
                while index < all.count {
                    let start = index
                    let name = Self.span(all, &index)
                    _ = Self.span(all, &index)
                    guard isWanted(.init(rebasing: all[name])) else { continue }
                    (target + count).initialize(from: source + start, count: index - start)
                    count += index - start
                }
                written = count
            }
        }
        return count < bytes.count ? Labels(packed: kept) : self
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

extension Labels {
    /// These labels without those that have no value; the same bytes when there are none. O(n).
    public var withoutEmptyValues: Labels {
        var hasEmpty = false
        forEachSpan { _, value in if value.isEmpty { hasEmpty = true } }
        return hasEmpty ? Labels(map { ($0.name, $0.value) }) : self
    }
}
