import RegularExpressions
import TimeSeries

/// One step of relabelling.
///
/// - Source: prometheus/prometheus model/relabel, Config.
public struct RelabelRule: Sendable {
    /// What a step does.
    public enum Action: String, Sendable, CaseIterable {
        case replace, keep, drop, keepequal, dropequal, hashmod, labelmap, labeldrop, labelkeep, lowercase, uppercase
    }

    /// What it does.
    public var action: Action = .replace
    /// Whose values are joined.
    public var sourceLabels: [String] = []
    /// What stands between the joined values.
    public var separator = ";"
    /// Which label it sets, may contain `$1`.
    public var targetLabel = ""
    /// What the joined values, or label names, must match as a whole.
    public var regex: RegularExpression
    /// What a label is set to, may contain `$1`.
    public var replacement = "$1"
    /// For `hashmod`.
    public var modulus: UInt64 = 0

    /// The expression that matches everything.
    public static let defaultRegex = "(.*)"

    /// A step that does nothing yet but what its defaults say.
    /// - Throws: ``RegularExpressionError`` when `regex` does not compile.
    public init(_ action: Action = .replace, regex: String = Self.defaultRegex) throws(RegularExpressionError) {
        self.action = action
        self.regex = try RegularExpression(regex, anchored: true)
    }
}
