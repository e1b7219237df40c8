import Base
import TimeSeries

/// One alert as the dispatcher knows it: who it is, since when and until when.
///
/// Identity is the label set alone.
public struct Alert: Hashable, Sendable {
    /// What identifies the alert; without empty values.
    public let labels: Labels
    /// The hash of the labels that other programs know it by.
    public let fingerprint: Fingerprint
    /// What explains it; empty values are kept.
    public var annotations: Labels
    /// Since when it fires.
    public var startsAt: Timestamp
    /// When it ended, or will count as ended unless it is told again.
    public var endsAt: Timestamp
    /// Where the alert comes from; empty when unknown.
    public var generatorURL: String
    /// When it was last told.
    public var updatedAt: Timestamp
    /// Whether nobody said when it ends and ``endsAt`` only stands for `resolve_timeout`.
    public var isTimeout: Bool

    /// An alert with all its parts; the fingerprint is computed.
    public init(
        labels: Labels, annotations: Labels = .empty, startsAt: Timestamp, endsAt: Timestamp,
        generatorURL: String = "", updatedAt: Timestamp, isTimeout: Bool = false
    ) {
        self.labels = labels
        fingerprint = Fingerprint(labels)
        self.annotations = annotations
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.generatorURL = generatorURL
        self.updatedAt = updatedAt
        self.isTimeout = isTimeout
    }

    /// The label `alertname`, empty when there is none.
    public var name: String { labels.value(of: Labels.alertName) }

    /// Whether it has ended at `time`; an end at exactly `time` counts.
    public func isResolved(at time: Timestamp) -> Bool { endsAt <= time }

    /// Firing or resolved at `time`.
    public func status(at time: Timestamp) -> AlertStatus { isResolved(at: time) ? .resolved : .firing }

    /// The earliest instant that Go's time.Time knows, printed `0001-01-01T00:00:00Z`: "not set" on the wire.
    public static let unsetTime = Timestamp(milliseconds: -62_135_596_800_000)
}

/// Whether an alert, or a notification as a whole, fires.
public enum AlertStatus: String, Hashable, Sendable {
    case firing, resolved
}
