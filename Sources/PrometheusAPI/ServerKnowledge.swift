internal import Synchronization

/// What has been found out of one server; sources that come and go for the same server share it.
public final class ServerKnowledge: Sendable {
    private struct State {
        var fidelity: PrometheusSource.Fidelity?
        var external: ServerLabels?
    }

    private let state = Mutex(State())
    private let found: (@Sendable (PrometheusSource.Fidelity) -> Void)?
    private let notice: (@Sendable (String) -> Void)?

    /// Nothing known yet.
    /// - Parameters:
    ///   - found: Told when it turns out how faithful the server's samples are, and when that changes.
    ///   - notice: Told in words what the operator should know, each thing once.
    public init(
        found: (@Sendable (PrometheusSource.Fidelity) -> Void)? = nil, notice: (@Sendable (String) -> Void)? = nil
    ) {
        self.found = found
        self.notice = notice
    }

    /// How faithful the server's samples are; nil until the first fetch.
    public var fidelity: PrometheusSource.Fidelity? { state.withLock { $0.fidelity } }

    /// The labels that the server adds, as known last.
    var external: ServerLabels? { state.withLock { $0.external } }

    func note(_ fidelity: PrometheusSource.Fidelity, reason: String = "") {
        let isNews = state.withLock { state in
            defer { state.fidelity = fidelity }
            return state.fidelity != fidelity
        }
        guard isNews else { return }
        found?(fidelity)
        if fidelity == .floats { notice?("no remote read, asking for range selectors instead: \(reason)") }
    }

    /// - Parameter unshown: What is told once when the server does not show its labels; nil when it does.
    func note(_ external: ServerLabels, unshown: String?) {
        let isFirst = state.withLock { state in
            defer { state.external = external }
            return state.external == nil
        }
        if isFirst, let unshown { notice?(unshown) }
    }
}
