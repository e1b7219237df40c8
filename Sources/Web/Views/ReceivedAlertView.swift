import Alerts
import Base
import TimeSeries

/// An alert as `/api/v2/alerts` shows it.
public struct ReceivedAlertView: Sendable {
    /// The alert.
    public var alert: Alert
    /// The receivers of the routes it takes, in order.
    public var receivers: [String]
    /// Identifiers of active silences that match.
    public var silencedBy: [String]
    /// Fingerprints of alerts that inhibit it.
    public var inhibitedBy: [Fingerprint]
    /// Time intervals that mute it.
    public var mutedBy: [String]
    /// Whether the dispatcher has looked at it.
    public var isProcessed: Bool

    /// An alert.
    public init(
        alert: Alert, receivers: [String], silencedBy: [String] = [], inhibitedBy: [Fingerprint] = [],
        mutedBy: [String] = [], isProcessed: Bool = true
    ) {
        self.alert = alert
        self.receivers = receivers
        self.silencedBy = silencedBy
        self.inhibitedBy = inhibitedBy
        self.mutedBy = mutedBy
        self.isProcessed = isProcessed
    }

    /// `unprocessed`, `active`, `suppressed`.
    var state: String {
        if !isProcessed { return "unprocessed" }
        return silencedBy.isEmpty && inhibitedBy.isEmpty && mutedBy.isEmpty ? "active" : "suppressed"
    }
}

/// An aggregation group as `/api/v2/alerts/groups` shows it.
public struct AlertGroupView: Sendable {
    /// The labels its alerts share.
    public var labels: Labels
    /// The labels of its route; not shown when there are none, as before Alertmanager 0.34.
    public var routeLabels: Labels
    /// The receiver of its route.
    public var receiver: String
    /// By fingerprint.
    public var alerts: [ReceivedAlertView]

    /// A group.
    public init(labels: Labels, routeLabels: Labels = .empty, receiver: String, alerts: [ReceivedAlertView]) {
        self.labels = labels
        self.routeLabels = routeLabels
        self.receiver = receiver
        self.alerts = alerts
    }
}

/// What `/api/v2/status` shows beside the version.
public struct DispatchStatusView: Sendable {
    /// The configuration in force, defaults filled in, secrets hidden.
    public var configuration: String
    /// When the process began.
    public var startedAt: Timestamp

    /// A status.
    public init(configuration: String, startedAt: Timestamp) {
        self.configuration = configuration
        self.startedAt = startedAt
    }
}
