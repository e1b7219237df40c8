import Base

/// Typed reading of a tree that collects everything wrong with it instead of stopping at the first.
public final class YAMLDecoding {
    /// What was wrong so far, in the order of reading.
    public private(set) var diagnostics: [Diagnostic] = []

    /// Problems kept; what is reported beyond is only counted as "more".
    static let maximumDiagnostics = 1000

    /// Whether no more problems are kept.
    var isFull: Bool { diagnostics.count >= Self.maximumDiagnostics }

    /// Whether keys that are nothing are passed over, as Go's package does for Prometheus' files, or refused.
    let passesOverNullKeys: Bool

    /// Whether a key with nothing behind it has the zero value of its type and not its default: how Go's package fills a
    /// structure that has its defaults already.
    public var readsNothingAsZero = false

    /// Starts with nothing wrong.
    public init(passesOverNullKeys: Bool = false) { self.passesOverNullKeys = passesOverNullKeys }

    /// Whether an error was reported.
    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// The diagnostics by place.
    public var sortedDiagnostics: [Diagnostic] {
        diagnostics.enumerated().sorted { left, right in
            let leftKey = (left.element.position?.line ?? 0, left.element.position?.column ?? 0, left.offset)
            let rightKey = (right.element.position?.line ?? 0, right.element.position?.column ?? 0, right.offset)
            return leftKey < rightKey
        }.map(\.element)
    }

    /// Ends the reading.
    /// - Throws: All diagnostics by place, when one of them is an error.
    public func finish() throws(Diagnostics) {
        if hasErrors { throw Diagnostics(sortedDiagnostics) }
    }

    /// Notes something wrong at `node`.
    public func report(
        _ message: String, at node: YAMLNode, severity: Diagnostic.Severity = .error, hint: String? = nil
    ) {
        if isFull { return noteMore() }
        diagnostics.append(Diagnostic(message, at: node.position, severity: severity, hint: hint))
    }

    /// Notes a diagnostic made elsewhere.
    public func report(_ diagnostic: Diagnostic) {
        if isFull { return noteMore() }
        diagnostics.append(diagnostic)
    }

    /// Once: that there is more to say than is said.
    private func noteMore() {
        if diagnostics.count == Self.maximumDiagnostics {
            diagnostics.append(Diagnostic("more than \(Self.maximumDiagnostics) problems; the rest is not listed"))
        }
    }

    /// A reader of the keys of `node`; nothing (`null`) reads as a mapping without keys. Reports any other type.
    /// - Parameter what: What it is, for messages: `rule group`, `slack_configs entry`.
    public func mapping(_ node: YAMLNode, as what: String) -> YAMLMappingReader? {
        guard node.mapping != nil || node.isNull else {
            report("\(what) must be a mapping, not \(node.typeDescription)", at: node)
            return nil
        }
        return YAMLMappingReader(node, as: what, in: self)
    }

    /// The text of a scalar of any type, as written; nil for nothing. Reports collections.
    public func string(_ node: YAMLNode, as what: String) -> String? {
        guard let scalar = node.scalar else { return mismatch(node, what, "text") }
        return scalar.isNull ? nil : scalar.text
    }

    /// A boolean, also written as `yes` or `off`; nil for nothing. Reports any other type.
    public func bool(_ node: YAMLNode, as what: String) -> Bool? {
        if node.isNull { return nil }
        return node.scalar?.boolean ?? mismatch(node, what, "true or false")
    }

    /// A whole number; nil for nothing. Reports any other type.
    public func int(_ node: YAMLNode, as what: String) -> Int? {
        if node.isNull { return nil }
        return node.scalar?.integer.map(Int.init) ?? mismatch(node, what, "a whole number")
    }

    /// A number; nil for nothing. Reports any other type.
    public func double(_ node: YAMLNode, as what: String) -> Double? {
        if node.isNull { return nil }
        return node.scalar?.double ?? mismatch(node, what, "a number")
    }

    /// A duration as Prometheus writes them (`1h30m`, `0`); nil for nothing. Reports anything else.
    public func duration(_ node: YAMLNode, as what: String) -> Duration? {
        guard let scalar = node.scalar else { return mismatch(node, what, "a duration such as 5m") }
        if scalar.isNull { return nil }
        if let duration = PrometheusDuration.parse(scalar.text) { return duration }
        report(
            "\(what) must be a duration such as 30s, 5m or 1h30m, not '\(scalar.text)'", at: node,
            hint: Self.durationHint(scalar.text))
        return nil
    }

    /// The items of a list; nil for nothing. Reports any other type.
    public func list(_ node: YAMLNode, as what: String) -> [YAMLNode]? {
        if node.isNull { return nil }
        return node.sequence ?? mismatch(node, what, "a list")
    }

    private func mismatch<Value>(_ node: YAMLNode, _ what: String, _ expected: String) -> Value? {
        report("\(what) must be \(expected), not \(node.typeDescription)", at: node)
        return nil
    }

    private static func durationHint(_ text: String) -> String? {
        guard !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { return "a unit is missing: \(text)s?" }
        return text.contains(".") ? "no fractions: 1500ms instead of 1.5s" : nil
    }
}
