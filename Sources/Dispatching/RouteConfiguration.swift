import Alerts
import TimeSeries

/// A route as it is written: what is nil is taken from the parent.
public struct RouteConfiguration: Hashable, Sendable {
    /// Which labels make a group.
    public enum Grouping: Hashable, Sendable {
        /// `group_by: ['...']`: every alert is a group.
        case allLabels
        /// These labels; none means one group for the whole route.
        case labels([String])
    }

    /// All of `matchers`, `match` and `match_re`.
    public var matchers: [AlertMatcher] = []
    /// The receiver's name.
    public var receiver: String?
    /// `group_by`.
    public var grouping: Grouping?
    /// How long a new group waits for company.
    public var groupWait: Duration?
    /// How often a group looks whether there is news.
    public var groupInterval: Duration?
    /// After how long the same news is told again.
    public var repeatInterval: Duration?
    /// Whether siblings behind this route are tried too.
    public var continues = false
    /// Names of intervals in which nothing is sent.
    public var muteTimeIntervals: [String] = []
    /// Names of intervals outside which nothing is sent; none means always.
    public var activeTimeIntervals: [String] = []
    /// `labels`: what templates and webhooks are told of the route.
    public var labels = Labels.empty
    /// The escalation policy; an empty name takes an inherited one away.
    public var escalationPolicy: String?
    /// The routes below.
    public var routes: [RouteConfiguration] = []

    /// A route that says nothing of its own.
    public init() {}
}
