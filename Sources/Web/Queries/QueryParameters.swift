import Base
import HTTPServer
import PromQL
import QueryEngine
import TimeSeries

/// Reads the parameters of the query API, in the words and the order of Prometheus.
///
/// - Source: prometheus/prometheus web/api/v1/api.go; observed on 3.5.3.
struct QueryParameters {
    let all: HTTPParameters

    /// What is wrong with the texts that parameters were read from; those are left out.
    private let flaw: String?

    init(_ request: HTTPServerRequest) {
        let form = request.form
        all = form.followed(by: request.query)
        flaw = form.flaw ?? request.query.flaw
    }

    /// Refuses broken escapes, which most calls pass over.
    func checkForm() throws(QueryFailure) {
        if let flaw { throw QueryFailure("bad_data", "error parsing form values: \(flaw)") }
    }

    private func text(_ name: String) -> String { all[name] ?? "" }

    static func invalid(_ name: String, _ reason: String) -> QueryFailure {
        QueryFailure("bad_data", "invalid parameter \(GoQuote.quoted(name)): \(reason)")
    }

    /// `limit`; 0 is none.
    func limit() throws(QueryFailure) -> Int {
        let text = self.text("limit")
        if text.isEmpty { return 0 }
        guard let number = Int(text) else {
            let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
            let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
            throw Self.invalid(
                "limit",
                "strconv.Atoi: parsing \(GoQuote.quoted(text)): \(isNumber ? "value out of range" : "invalid syntax")")
        }
        if number < 0 { throw Self.invalid("limit", "limit must be non-negative") }
        return number
    }

    /// An optional instant such as `time`; nil when it is not there.
    func optionalTime(_ name: String) throws(QueryFailure) -> QueryTime? {
        let text = self.text(name)
        if text.isEmpty { return nil }
        guard let time = QueryTime(text) else {
            throw Self.invalid(
                name, "invalid time value for '\(name)': cannot parse \(GoQuote.quoted(text)) to a valid timestamp")
        }
        return time
    }

    private func time(_ name: String) throws(QueryFailure) -> QueryTime {
        let text = self.text(name)
        guard let time = QueryTime(text) else {
            throw Self.invalid(name, "cannot parse \(GoQuote.quoted(text)) to a valid timestamp")
        }
        return time
    }

    /// Nanoseconds of a number of seconds or a duration.
    private static func nanoseconds(_ text: String) -> Result<Int64, DurationTrouble> {
        if let seconds = GoFloat.parse(text) {
            // Go makes the least of all numbers of it.
            if seconds.isNaN { return .success(.min) }
            let nanoseconds = seconds * 1e9
            guard nanoseconds.magnitude <= 0x1p63 else {
                return .failure(
                    .init(reason: "cannot parse \(GoQuote.quoted(text)) to a valid duration. It overflows int64"))
            }
            return .success(nanoseconds.magnitude == 0x1p63 ? .min : Int64(nanoseconds))
        }
        guard let duration = PrometheusDuration.parse(text) else {
            return .failure(.init(reason: "cannot parse \(GoQuote.quoted(text)) to a valid duration"))
        }
        return .success(duration.milliseconds * 1_000_000)
    }

    private struct DurationTrouble: Error { let reason: String }

    private func duration(_ name: String) throws(QueryFailure) -> Duration {
        switch Self.nanoseconds(text(name)) {
        case .success(let count): return .nanoseconds(count)
        case .failure(let trouble): throw Self.invalid(name, trouble.reason)
        }
    }

    /// Applies `stats`, `timeout` and `lookback_delta`.
    private func apply(to options: inout QueryOptions) throws(QueryFailure) {
        // Any text asks for it.
        options.countsSamples = !text("stats").isEmpty
        if !text("timeout").isEmpty {
            options.limits.timeout = min(options.limits.timeout, try duration("timeout"))
        }
        let lookback = text("lookback_delta")
        if lookback.isEmpty { return }
        switch Self.nanoseconds(lookback) {
        case .success(let count): if count > 0 { options.lookback = .nanoseconds(count) }
        case .failure(let trouble):
            throw QueryFailure("bad_data", "error parsing lookback delta duration: \(trouble.reason)")
        }
    }

    /// `query`, read.
    func expression(_ options: QueryOptions) throws(QueryFailure) -> Expr {
        do throws(PromQLError) {
            return try PromQLParser.parse(text("query"), options: .init(features: options.features))
        } catch {
            throw Self.invalid("query", "\(error)")
        }
    }

    /// `query`, read, of an endpoint that does not name the parameter in what it says of mistakes.
    func plainExpression(_ options: QueryOptions) throws(QueryFailure) -> Expr {
        do throws(PromQLError) {
            return try PromQLParser.parse(text("query"), options: .init(features: options.features))
        } catch {
            throw QueryFailure("bad_data", "\(error)")
        }
    }

    /// A call of `/api/v1/query`.
    func instant(_ options: QueryOptions, now: Timestamp) throws(QueryFailure) -> QueryRequest {
        var options = options
        let time = try optionalTime("time")?.evaluated ?? now
        try apply(to: &options)
        return request("query", .instant(time), options, try expression(options), now: now)
    }

    /// A call of `/api/v1/query_range`.
    func range(_ options: QueryOptions) throws(QueryFailure) -> QueryRequest {
        var options = options
        let start = try time("start")
        let end = try time("end")
        if end < start { throw Self.invalid("end", "end timestamp must not be before start time") }
        let step = try duration("step")
        guard step > .zero else {
            throw Self.invalid(
                "step", "zero or negative query resolution step widths are not accepted. Try a positive integer")
        }
        guard end.nanoseconds(since: start) / step.nanoseconds <= Int128(options.limits.steps),
            step >= .milliseconds(1) || end == start
        else {
            throw QueryFailure(
                "bad_data",
                "exceeded maximum resolution of \(options.limits.shownSteps) points per timeseries. "
                    + "Try decreasing the query resolution (?step=XX)")
        }
        try apply(to: &options)
        let first = start.evaluated
        let kind = QueryPlan.Kind.range(
            start: first, end: max(end.evaluated, first), step: max(step, .milliseconds(1)))
        return request("query_range", kind, options, try expression(options), now: first)
    }

    private func request(
        _ endpoint: String, _ kind: QueryPlan.Kind, _ options: QueryOptions, _ expression: Expr, now: Timestamp
    ) -> QueryRequest {
        var parameters = all.map { (name: $0.name, value: $0.value) }
        if case .instant = kind, all["time"] ?? "" == "" {
            // Both sides must mean the same moment.
            parameters.append(("time", GoFloat.string(Double(now.milliseconds) / 1000, .fixed)))
        }
        return QueryRequest(
            text: text("query"), expression: expression, kind: kind, options: options, endpoint: endpoint,
            parameters: parameters)
    }

    /// `start`, `end` and `match[]`.
    /// - Parameter named: Whether the parameter's name stands before what is wrong with a selector.
    func selection(_ options: QueryOptions, limit: Int, named: Bool = false) throws(QueryFailure) -> SeriesSelection {
        let start = try optionalTime("start")?.stored
        let end = try optionalTime("end")?.stored
        let texts = all.values("match[]")
        var sets: [[LabelMatcher]] = []
        var hasOpen = false
        for text in texts {
            do throws(PromQLError) {
                sets.append(
                    try PromQLParser.parseMetricSelector(text, options: .init(features: options.features)))
            } catch {
                // A selector that accepts everything is no mistake of grammar: it is told without a place, after those.
                if error.message.contains("at least one non-empty matcher") {
                    hasOpen = true
                    continue
                }
                throw named ? Self.invalid("match[]", "\(error)") : QueryFailure("bad_data", "\(error)")
            }
        }
        if hasOpen {
            let reason = "match[] must contain at least one non-empty matcher"
            throw named ? Self.invalid("match[]", reason) : QueryFailure("bad_data", reason)
        }
        return SeriesSelection(matcherSets: sets, texts: texts, start: start, end: end, limit: limit)
    }
}

extension Duration {
    /// Whole nanoseconds.
    fileprivate var nanoseconds: Int128 { attoseconds / 1_000_000_000 }
}
