import PromQL
import RegularExpressions
import TimeSeries

/// `label_replace` and `label_join`: they look at labels only, once a series.
enum LabelFunctions {
    static let table: [String: FunctionRegistry.Implementation] = [
        "label_replace": { evaluator, call, times throws(QueryError) in
            let texts = evaluator.strings(call, from: 1)
            let (target, replacement, source, pattern) = (texts[0], texts[1], texts[2], texts[3])
            guard let regex = try? RegularExpression(pattern, anchored: true) else {
                throw .execution("invalid regular expression in label_replace(): \(pattern)")
            }
            if target.isEmpty || StrayBytes.isAny(in: target) {
                throw .execution("invalid destination label name in label_replace(): \(target)")
            }
            var known: [String: String?] = [:]
            return try evaluator.relabelled(call, times, target) { labels in
                let value = labels.value(of: source)
                if let result = known[value] { return result }
                var subject = value
                let result = subject.withUTF8 { bytes in
                    regex.firstMatch(in: bytes).map { regex.expand(replacement, $0, in: bytes) }
                }
                known[value] = .some(result)
                return result
            }
        },
        "label_join": { evaluator, call, times throws(QueryError) in
            let texts = evaluator.strings(call, from: 1)
            let (target, separator) = (texts[0], texts[1])
            let sources = texts.dropFirst(2)
            for source in sources where source.isEmpty {
                throw .execution("invalid source label name in label_join(): \(source)")
            }
            if target.isEmpty { throw .execution("invalid destination label name in label_join(): \(target)") }
            return try evaluator.relabelled(call, times, target) { labels in
                sources.map { labels.value(of: $0) }.joined(separator: separator)
            }
        },
    ]
}

extension Evaluator {
    /// The text arguments of a call.
    func strings(_ call: CallPlan, from first: Int) -> [String] {
        call.arguments.dropFirst(first).map { argument in
            if case .string(let text) = argument.unmarked { return text }
            return ""
        }
    }

    /// Sets the label `target` of each series to what `value` gives; nil leaves the series alone.
    func relabelled(_ call: CallPlan, _ times: Timeline, _ target: String, _ value: (Labels) -> String?)
        throws(QueryError) -> StepTable
    {
        var table = try evaluate(call.arguments[0], times)
        for row in 0..<table.rows {
            guard let text = value(table.labels[row]) else { continue }
            table.labels[row] = table.labels[row].setting(target, to: text)
            if target == Labels.metricName { table.dropsName[row] = false }
        }
        return try merged(table)
    }
}
