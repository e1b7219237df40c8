import Base

/// A heartbeat that should come in, as `/api/v1/heartbeats` shows it.
public struct HeartbeatView: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// How often it should come.
    public var every: Duration
    /// How much later it may come.
    public var grace: Duration
    /// The newest one; nil when none ever came.
    public var last: Timestamp?
    /// Since when its silence is an alert; nil while it is none.
    public var missingSince: Timestamp?

    /// A heartbeat.
    public init(name: String, every: Duration, grace: Duration, last: Timestamp?, missingSince: Timestamp?) {
        self.name = name
        self.every = every
        self.grace = grace
        self.last = last
        self.missingSince = missingSince
    }
}
