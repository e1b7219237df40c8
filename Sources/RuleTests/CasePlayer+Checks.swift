import Base
import GoTemplate
import PromQL
import QueryEngine
import RuleFiles
import TimeSeries

/// Expectations.
extension CasePlayer {
    /// What a template's query gives at `time`.
    func answer(_ text: String, at time: Timestamp) -> QueryAnswer {
        do {
            return try query(try parsed(text), .instant(time), source: text).templateAnswer
        } catch {
            return .failure("\(error)")
        }
    }

    private func parsed(_ text: String) throws(PromQLError) -> Expr {
        try PromQLParser.parse(text, options: .init(features: options.features))
    }

    // MARK: alerts

    /// What is not as expected among the alerts of a name; nil when nothing is.
    func problem(with check: UnitTestFile.AlertCheck) -> String? {
        let there = firing[Self.step(of: check.time, file)] ?? [:]
        let got = rules.entries.indices.flatMap { index in
            rules.entries[index].rule.name == check.alert ? there[index] ?? [] : []
        }
        let difference = AlertDifference(expected: check.expected, got: got, match: check.match)
        if difference.isEmpty { return nil }
        let head = "alertname: \(check.alert), time: \(PrometheusDuration.string(check.time))"
        return ([head] + difference.lines.map { "  " + $0 }).joined(separator: "\n")
    }

    // MARK: expressions

    /// What is not as expected of an expression; nil when nothing is.
    func problem(with check: UnitTestFile.ExpressionCheck) -> String? {
        let shown = check.expression.utf8.count > 500 ? "\(check.expression.prefix(300))…" : check.expression
        let head = "expr: \(GoQuote.quoted(shown)), time: \(PrometheusDuration.string(check.time))"
        let value: QueryValue
        do {
            value = try query(
                try parsed(check.expression), .instant(test.start + check.time), source: check.expression)
        } catch {
            return "\(head), err: \(error)"
        }
        var got: [(labels: Labels, value: SampleValue)]
        switch value {
        case .vector(let samples): got = samples.map { ($0.labels, $0.value) }
        case .scalar(let number, _): got = [(.empty, .float(number))]
        case .string, .matrix: return "\(head), err: rule result is not a vector or scalar"
        }
        got.sort { $0.labels < $1.labels }
        let expected = check.expected.sorted { $0.labels < $1.labels }
        let isEqual =
            got.count == expected.count
            && zip(got, expected).allSatisfy { $0.labels == $1.labels && same($0.value, $1) }
        if isEqual { return nil }
        return ([head] + differences(expected, got).map { "  " + $0 }).joined(separator: "\n")
    }

    /// Series by series; both are sorted by labels.
    private func differences(
        _ expected: [UnitTestFile.ExpectedSample], _ got: [(labels: Labels, value: SampleValue)]
    ) -> [String] {
        var lines: [String] = []
        var (left, right) = (0, 0)
        while left < expected.count || right < got.count {
            let isBehind = left >= expected.count || right < got.count && got[right].labels < expected[left].labels
            if isBehind {
                lines.append("not expected: \(got[right].labels) \(Self.show(got[right].value))")
                right += 1
            } else if right >= got.count || expected[left].labels < got[right].labels {
                lines.append("missing: \(expected[left].labels) \(Self.show(expected[left].value))")
                left += 1
            } else {
                if !same(got[right].value, expected[left]) {
                    let also = expected[left].strayFloat == 0 ? "" : " and \(expected[left].strayFloat)"
                    let (want, have) = (Self.show(expected[left].value) + also, Self.show(got[right].value))
                    lines.append("\(expected[left].labels): expected \(want), got \(have)")
                }
                left += 1
                right += 1
            }
        }
        return lines
    }

    /// Floats exactly, or to the last place; NaN equals nothing, as in promtool. Histograms by their notation.
    private func same(_ got: SampleValue, _ expected: UnitTestFile.ExpectedSample) -> Bool {
        if expected.strayFloat != 0 { return false }
        return switch (got, expected.value) {
        case (.float(let a), .float(let b)): a == b || file.isFuzzy && (a.nextUp == b || a.nextDown == b)
        case (.histogram(let a), .histogram(let b)): a.compacted.seriesNotation == b.compacted.seriesNotation
        default: false
        }
    }

    private static func show(_ value: SampleValue) -> String {
        switch value {
        case .float(let value): GoFloat.string(value, .general)
        case .histogram(let histogram): histogram.compacted.seriesNotation
        }
    }
}
