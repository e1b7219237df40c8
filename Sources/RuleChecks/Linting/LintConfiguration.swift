import Base
import RegularExpressions

/// Which checks run and what they demand: `.ruleval-lint.yml`, or the defaults where there is none.
public struct LintConfiguration: Sendable {
    /// A label or annotation that rules must have, and what its text must look like as a whole.
    public struct Requirement: Sendable {
        /// The label's or annotation's name.
        public var name: String
        /// Fits the whole text.
        public var pattern: RegularExpression
    }

    /// Patterns that names must fit as a whole; nil where any will do.
    public struct Names: Sendable {
        /// Alerts.
        public var alert: RegularExpression?
        /// Recorded metrics.
        public var recording: RegularExpression?
        /// Groups.
        public var group: RegularExpression?
    }

    /// The file it was read from; nil for the defaults.
    public var path: String?
    /// What was switched on or off by name.
    public var switches: [String: Bool] = [:]
    /// How bad the findings of a check are.
    public var severities: [String: Diagnostic.Severity] = [:]
    /// Numbers of checks that were set: by check, then by threshold.
    public var thresholds: [String: [String: Double]] = [:]
    /// Labels of every alert.
    public var requiredLabels: [Requirement] = []
    /// Annotations of every alert.
    public var requiredAnnotations: [Requirement] = []
    /// What names must look like.
    public var names = Names()
    /// How often groups are evaluated that do not say so; nil when nobody knows.
    public var evaluationInterval: Duration?

    /// The defaults.
    public init() {}

    /// Whether the check runs; those that need a server also wait for one.
    public func isOn(_ check: CheckDescription) -> Bool {
        if let isOn = switches[check.name] { return isOn }
        if case .houseStyle = check.mode { return false }
        return true
    }

    /// How bad the check's findings are.
    public func severity(of check: CheckDescription) -> Diagnostic.Severity { severities[check.name] ?? check.severity }

    /// A number of a check: as configured, else its default.
    func threshold(_ name: String, of check: CheckDescription) -> Double {
        thresholds[check.name]?[name] ?? check.thresholds.first { $0.name == name }?.value ?? 0
    }
}
