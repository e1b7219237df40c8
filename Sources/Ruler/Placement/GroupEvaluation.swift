import Base

/// How a group is evaluated at present: for the metrics and for `explain`.
public struct GroupEvaluation: Sendable, Hashable {
    /// Where its queries are computed.
    public var place: EvaluationPlace
    /// Whether that was chosen by what it costs; else the configuration says so.
    public var isChosen: Bool
    /// What a tick takes on the server; nil when it was not measured.
    public var remoteCost: Duration?
    /// What a tick takes here; nil when it was not measured.
    public var localCost: Duration?

    /// How a group is evaluated; nothing is measured unless said otherwise.
    public init(
        place: EvaluationPlace, isChosen: Bool, remoteCost: Duration? = nil, localCost: Duration? = nil
    ) {
        self.place = place
        self.isChosen = isChosen
        self.remoteCost = remoteCost
        self.localCost = localCost
    }
}

/// Who decides where queries are computed.
public enum EvaluationPolicy: Hashable, Sendable {
    /// Always the same.
    case always(EvaluationPlace)
    /// Per group, by what it costs.
    case byCost
}
