import Base
import PromQL
import PrometheusAPI

/// A check that asks a server; it runs only when one is named.
public protocol OnlineCheck: RuleCheck {
    /// What is wrong with one rule, as far as the server's samples tell.
    /// - Throws: The server did not answer.
    func findings(in rule: RuleContext, _ server: AskedServer) async throws(PrometheusError) -> [Finding]
    /// What is wrong with the rules of the run together.
    /// - Throws: The server did not answer.
    func findings(across catalogue: RuleCatalogue, _ server: AskedServer) async throws(PrometheusError) -> [Finding]
}

extension OnlineCheck {
    /// Nothing.
    public func findings(in rule: RuleContext, _ server: AskedServer) async throws(PrometheusError) -> [Finding] {
        []
    }

    /// Nothing.
    public func findings(
        across catalogue: RuleCatalogue, _ server: AskedServer
    ) async throws(PrometheusError) -> [Finding] { [] }
}

extension RuleCheckRegistry {
    /// Those that ask a server.
    static let online: [any OnlineCheck] = all.compactMap { $0 as? any OnlineCheck }
}
