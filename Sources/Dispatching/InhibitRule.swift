import Alerts

/// While source alerts fire, target alerts that agree with them in some labels are not sent.
public struct InhibitRule: Hashable, Sendable {
    /// One kind of source alert.
    public struct Source: Hashable, Sendable {
        /// What makes an alert a source.
        public var matchers: [AlertMatcher]
        /// The labels in which source and target must agree; absent on both sides counts as agreeing.
        public var equal: [String]

        /// A kind of source.
        public init(matchers: [AlertMatcher], equal: [String] = []) {
            self.matchers = matchers
            self.equal = equal
        }
    }

    /// Its name, empty when it has none.
    public var name: String
    /// The sources; an alert of each must fire. Never empty.
    public private(set) var sources: [Source]
    /// Whether the sources are written as the list `sources`, which only Alertmanager 0.34 and later know.
    public private(set) var isList: Bool
    /// What makes an alert a target.
    public var targetMatchers: [AlertMatcher]

    /// A rule with one source.
    public init(
        name: String = "", sourceMatchers: [AlertMatcher], targetMatchers: [AlertMatcher], equal: [String] = []
    ) {
        self.name = name
        sources = [Source(matchers: sourceMatchers, equal: equal)]
        isList = false
        self.targetMatchers = targetMatchers
    }

    /// A rule for which an alert of every one of `sources` must fire.
    public init(name: String = "", sources: [Source], targetMatchers: [AlertMatcher]) {
        self.name = name
        self.sources = sources.isEmpty ? [Source(matchers: [])] : sources
        isList = !sources.isEmpty
        self.targetMatchers = targetMatchers
    }
}
