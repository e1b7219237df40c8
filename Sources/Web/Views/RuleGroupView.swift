import Base
import Ruler
import TimeSeries

/// A rule group as `/api/v1/rules` shows it.
public struct RuleGroupView: Sendable {
    /// The group's name.
    public var name: String
    /// The rule file's path.
    public var file: String
    /// The interval in force.
    public var interval: Duration
    /// The most series or alerts a rule may give; 0 is no limit.
    public var limit: Int
    /// How long the last evaluation took.
    public var evaluationTime: Duration
    /// nil before the first.
    public var lastEvaluation: Timestamp?
    /// In the order of evaluation.
    public var rules: [RuleView]

    /// A group.
    public init(
        name: String, file: String, interval: Duration, limit: Int = 0, evaluationTime: Duration = .zero,
        lastEvaluation: Timestamp? = nil, rules: [RuleView]
    ) {
        self.name = name
        self.file = file
        self.interval = interval
        self.limit = limit
        self.evaluationTime = evaluationTime
        self.lastEvaluation = lastEvaluation
        self.rules = rules
    }
}

/// A rule as `/api/v1/rules` shows it.
public struct RuleView: Sendable {
    /// What is only there for alerting rules.
    public struct Alerting: Sendable {
        /// The highest state of its alerts: `inactive`, `pending`, `firing`.
        public var state: String
        /// `for`.
        public var holdDuration: Duration
        /// `keep_firing_for`.
        public var keepFiringFor: Duration
        /// As written, not expanded.
        public var annotations: Labels
        /// Pending and firing ones.
        public var alerts: [RuleAlertView]
        /// Whether the client asked for no alerts.
        var isHidden = false

        /// The alerting part.
        public init(
            state: String, holdDuration: Duration = .zero, keepFiringFor: Duration = .zero,
            annotations: Labels = .empty, alerts: [RuleAlertView] = []
        ) {
            self.state = state
            self.holdDuration = holdDuration
            self.keepFiringFor = keepFiringFor
            self.annotations = annotations
            self.alerts = alerts
        }
    }

    /// The alert's or recorded series' name.
    public var name: String
    /// The expression as Prometheus prints it.
    public var query: String
    /// As written, with those of the group, not expanded.
    public var labels: Labels
    /// `ok`, `err`, `unknown`.
    public var health: String
    /// nil when the last evaluation worked.
    public var lastError: String?
    /// How long the last evaluation took.
    public var evaluationTime: Duration
    /// nil before the first.
    public var lastEvaluation: Timestamp?
    /// nil for recording rules.
    public var alerting: Alerting?
    /// The newest evaluations, the newest last.
    public var evaluations: [RuleEvaluation] = []
    /// Why the last result may be wrong.
    public var warnings: [String] = []

    /// A rule.
    public init(
        name: String, query: String, labels: Labels = .empty, health: String = "unknown", lastError: String? = nil,
        evaluationTime: Duration = .zero, lastEvaluation: Timestamp? = nil, alerting: Alerting? = nil
    ) {
        self.name = name
        self.query = query
        self.labels = labels
        self.health = health
        self.lastError = lastError
        self.evaluationTime = evaluationTime
        self.lastEvaluation = lastEvaluation
        self.alerting = alerting
    }
}

/// An alert as `/api/v1/alerts` shows it.
public struct RuleAlertView: Sendable {
    /// The whole label set, without external labels.
    public var labels: Labels
    /// Expanded.
    public var annotations: Labels
    /// `pending` or `firing`.
    public var state: String
    /// Since when the condition holds.
    public var activeAt: Timestamp?
    /// Since when it fires only because of `keep_firing_for`.
    public var keepFiringSince: Timestamp?
    /// The value at the last evaluation.
    public var value: Double

    /// An alert.
    public init(
        labels: Labels, annotations: Labels = .empty, state: String, activeAt: Timestamp?,
        keepFiringSince: Timestamp? = nil, value: Double
    ) {
        self.labels = labels
        self.annotations = annotations
        self.state = state
        self.activeAt = activeAt
        self.keepFiringSince = keepFiringSince
        self.value = value
    }
}
