import Base
import TimeSeries

/// An alert as a source tells it, times possibly missing: what enters the dispatcher.
public struct PostedAlert: Hashable, Sendable {
    /// The labels as given; empty values are dropped.
    public var labels: Labels
    /// The annotations as given; make them with `Labels(keepingEmpty:)`.
    public var annotations: Labels
    /// nil (or Go's zero time) when not given.
    public var startsAt: Timestamp?
    /// nil (or Go's zero time) when not given.
    public var endsAt: Timestamp?
    /// Empty when not given.
    public var generatorURL: String

    /// A posted alert.
    public init(
        labels: Labels, annotations: Labels = .empty, startsAt: Timestamp? = nil, endsAt: Timestamp? = nil,
        generatorURL: String = ""
    ) {
        self.labels = labels
        self.annotations = annotations
        self.startsAt = startsAt == Alert.unsetTime ? nil : startsAt
        self.endsAt = endsAt == Alert.unsetTime ? nil : endsAt
        self.generatorURL = generatorURL
    }

    /// The alert with its times filled in.
    ///
    /// Only an end given: the start is the same instant. No end given: it ends `resolveTimeout` from now unless it is
    /// told again.
    ///
    /// - Throws: ``Refusal`` when it has no labels, a label without a name, or ends before it starts.
    public func accepted(at now: Timestamp, resolveTimeout: Duration) throws(Refusal) -> Alert {
        let alert = Alert(
            labels: labels.withoutEmptyValues, annotations: annotations,
            startsAt: startsAt ?? endsAt ?? now, endsAt: endsAt ?? now + resolveTimeout, generatorURL: generatorURL,
            updatedAt: now, isTimeout: endsAt == nil)
        if alert.endsAt < alert.startsAt { throw .endsBeforeStart }
        if alert.labels.isEmpty { throw .noLabels }
        if alert.labels.hasEmptyName { throw .emptyLabelName }
        if alert.annotations.hasEmptyName { throw .emptyAnnotationName }
        return alert
    }

    /// Why a posted alert was not taken, in the words that clients of Alertmanager know.
    public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        case endsBeforeStart, noLabels, emptyLabelName, emptyAnnotationName

        /// The sentence for the client.
        public var description: String {
            switch self {
            case .endsBeforeStart: "start time must be before end time"
            case .noLabels: "at least one label pair required"
            case .emptyLabelName: "invalid label set: invalid name \"\""
            case .emptyAnnotationName: "invalid annotations: invalid name \"\""
            }
        }
    }
}
