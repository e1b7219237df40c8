import Base
import PrometheusAPI
import Ruler
import TimeSeries

extension EvaluationPolicy {
    /// What `datasource.evaluation` means.
    init(_ mode: EvaluationMode) {
        switch mode {
        case .remote: self = .always(.remote)
        case .local: self = .always(.local)
        case .auto: self = .byCost
        }
    }
}

extension PrometheusClient {
    /// How many series match at an instant; nil when the server does not say.
    func seriesCount(_ matchers: [LabelMatcher], at time: Timestamp) async -> Int? {
        let selector = "{" + matchers.map(\.description).joined(separator: ",") + "}"
        guard let answer = try? await query("count(\(selector))", at: time, timeout: .seconds(10)),
            case .vector(let samples) = answer.value
        else { return nil }
        guard let first = samples.first else { return 0 }
        guard case .float(let count) = first.value, count >= 0, count < 1e15 else { return nil }
        return Int(count)
    }
}

extension PrometheusError {
    /// Whether the samples cannot be had here, although the server itself can answer what needs them.
    var cannotBeKept: Bool { kind == .incomplete || kind == .transport(.tooLarge) }
}
