import Base
import TimeSeries

/// Where an alert stands in its life.
///
/// - Source: prometheus/prometheus rules/alerting.go, AlertState.
public enum AlertState: String, Hashable, Sendable, Comparable {
    /// Was firing and is over; kept for a while so that its end is sent again.
    case inactive
    /// The condition holds, not yet for long enough.
    case pending
    /// The condition has held for long enough.
    case firing

    /// From inactive to firing.
    public static func < (left: AlertState, right: AlertState) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .inactive: 0
        case .pending: 1
        case .firing: 2
        }
    }
}

/// One instance of an alerting rule: a label set for which the condition holds, or held until lately.
public struct ActiveAlert: Hashable, Sendable {
    /// What identifies it: the sample's labels without the name, the rule's labels, `alertname`.
    public var labels: Labels
    /// Expanded annotations, of the newest evaluation.
    public var annotations: Labels
    /// The sample's value at the newest evaluation that gave one.
    public var value: Double
    /// Pending, firing, or inactive once it is over.
    public var state: AlertState
    /// When the condition was first seen to hold.
    public var activeAt: Timestamp
    /// When it began to fire; nil before.
    public var firedAt: Timestamp?
    /// When it was over; nil before.
    public var resolvedAt: Timestamp?
    /// Since when it fires only because of `keep_firing_for`.
    public var keepFiringSince: Timestamp?
    /// When it was last handed on.
    public var lastSentAt: Timestamp?
    /// Until when the receiver of ``lastSentAt`` is to take it as firing.
    public var validUntil: Timestamp?

    /// An instance.
    public init(
        labels: Labels, annotations: Labels, value: Double, state: AlertState = .pending, activeAt: Timestamp,
        firedAt: Timestamp? = nil, resolvedAt: Timestamp? = nil, keepFiringSince: Timestamp? = nil,
        lastSentAt: Timestamp? = nil, validUntil: Timestamp? = nil
    ) {
        self.labels = labels
        self.annotations = annotations
        self.value = value
        self.state = state
        self.activeAt = activeAt
        self.firedAt = firedAt
        self.resolvedAt = resolvedAt
        self.keepFiringSince = keepFiringSince
        self.lastSentAt = lastSentAt
        self.validUntil = validUntil
    }

    /// What must survive a restart: everything but value, annotations and what only prolongs.
    var transition: Transition {
        Transition(
            state: state, activeAt: activeAt, firedAt: firedAt, resolvedAt: resolvedAt, keepFiringSince: keepFiringSince
        )
    }

    struct Transition: Equatable {
        var state: AlertState
        var activeAt: Timestamp
        var firedAt: Timestamp?
        var resolvedAt: Timestamp?
        var keepFiringSince: Timestamp?
    }
}

/// One sample of an alerting rule's result, its labels and annotations expanded.
public struct AlertSample: Hashable, Sendable {
    /// The alert's whole label set.
    public var labels: Labels
    /// Expanded annotations.
    public var annotations: Labels
    /// The sample's value.
    public var value: Double

    /// A sample.
    public init(labels: Labels, annotations: Labels, value: Double) {
        self.labels = labels
        self.annotations = annotations
        self.value = value
    }
}
