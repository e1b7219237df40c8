import Base
import PromQL
import PrometheusAPI

/// A range that holds too few of the samples that the server really has.
struct ScrapeIntervalCheck: OnlineCheck {
    static let description = CheckDescription(
        "scrape-interval", "a range is too short for the interval at which the server's samples come",
        reason: """
            `rate` needs two samples in its range. With samples every 30 s a range of 1m holds two as long as no scrape is late, and the result has
            gaps; four intervals are customary. The interval is that of the samples of the last twenty minutes.
            """,
        mode: .online,
        thresholds: [
            .init(
                name: "samples", value: 2, meaning: "how many sample intervals a range must be longer than or equal to")
        ],
        bad: ["- record: r\n  expr: rate(prometheus_http_requests_total[1s])"],
        good: ["- record: r\n  expr: rate(prometheus_http_requests_total[5m])"])

    func findings(in rule: RuleContext, _ server: AskedServer) async throws(PrometheusError) -> [Finding] {
        var found: [Finding] = []
        let least = rule.configuration.threshold("samples", of: Self.description)
        for call in rule.calls {
            guard ["rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear"].contains(call.function),
                case .matrixSelector(let matrix)? = call.arguments.first?.withoutParentheses,
                case .literal(let window) = matrix.window,
                let interval = try await server.sampleInterval(matrix.selector),
                // Scrapes are a little late at times.
                Double(window) < Double(interval.milliseconds) * least * 0.98
            else { continue }
            let rounded = Duration.seconds(Int64((Double(interval.milliseconds) / 1000).rounded()))
            found.append(
                finding(
                    "a range of \(PrometheusDuration.string(.milliseconds(window))) is too short for samples that come every "
                        + "\(PrometheusDuration.string(max(rounded, .seconds(1)))): \(call.function) needs two",
                    at: rule.position(of: matrix.range), hint: "four times the scrape interval is customary"))
        }
        return found
    }
}
