import Base

extension Labels {
    /// Why a set of labels cannot be that of a series.
    public enum Flaw: Hashable, Sendable {
        /// There is no metric name.
        case noMetricName
        /// A label has a value and no name.
        case emptyName
        /// A text is not UTF-8.
        case invalidText
    }

    /// What is wrong with the set as that of a series from outside; nil when nothing is. O(n).
    public var flaw: Flaw? {
        var hasMetricName = false
        var flaw: Flaw?
        forEachUTF8 { name, value in
            if name.isEmpty { flaw = .emptyName }
            if name.count == 8, name.elementsEqual("__name__".utf8) { hasMetricName = true }
            if !Self.isText(name) || !Self.isText(value) { flaw = flaw ?? .invalidText }
        }
        return flaw ?? (hasMetricName ? nil : .noMetricName)
    }

    private static func isText(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }

    /// All labels in braces, the metric's name among them: `{__name__="a", b="c"}`, as Prometheus' storage tells of a
    /// series.
    public var shown: String { Self.shown(self) }

    /// The same of pairs that are no set of labels.
    public static func shown(_ pairs: some Sequence<(name: String, value: String)>) -> String {
        let parts = pairs.map { (LabelName.isLegacy($0) ? $0 : GoQuote.quoted($0)) + "=" + GoQuote.quoted($1) }
        return "{" + parts.joined(separator: ", ") + "}"
    }
}
