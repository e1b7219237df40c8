import Base
import PrometheusAPI

/// How many alerts the rule would raise at this moment.
struct AlertsNowCheck: OnlineCheck {
    static let description = CheckDescription(
        "alerts-now", "the alert's condition holds now, for how many series",
        reason: """
            Before a new alert is merged it is good to know that it would fire at once, and how often. `for` is not counted: told is how many series
            fulfil the condition now.
            """,
        mode: .online, severity: .info,
        thresholds: [.init(name: "alerts", value: 1, meaning: "from how many alerts on it is told")],
        bad: ["- alert: Up\n  expr: up == 1"], good: ["- alert: Down\n  expr: up == 7"])

    func findings(in rule: RuleContext, _ server: AskedServer) async throws(PrometheusError) -> [Finding] {
        guard rule.rule.isAlerting else { return [] }
        let evaluation: AskedServer.Evaluation
        do throws(PrometheusError) {
            evaluation = try await server.evaluate(rule.rule.expression.text)
        } catch {
            // What the server cannot evaluate is told by query-cost.
            if case .refused = error.kind { return [] }
            throw error
        }
        guard Double(evaluation.series) >= rule.configuration.threshold("alerts", of: Self.description),
            evaluation.series > 0
        else { return [] }
        let count = evaluation.series == 1 ? "1 alert" : "\(evaluation.series) alerts"
        return [finding("the condition holds now, for \(count)", at: rule.position(ofKey: "alert"))]
    }
}
