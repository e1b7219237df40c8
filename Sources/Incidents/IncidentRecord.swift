import Alerts
import Base
import TimeSeries

/// An incident: one episode of a group's firing that somebody must own. What is stored, and what the API shows.
public struct IncidentRecord: Hashable, Sendable {
    /// Where it stands.
    public enum State: String, Hashable, Sendable {
        case open, acknowledged, resolved
    }

    /// A notification that must still go out.
    public struct Pending: Hashable, Sendable {
        /// The step's number from 1; 0 for the news that it is over.
        public var step: Int
        /// To whom.
        public var integration: IntegrationID

        /// A notification.
        public init(step: Int, integration: IntegrationID) {
            self.step = step
            self.integration = integration
        }
    }

    /// What happened, for people.
    public struct Event: Hashable, Sendable {
        /// When.
        public var at: Timestamp
        /// One sentence.
        public var text: String

        /// An event.
        public init(at: Timestamp, text: String) {
            self.at = at
            self.text = text
        }
    }

    /// 12 hex digits.
    public var id: String
    /// The escalation policy's name.
    public var policy: String
    /// The group whose alerts it is about.
    public var groupKey: GroupKey
    /// The labels that the group's alerts share.
    public var groupLabels: Labels
    /// The receiver that the group notifies by itself.
    public var receiver: String
    /// Where it stands.
    public var state: State
    /// When it opened.
    public var openedAt: Timestamp
    /// When it was acknowledged; nil when it was not.
    public var acknowledgedAt: Timestamp?
    /// By whom.
    public var acknowledgedBy: String
    /// What they said.
    public var note: String
    /// When its alerts ended; nil while they have not.
    public var resolvedAt: Timestamp?
    /// The alerts as last heard of.
    public var alerts: [NotifiedAlert]
    /// Whether its alerts are silenced, inhibited or muted, so that steps wait.
    public var isMuted: Bool
    /// How many steps were taken.
    public var stepsTaken: Int
    /// What must still go out.
    public var pending: [Pending]
    /// Who was told by a step, and so must hear of the end.
    public var told: [IntegrationID]
    /// What happened, oldest first; at most ``eventLimit``.
    public var events: [Event]

    /// How many events are kept; the oldest but the first go.
    public static let eventLimit = 200

    /// An incident; a new one but for what is given.
    public init(
        id: String, policy: String, groupKey: GroupKey, groupLabels: Labels, receiver: String, state: State = .open,
        openedAt: Timestamp, acknowledgedAt: Timestamp? = nil, acknowledgedBy: String = "", note: String = "",
        resolvedAt: Timestamp? = nil, alerts: [NotifiedAlert], isMuted: Bool = false, stepsTaken: Int = 0,
        pending: [Pending] = [], told: [IntegrationID] = [], events: [Event] = []
    ) {
        self.id = id
        self.policy = policy
        self.groupKey = groupKey
        self.groupLabels = groupLabels
        self.receiver = receiver
        self.state = state
        self.openedAt = openedAt
        self.acknowledgedAt = acknowledgedAt
        self.acknowledgedBy = acknowledgedBy
        self.note = note
        self.resolvedAt = resolvedAt
        self.alerts = alerts
        self.isMuted = isMuted
        self.stepsTaken = stepsTaken
        self.pending = pending
        self.told = told
        self.events = events
    }

    mutating func record(_ text: String, at now: Timestamp) {
        if events.count >= Self.eventLimit { events.remove(at: 1) }
        events.append(Event(at: now, text: text))
    }
}
