import Base
import TimeSeries

/// What a group on a route with an escalation policy says to the incidents at each of its flushes.
public struct IncidentSignal: Hashable, Sendable {
    /// The policy's name.
    public var policy: String
    /// The group; one incident is open for it at most.
    public var groupKey: GroupKey
    /// The receiver that the group notifies by itself.
    public var receiver: String
    /// The labels the group's alerts share.
    public var groupLabels: Labels
    /// The alerts that are not muted; none firing means that it is over.
    public var alerts: [NotifiedAlert]
    /// Whether all its firing alerts are silenced, inhibited or muted by time: it is not over, and nobody is to be told.
    public var isMuted: Bool

    /// A signal.
    public init(
        policy: String, groupKey: GroupKey, receiver: String, groupLabels: Labels, alerts: [NotifiedAlert],
        isMuted: Bool = false
    ) {
        self.policy = policy
        self.groupKey = groupKey
        self.receiver = receiver
        self.groupLabels = groupLabels
        self.alerts = alerts
        self.isMuted = isMuted
    }
}
