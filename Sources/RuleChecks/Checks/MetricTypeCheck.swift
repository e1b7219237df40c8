import Base
import PromQL
import PrometheusAPI

/// A function that does not go with the type that the metric's targets declare.
struct MetricTypeCheck: OnlineCheck {
    static let description = CheckDescription(
        "metric-type", "rate, increase or delta is taken of a metric of another type, by the server's metadata",
        reason: """
            Targets declare what their metrics are. `rate`, `irate` and `increase` of a gauge take every drop for a restart; `delta` and `deriv` of a
            counter take a restart for a drop. A threshold is compared with the declared unit too: see `unit-mismatch`.
            """,
        mode: .online, bad: ["- record: r\n  expr: rate(go_goroutines[5m])"],
        good: ["- record: r\n  expr: rate(prometheus_http_requests_total[5m])"])

    func findings(in rule: RuleContext, _ server: AskedServer) async throws(PrometheusError) -> [Finding] {
        var found: [Finding] = []
        for call in rule.calls {
            let wantsCounter = ["rate", "irate", "increase"].contains(call.function)
            guard wantsCounter || ["delta", "idelta", "deriv"].contains(call.function),
                case .matrixSelector(let matrix)? = call.arguments.first?.withoutParentheses,
                let name = matrix.selector.metricName, let type = try await server.metadata(name)?.type
            else { continue }
            let place = rule.position(of: call.range)
            if wantsCounter, type == "gauge" {
                found.append(
                    finding(
                        "\(call.function) of '\(name)', which is a gauge by the server's metadata: every drop counts as a reset",
                        at: place, hint: "delta and deriv are for gauges"))
            } else if !wantsCounter, type == "counter" {
                found.append(
                    finding(
                        "\(call.function) of '\(name)', which is a counter by the server's metadata: a restart shows as a drop",
                        at: place, hint: "rate and increase know of restarts"))
            }
        }
        for binary in rule.binaries where binary.op.isComparison {
            guard let value = binary.right.constantNumber ?? binary.left.constantNumber,
                let name = UnitMismatchCheck.measured(binary.right.constantNumber == nil ? binary.right : binary.left),
                let unit = try await server.metadata(name)?.unit, unit == "bytes" || unit == "ratio",
                !name.hasSuffix("_" + unit),
                let complaint = UnitMismatchCheck.complaint("\(name)_\(unit)", value, rule)
            else { continue }
            found.append(
                finding(complaint + " (its unit is \(unit) by the metadata)", at: rule.position(of: binary.range)))
        }
        return found
    }
}
