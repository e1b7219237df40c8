/// Who computes expressions.
public enum EvaluationMode: String, Hashable, Sendable, CaseIterable {
    /// The server, expression by expression.
    case remote
    /// ruleval, from raw samples.
    case local
    /// Per group whichever has proved cheaper.
    case auto
}
