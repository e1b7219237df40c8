import Base

/// What is kept of an incoming heartbeat across restarts.
public struct HeartbeatRecord: Sendable, Hashable {
    /// Since when it is waited for.
    public var since: Timestamp
    /// The newest beat; nil when none ever came.
    public var last: Timestamp?
    /// Since when its silence is an alert; nil while it is none.
    public var missingSince: Timestamp?

    /// Whether its silence is an alert.
    public var isMissing: Bool { missingSince != nil }

    /// A heartbeat that is waited for since `since`.
    public init(since: Timestamp, last: Timestamp? = nil, missingSince: Timestamp? = nil) {
        self.since = since
        self.last = last
        self.missingSince = missingSince
    }

    /// As one line of text.
    public var text: String {
        [since, last, missingSince].map { $0.map { String($0.milliseconds) } ?? "-" }.joined(separator: " ")
    }

    /// Reads ``text`` back; nil when it is none.
    public init?(text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 3, let since = Int64(parts[0]) else { return nil }
        self.init(
            since: Timestamp(milliseconds: since), last: Int64(parts[1]).map { Timestamp(milliseconds: $0) },
            missingSince: Int64(parts[2]).map { Timestamp(milliseconds: $0) })
    }
}
