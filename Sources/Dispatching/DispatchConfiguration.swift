import Alerts

/// Everything the dispatcher is told by a configuration, names already checked.
public struct DispatchConfiguration: Sendable {
    /// The routing tree.
    public var tree: RouteTree
    /// Inhibition rules.
    public var inhibitRules: [InhibitRule]
    /// `time_intervals` and `mute_time_intervals` by name.
    public var timeIntervals: [String: [TimeInterval]]
    /// What each receiver consists of.
    public var receivers: [String: [IntegrationProfile]]
    /// When an alert without an end counts as ended unless it is told again.
    public var resolveTimeout: Duration
    /// This installation's own address.
    public var externalURL: String
    /// How long ended silences and the notification log are kept.
    public var retention: Duration
    /// Whether what happens is told by ``DispatchEffect/record(_:)``.
    public var recordsEvents = false

    /// A configuration.
    public init(
        tree: RouteTree, receivers: [String: [IntegrationProfile]], inhibitRules: [InhibitRule] = [],
        timeIntervals: [String: [TimeInterval]] = [:], resolveTimeout: Duration = .seconds(300),
        externalURL: String = "", retention: Duration = .seconds(120 * 3600)
    ) {
        self.tree = tree
        self.receivers = receivers
        self.inhibitRules = inhibitRules
        self.timeIntervals = timeIntervals
        self.resolveTimeout = resolveTimeout
        self.externalURL = externalURL
        self.retention = retention
    }
}
