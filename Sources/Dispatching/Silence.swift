import Alerts
import Base
import TimeSeries

/// Keeps alerts that match from being sent for a time.
public struct Silence: Hashable, Sendable {
    /// The identifier, a UUID in practice.
    public var id: String
    /// All must hold.
    public var matchers: [AlertMatcher]
    /// From when on.
    public var startsAt: Timestamp
    /// Until when.
    public var endsAt: Timestamp
    /// When it was last changed.
    public var updatedAt: Timestamp
    /// By whom.
    public var createdBy: String
    /// Why.
    public var comment: String
    /// What tools attach to it.
    public var annotations: Labels

    /// A silence.
    public init(
        id: String = "", matchers: [AlertMatcher], startsAt: Timestamp, endsAt: Timestamp,
        updatedAt: Timestamp = .zero, createdBy: String = "", comment: String = "",
        annotations: Labels = .empty
    ) {
        self.id = id
        self.matchers = matchers
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.updatedAt = updatedAt
        self.createdBy = createdBy
        self.comment = comment
        self.annotations = annotations
    }

    /// Where it stands in its life.
    public enum State: String, Hashable, Sendable, CaseIterable {
        case pending, active, expired
    }

    /// Its state at `time`.
    public func state(at time: Timestamp) -> State {
        if time < startsAt { return .pending }
        return time < endsAt ? .active : .expired
    }

    /// Why a silence was refused.
    public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        case notFound(String), noMatchers, matchesEverything, endsBeforeStart, endsInThePast, alreadyExpired(String)
        case badMatcher(String)

        /// The sentence for the client.
        public var description: String {
            switch self {
            case .notFound: "silence not found"
            case .noMatchers: "invalid silence: at least one matcher required"
            case .matchesEverything:
                "invalid silence: matcher set 0: at least one matcher must not match the empty string"
            case .endsBeforeStart: "Failed to create silence: start time must be before end time"
            case .endsInThePast: "Failed to create silence: end time can't be in the past"
            case .alreadyExpired(let id): "silence \(id) already expired"
            case .badMatcher(let reason): "invalid silence: \(reason)"
            }
        }
    }
}
