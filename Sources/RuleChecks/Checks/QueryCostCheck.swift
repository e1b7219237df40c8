import Base
import PrometheusAPI

/// An expression that is expensive for the server, or that it cannot evaluate at all.
struct QueryCostCheck: OnlineCheck {
    static let description = CheckDescription(
        "query-cost", "the server cannot evaluate the expression, or needs many samples or much time for it",
        reason: """
            The expression is evaluated once, now. An error that depends on the series (two of them match one, say) is shown as the server words it;
            the samples read and the time taken are the server's own figures. A rule that costs seconds costs them at every
            evaluation: record parts of it.
            """,
        mode: .online,
        thresholds: [
            .init(name: "samples", value: 5_000_000, meaning: "samples read by one evaluation"),
            .init(name: "seconds", value: 5, meaning: "seconds of one evaluation"),
        ],
        bad: [CheckExample("- record: r\n  expr: up", configuration: "thresholds: {query-cost: {samples: 0}}")],
        good: ["- record: r\n  expr: up"])

    func findings(in rule: RuleContext, _ server: AskedServer) async throws(PrometheusError) -> [Finding] {
        let place = rule.position(of: rule.expr.range)
        let evaluation: AskedServer.Evaluation
        do throws(PrometheusError) {
            evaluation = try await server.evaluate(rule.rule.expression.text)
        } catch {
            guard case .refused = error.kind else { throw error }
            return [finding("the server cannot evaluate this: \(error.message)", at: place)]
        }
        let most = (
            samples: rule.configuration.threshold("samples", of: Self.description),
            seconds: rule.configuration.threshold("seconds", of: Self.description)
        )
        var found: [Finding] = []
        if let samples = evaluation.samples, samples > most.samples {
            found.append(finding("one evaluation reads \(GoFloat.string(samples, .fixed)) samples", at: place))
        }
        if let seconds = evaluation.seconds, seconds > most.seconds {
            let shown = PrometheusDuration.string(.milliseconds(Int64(seconds * 1000)))
            found.append(finding("one evaluation takes the server \(shown)", at: place))
        }
        return found
    }
}
