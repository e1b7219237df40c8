import Base
import TimeSeries

/// An incident as the API shows it.
public struct IncidentView: Sendable {
    /// What `ack` names.
    public var id: String
    /// `open`, `acknowledged`, `resolved`.
    public var status: String
    /// One line for people.
    public var title: String
    /// The key of the aggregation group it came from.
    public var groupKey: String
    /// The labels that its alerts share.
    public var labels: Labels
    /// How many of its alerts fire.
    public var firingAlerts: Int
    /// The escalation policy that it follows, if any.
    public var policy: String?
    /// The last step of the policy that was taken, counted from 1; 0 when none was.
    public var step: Int
    /// When it began.
    public var openedAt: Timestamp
    /// When somebody took care.
    public var acknowledgedAt: Timestamp?
    /// Who that is.
    public var acknowledgedBy: String?
    /// When it was over.
    public var resolvedAt: Timestamp?
    /// When the next step is due, if one is.
    public var nextEscalationAt: Timestamp?
    /// What the one who acknowledged said; empty when nothing.
    public var note: String
    /// What happened, oldest first.
    public var events: [Event]

    /// Something that happened to an incident.
    public struct Event: Sendable, Hashable {
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

    /// An incident.
    public init(
        id: String, status: String, title: String, groupKey: String, labels: Labels, firingAlerts: Int,
        policy: String? = nil, step: Int = 0, openedAt: Timestamp, acknowledgedAt: Timestamp? = nil,
        acknowledgedBy: String? = nil, resolvedAt: Timestamp? = nil, nextEscalationAt: Timestamp? = nil,
        note: String = "", events: [Event] = []
    ) {
        self.id = id
        self.status = status
        self.title = title
        self.groupKey = groupKey
        self.labels = labels
        self.firingAlerts = firingAlerts
        self.policy = policy
        self.step = step
        self.openedAt = openedAt
        self.acknowledgedAt = acknowledgedAt
        self.acknowledgedBy = acknowledgedBy
        self.resolvedAt = resolvedAt
        self.nextEscalationAt = nextEscalationAt
        self.note = note
        self.events = events
    }
}
