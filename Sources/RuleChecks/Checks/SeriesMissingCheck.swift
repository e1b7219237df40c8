import Base
import PromQL
import PrometheusAPI
import TimeSeries

/// A selector that finds nothing on the server.
struct SeriesMissingCheck: OnlineCheck {
    static let description = CheckDescription(
        "series-missing", "a selector finds no series on the server, with when it last did",
        reason: """
            A misspelt metric or a label value that no target has makes an expression empty, and an alert on it never fires. Told is
            whether the metric exists at all, which matcher excludes everything, and when the series were last there in the past
            seven days. Selectors inside of `absent` are left alone, and metrics that rules of this run record.
            """,
        mode: .online, bad: ["- alert: Down\n  expr: upp == 0"], good: ["- alert: Down\n  expr: up == 0"])

    func findings(in rule: RuleContext, _ server: AskedServer) async throws(PrometheusError) -> [Finding] {
        var found: [Finding] = []
        let absent = rule.calls.filter { $0.function.hasPrefix("absent") }.map(\.range)
        for selector in rule.selectors {
            if absent.contains(where: { $0.start <= selector.range.start && selector.range.end <= $0.end }) { continue }
            if let name = selector.metricName, name.hasPrefix("ALERTS") || rule.recorded.contains(name) { continue }
            let text = selector.bare
            guard try await server.count(text) == 0 else { continue }
            let message = try await complaint(selector, server)
            let seen = try await server.lastSeen(text)
            let when =
                seen.map { "the last was there at \(RFC3339.string($0))" } ?? "none was there in the last seven days"
            found.append(finding(message + "; " + when, at: rule.position(of: selector.range)))
        }
        return found
    }

    private func complaint(_ selector: VectorSelector, _ server: AskedServer) async throws(PrometheusError)
        -> String
    {
        guard let name = selector.metricName else { return "no series fits \(selector.bare)" }
        let metric = LabelMatcher(Labels.metricName, equals: name)
        func text(_ matchers: [LabelMatcher]) -> String {
            VectorSelector(name: nil, matchers: [metric] + matchers, range: selector.range).bare
        }
        let others = selector.matchers.filter { $0.name != Labels.metricName }
        if others.isEmpty { return "the server has no series of '\(name)'" }
        if try await server.count(text([])) == 0 { return "the server has no series of '\(name)'" }
        for matcher in others {
            if try await server.count(text([matcher])) == 0 {
                return "the server has '\(name)', but no series with \(matcher)"
            }
        }
        return "the server has '\(name)', but no series that fits all matchers"
    }
}
