import Base
import Daemon
import PromQL
import PrometheusAPI
import QueryEngine
import TimeSeries
import Web

extension CommandTable {
    static let query = Command(
        name: "query", operands: "EXPR",
        summary: "Evaluate an expression over the samples of a Prometheus-compatible server or of files.",
        options: [
            .one("--prometheus", "URL", "the server (default http://127.0.0.1:9090)"),
            .many("--data", "FILE...", "OpenMetrics or Prometheus text instead of a server, gzip too"),
            .one(
                "--time", "T", "instant: Unix seconds, RFC 3339, or now-1h (default now; of files their newest sample)"),
            .one("--start", "T", "range: its beginning"), .one("--end", "T", "range: its end"),
            .one("--step", "D", "range: seconds or a duration"),
            .one(
                "--format", "table|chart|json|csv",
                "how to print (default table; of ranges chart where it goes to a terminal)"),
            .one("--enable-feature", "NAME,...", "Prometheus' feature names"),
            .one("--max-samples", "N", "samples held in memory at once (default 50000000)"),
            .one("--max-steps", "N", "steps of a range (default 11000)"),
            .one("--max-series", "N", "series of the result (default: any number)"),
            .one("--timeout", "D", "for fetching and computing (default 2m)"),
        ],
        example: "ruleval query --prometheus http://127.0.0.1:9090 'sum by (job) (up)'", lastIsExpression: true
    ) { arguments, _ in
        guard arguments.operands.count == 1, let text = arguments.operands.first else {
            throw UsageError("give one expression in quotes")
        }
        let now = SystemClock().now()
        var kind = try queryKind(arguments, now: now)
        let format = arguments.value("--format") ?? defaultFormat(kind)
        guard ["table", "chart", "json", "csv"].contains(format) else {
            throw UsageError("--format is table, chart, json or csv, not \(format)")
        }
        if arguments.has("--data"), arguments.has("--prometheus") {
            throw UsageError("samples come from --prometheus or from --data, not from both")
        }
        var options = QueryOptions()
        options.features = try features(arguments)
        options.limits = try queryLimits(arguments)
        do {
            let expression = try PromQLParser.parse(text, options: .init(features: options.features))
            let result: QueryResult
            if arguments.has("--data") {
                let store = try DataFiles.read(arguments.all("--data"), now: now)
                if case .instant = kind, !arguments.has("--time") { kind = .instant(store.statistics.newest ?? now) }
                let plan = try QueryPlan(expression, source: text, kind: kind, options: options)
                result = try await QueryEngine(options: options).run(plan, store)
            } else {
                let plan = try QueryPlan(expression, source: text, kind: kind, options: options)
                let server = try ServerSource(arguments.value("--prometheus") ?? "http://127.0.0.1:9090")
                result = try await server.evaluate(plan, text: text, kind: kind, options: options)
            }
            switch format {
            case "json": Terminal.out(String(decoding: QueryResultJSON.body(result), as: UTF8.self) + "\n")
            case "csv": Terminal.out(ResultCSV.text(result))
            case "chart": Terminal.out(chart(result, kind) ?? table(result))
            default: Terminal.out(table(result))
            }
            for warning in result.annotations.warnings + result.annotations.infos { Terminal.error(warning) }
            return ExitStatus.clean
        } catch let error as PromQLError {
            return fail(format, "bad_data", "\(error)", shown: error.rendered)
        } catch let error as Diagnostic {
            Terminal.error("\(error)")
            return ExitStatus.failed
        } catch let error as QueryError {
            return fail(format, error.kind.rawValue, error.message, shown: error.message)
        } catch let error as PrometheusError {
            _ = fail(format, error.apiErrorType, error.message, shown: error.message)
            return ExitStatus.failed
        }
    }

    private static func queryLimits(_ arguments: Arguments) throws(UsageError) -> QueryLimits {
        func number(_ name: String) throws(UsageError) -> Int? {
            guard let text = arguments.value(name) else { return nil }
            guard let value = Int(text), value > 0 else {
                throw UsageError("\(name) needs a number from 1 on, not \(text)")
            }
            return value
        }
        var limits = QueryLimits()
        limits.samples = try number("--max-samples") ?? limits.samples
        limits.steps = try number("--max-steps") ?? limits.steps
        limits.series = try number("--max-series")
        if let text = arguments.value("--timeout") {
            guard let duration = PrometheusDuration.parse(text), duration > .zero else {
                throw UsageError("--timeout needs a duration such as 30s, not \(text)")
            }
            limits.timeout = duration
        }
        return limits
    }

    private static func fail(_ format: String, _ type: String, _ message: String, shown: String) -> Int32 {
        if format == "json" {
            Terminal.out(String(decoding: QueryResultJSON.body(errorType: type, error: message), as: UTF8.self) + "\n")
        } else {
            Terminal.error(shown)
        }
        return ExitStatus.problems
    }

    private static func queryKind(_ arguments: Arguments, now: Timestamp) throws(UsageError) -> QueryPlan.Kind {
        func time(_ name: String) throws(UsageError) -> Timestamp? {
            guard let text = arguments.value(name) else { return nil }
            guard let time = QueryTime.parse(text, now: now) else {
                throw UsageError("\(name) needs Unix seconds, RFC 3339 or now-1h, not \(text)")
            }
            return time
        }
        let start = try time("--start")
        let end = try time("--end")
        guard start != nil || end != nil || arguments.has("--step") else { return .instant(try time("--time") ?? now) }
        guard let start, let end, let text = arguments.value("--step") else {
            throw UsageError("a range needs --start, --end and --step")
        }
        guard let step = QueryTime.step(text) else {
            throw UsageError("--step needs seconds or a duration, not \(text)")
        }
        return .range(start: start, end: end, step: step)
    }

    /// Ranges are drawn where somebody looks at them.
    private static func defaultFormat(_ kind: QueryPlan.Kind) -> String {
        if case .range = kind, Terminal.width != nil { return "chart" }
        return "table"
    }

    /// Nil for what is no range.
    private static func chart(_ result: QueryResult, _ kind: QueryPlan.Kind) -> String? {
        guard case .range(let start, let end, let step) = kind, case .matrix(let series) = result.value else {
            return nil
        }
        let style = SeriesChart.Style(
            width: Terminal.width ?? Terminal.namedWidth, isPlain: !Terminal.takesUnicode,
            isColoured: Terminal.wantsColour)
        return SeriesChart.page(series, start: start, end: end, step: step, style)
    }

    private static func table(_ result: QueryResult) -> String {
        func value(_ value: SampleValue) -> String {
            switch value {
            case .float(let number): GoFloat.string(number, .general)
            case .histogram(let histogram): histogram.description
            }
        }
        switch result.value {
        case .scalar(let number, _): return GoFloat.string(number, .general) + "\n"
        case .string(let text, _): return text + "\n"
        case .vector(let samples):
            return TextTable(header: ["series", "value"], rows: samples.map { ["\($0.labels)", value($0.value)] }).text
        case .matrix(let series):
            var rows: [[String]] = []
            for each in series {
                for index in each.timestamps.indices {
                    let time = RFC3339.string(Timestamp(milliseconds: each.timestamps[index]))
                    rows.append([index == 0 ? "\(each.labels)" : "", time, value(each.sample(at: index))])
                }
            }
            return TextTable(header: ["series", "time", "value"], rows: rows).text
        }
    }
}
