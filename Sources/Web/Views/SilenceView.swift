import Alerts
import Base
import TimeSeries

/// A silence as a client posts it.
public struct PostedSilence: Sendable {
    /// The silence to change; empty for a new one.
    public var id: String
    /// All must hold, in the client's order.
    public var matchers: [AlertMatcher]
    /// From when on.
    public var startsAt: Timestamp
    /// Until when.
    public var endsAt: Timestamp
    /// By whom.
    public var createdBy: String
    /// Why.
    public var comment: String
    /// What tools attach to it.
    public var annotations: Labels

    /// A silence.
    public init(
        id: String = "", matchers: [AlertMatcher], startsAt: Timestamp, endsAt: Timestamp, createdBy: String,
        comment: String, annotations: Labels = .empty
    ) {
        self.id = id
        self.matchers = matchers
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.createdBy = createdBy
        self.comment = comment
        self.annotations = annotations
    }
}

/// A silence as `/api/v2/silences` shows it.
public struct SilenceView: Sendable {
    /// What was posted, the identifier filled in.
    public var silence: PostedSilence
    /// `pending`, `active` or `expired`.
    public var state: String
    /// When it was last changed.
    public var updatedAt: Timestamp

    /// A silence.
    public init(_ silence: PostedSilence, state: String, updatedAt: Timestamp) {
        self.silence = silence
        self.state = state
        self.updatedAt = updatedAt
    }
}
