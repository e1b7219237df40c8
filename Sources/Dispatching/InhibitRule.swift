import Alerts

/// While a source alert fires, target alerts that agree with it in some labels are not sent.
public struct InhibitRule: Hashable, Sendable {
    /// Its name, empty when it has none.
    public var name: String
    /// What makes an alert a source.
    public var sourceMatchers: [AlertMatcher]
    /// What makes an alert a target.
    public var targetMatchers: [AlertMatcher]
    /// The labels in which both must agree; absent on both sides counts as agreeing.
    public var equal: [String]

    /// A rule.
    public init(
        name: String = "", sourceMatchers: [AlertMatcher], targetMatchers: [AlertMatcher], equal: [String] = []
    ) {
        self.name = name
        self.sourceMatchers = sourceMatchers
        self.targetMatchers = targetMatchers
        self.equal = equal
    }
}
