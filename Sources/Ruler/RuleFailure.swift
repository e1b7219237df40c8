/// Why an evaluation of a rule gave nothing, in the words that Prometheus shows as `lastError`.
public enum RuleFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The source did not answer, or answered with an error.
    case query(String)
    /// Two samples have one label set once the rule's labels are on.
    case duplicateLabels(isAlert: Bool)
    /// More alerts than the group's `limit`.
    case tooManyAlerts(limit: Int, count: Int)
    /// More series than the group's `limit`.
    case tooManySeries(limit: Int, count: Int)
    /// A sample contradicts what another rule gave its series.
    case notWritten(String)
    /// The result is no instant vector and no scalar.
    case wrongType

    /// Whether there is no result, which Prometheus counts as a failed evaluation; a result that cannot all be written is
    /// an error of the rule only.
    ///
    /// - Source: observed on Prometheus 3.5.3.
    var isOfEvaluation: Bool { if case .notWritten = self { false } else { true } }

    /// Prometheus' wording.
    public var description: String {
        switch self {
        case .query(let reason), .notWritten(let reason): reason
        case .duplicateLabels(let isAlert):
            "vector contains metrics with the same labelset after applying \(isAlert ? "alert" : "rule") labels"
        case .tooManyAlerts(let limit, let count): "exceeded limit of \(limit) with \(count) alerts"
        case .tooManySeries(let limit, let count): "exceeded limit of \(limit) with \(count) series"
        case .wrongType: "rule result is not a vector or scalar"
        }
    }
}
