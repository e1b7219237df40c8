import Base

/// A set of labels, sorted by name, packed into one array of bytes with its hash.
///
/// Equality compares the hash first, so a set is a cheap key; copies share their bytes. A label with an empty value is
/// the same as no label for matching, and the builders leave it out; ``init(keepingEmpty:)`` keeps it where an original
/// text must be shown.
///
/// - Layout: for each label name and value, each as a length (one byte, or 255 and four bytes) and UTF-8.
public struct Labels: Hashable, Sendable {
    @usableFromInline let bytes: [UInt8]
    /// A hash over all names and values; equal for equal sets in every process.
    public let hash: UInt64

    /// No labels.
    public static let empty = Labels(packed: [])

    /// The name of the label that holds a metric's name.
    public static let metricName = "__name__"
    /// The name of the label that holds an alert's name.
    public static let alertName = "alertname"

    /// A set of these labels; empty values are left out, of equal names the last wins.
    public init(_ pairs: some Sequence<(String, String)>) { self.init(pairs, keepEmpty: false) }

    /// A set of these labels; empty values are kept.
    public init(keepingEmpty pairs: some Sequence<(String, String)>) { self.init(pairs, keepEmpty: true) }

    private init(_ pairs: some Sequence<(String, String)>, keepEmpty: Bool) {
        var sorted = Array(pairs)
        if sorted.count > 1 {
            var ordered = true
            for index in 1..<sorted.count where !Self.less(sorted[index - 1].0, sorted[index].0) {
                ordered = false
                break
            }
            if !ordered {
                var last: [String: String] = [:]
                for (name, value) in sorted { last[name] = value }
                sorted = last.map { ($0.key, $0.value) }.sorted { Self.less($0.0, $1.0) }
            }
        }
        var bytes: [UInt8] = []
        for (name, value) in sorted where keepEmpty || !value.isEmpty {
            Self.append(name, to: &bytes)
            Self.append(value, to: &bytes)
        }
        self.init(packed: bytes)
    }

    @usableFromInline init(packed bytes: [UInt8]) {
        self.bytes = bytes
        hash = bytes.withUnsafeBytes { StableHash.hash($0) }
    }

    /// Whether there are no labels.
    public var isEmpty: Bool { bytes.isEmpty }

    /// How many labels there are. O(n).
    public var count: Int {
        var count = 0
        forEachSpan { _, _ in count += 1 }
        return count
    }

    /// The value of the label `name`, nil when there is none. O(n).
    public subscript(name: String) -> String? {
        var name = name
        return name.withUTF8 { wanted in
            bytes.withUnsafeBufferPointer { all in
                guard let span = Self.find(wanted, in: all) else { return nil }
                return String(decoding: all[span], as: UTF8.self)
            }
        }
    }

    /// The value of the label `name`, empty when there is none: what matching looks at. O(n).
    public func value(of name: String) -> String { self[name] ?? "" }

    /// Calls `body` with the UTF-8 of the value of `name` (empty when absent), without making a string. O(n).
    public func withValue<Result>(of name: String, _ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows
        -> Result
    {
        var name = name
        return try name.withUTF8 { wanted in
            try bytes.withUnsafeBufferPointer { all in
                guard let span = Self.find(wanted, in: all) else { return try body(.init(start: nil, count: 0)) }
                return try body(.init(rebasing: all[span]))
            }
        }
    }

    /// The metric's name, empty when there is none.
    public var metricName: String { value(of: Self.metricName) }

    /// Whether there is a label `name`.
    public func contains(_ name: String) -> Bool { self[name] != nil }

    /// Whether one label has no name; it comes first.
    public var hasEmptyName: Bool { bytes.first == 0 }

    /// Equal sets are equal whatever order they were given in.
    public static func == (left: Labels, right: Labels) -> Bool { left.hash == right.hash && left.bytes == right.bytes }

    /// Feeds the hash made once at construction.
    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }

    /// Bytes this set holds in memory, its array's header not counted.
    public var byteCount: Int { bytes.count }

    /// Whether a search for one name, which is O(n), should not be made for many names.
    public var isLongToSearch: Bool { bytes.count > 1 << 15 }
}

extension Labels {
    /// As Alertmanager orders label sets: fewer labels first; of as many, at the first name that they do not share, the
    /// set without it, or at the first value that differs, the lesser.
    ///
    /// - Source: observed on Alertmanager 0.33.1.
    public static func fewerFirst(_ left: Labels, _ right: Labels) -> Bool {
        let counts = (left.count, right.count)
        if counts.0 != counts.1 { return counts.0 < counts.1 }
        return left.bytes.withUnsafeBufferPointer { a in
            right.bytes.withUnsafeBufferPointer { b in
                var i = 0
                var j = 0
                while i < a.count, j < b.count {
                    let names = compare(a[span(a, &i)], b[span(b, &j)])
                    // The lesser name is one that the other set lacks.
                    if names != 0 { return names > 0 }
                    let values = compare(a[span(a, &i)], b[span(b, &j)])
                    if values != 0 { return values < 0 }
                }
                return false
            }
        }
    }
}

extension Labels: Comparable {
    /// Label by label: names first, then values; a set that is the beginning of another comes first.
    ///
    /// - Source: prometheus/prometheus model/labels, Compare.
    public static func < (left: Labels, right: Labels) -> Bool {
        left.bytes.withUnsafeBufferPointer { a in
            right.bytes.withUnsafeBufferPointer { b in
                // Where the first byte differs; before it both have the same names and values.
                let place = firstDifference(a, b)
                guard place < Swift.min(a.count, b.count) else { return a.count < b.count }
                var index = 0
                while true {
                    let start = index
                    let first = span(a, &index)
                    if index <= place { continue }
                    index = start
                    return compare(a[first], b[span(b, &index)]) < 0
                }
            }
        }
    }

    /// The number of bytes that both begin with.
    private static func firstDifference(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
        let common = Swift.min(a.count, b.count)
        let (rawA, rawB) = (UnsafeRawBufferPointer(a), UnsafeRawBufferPointer(b))
        var index = 0
        while index + 8 <= common {
            let difference =
                rawA.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
                ^ rawB.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
            if difference != 0 { return index + difference.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < common, a[index] == b[index] { index += 1 }
        return index
    }
}

extension Labels: ExpressibleByDictionaryLiteral {
    /// `["job": "api"]`; empty values are left out.
    public init(dictionaryLiteral elements: (String, String)...) { self.init(elements) }
}

extension Labels: Sequence {
    /// One label: a name and a value.
    public typealias Element = (name: String, value: String)

    /// Walks the labels in the order of their names.
    public struct Iterator: IteratorProtocol {
        private let bytes: [UInt8]
        private var index = 0

        fileprivate init(_ bytes: [UInt8]) { self.bytes = bytes }

        /// The next label.
        public mutating func next() -> Element? {
            guard index < bytes.count else { return nil }
            return bytes.withUnsafeBufferPointer { all in
                let name = Labels.span(all, &index)
                let value = Labels.span(all, &index)
                return (String(decoding: all[name], as: UTF8.self), String(decoding: all[value], as: UTF8.self))
            }
        }
    }

    /// Walks the labels in the order of their names.
    public func makeIterator() -> Iterator { Iterator(bytes) }
}

extension Labels: CustomStringConvertible {
    /// `name{a="b"}`, `{a="b"}` or `name`, values and odd names quoted as Prometheus does.
    public var description: String {
        var name = ""
        var inside: [String] = []
        for (label, value) in self {
            if label == Self.metricName, LabelName.isLegacyMetricName(value) {
                name = value
            } else if label == Self.metricName {
                inside.insert(GoQuote.quoted(value), at: 0)
            } else {
                inside.append((LabelName.isLegacy(label) ? label : GoQuote.quoted(label)) + "=" + GoQuote.quoted(value))
            }
        }
        if inside.isEmpty { return name.isEmpty ? "{}" : name }
        return name + "{" + inside.joined(separator: ", ") + "}"
    }

    /// `{__name__="name", a="b"}`: the name as a label among the others, as in some of Prometheus' errors.
    public var bracedText: String {
        let pairs = map { name, value in
            (LabelName.isLegacy(name) ? name : GoQuote.quoted(name)) + "=" + GoQuote.quoted(value)
        }
        return "{" + pairs.joined(separator: ", ") + "}"
    }
}
