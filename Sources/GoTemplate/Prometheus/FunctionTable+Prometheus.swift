import Base

extension FunctionTable {
    /// What annotations and labels of alerting rules may call.
    ///
    /// `now` and `toDuration` are those of Prometheus 3.6; `tmpl` works in consoles only, see ``prometheusConsole``.
    ///
    /// - Source: Prometheus' template reference.
    public static let prometheus = FunctionTable.builtin.adding([
        "query": TemplateFunction([.string]) { call throws(FunctionFailure) in
            let query = call.string(0)
            switch call.environment.answers[query] {
            case nil: throw .needs(query: query)
            case .failure(let message): throw .error(message)
            case .samples(let samples): return QueryResult.value(samples)
            }
        },
        "first": TemplateFunction([QueryResult.type]) { call throws(FunctionFailure) in
            guard let first = call.elements(0).first else {
                throw .error("first() called on vector with no elements")
            }
            return first
        },
        "label": TemplateFunction([.string, QueryResult.sampleType]) { call throws(FunctionFailure) in
            .string(try QueryResult.sample(call.arguments[1]).labels[call.string(0)] ?? "")
        },
        "value": TemplateFunction([QueryResult.sampleType]) { call throws(FunctionFailure) in
            try QueryResult.sample(call.arguments[0]).value
        },
        "strvalue": TemplateFunction([QueryResult.sampleType]) { call throws(FunctionFailure) in
            .string(try QueryResult.sample(call.arguments[0]).labels["__value__"] ?? "")
        },
        "sortByLabel": TemplateFunction([.string, QueryResult.type]) { call in
            let label = call.string(0)
            let sorted = call.elements(1).enumerated().sorted { left, right in
                let (a, b) = (QueryResult.label(label, of: left.element), QueryResult.label(label, of: right.element))
                return a == b ? left.offset < right.offset : TemplateMap.bytesBefore(a, b)
            }
            return .list(TemplateList(sorted.map(\.element), type: QueryResult.type))
        },
        "args": TemplateFunction(variadic: .any) { call in
            var entries: [String: TemplateValue] = [:]
            for (index, value) in call.arguments.enumerated() { entries["arg\(index)"] = value }
            return .map(entries)
        },
        "safeHtml": TextFunctions.safeHTML,
        "title": TemplateFunction([.string]) { .string(TextFunctions.title($0.string(0), lowering: false)) },
        "toUpper": TextFunctions.upper,
        "toLower": TextFunctions.lower,
        "match": TextFunctions.match,
        "reReplaceAll": TextFunctions.reReplaceAll,
        "graphLink": TemplateFunction([.string]) { .string("/graph?g0.expr=\(GoEscape.query($0.string(0)))&g0.tab=0") },
        "tableLink": TemplateFunction([.string]) { .string("/graph?g0.expr=\(GoEscape.query($0.string(0)))&g0.tab=1") },
        "stripPort": TemplateFunction([.string]) { .string(HostNames.withoutPort($0.string(0))) },
        "stripDomain": TemplateFunction([.string]) { .string(HostNames.withoutDomain($0.string(0))) },
        "humanize": number { .string(Humanize.si($0)) },
        "humanize1024": number { .string(Humanize.binary($0)) },
        "humanizeDuration": number { .string(Humanize.duration($0)) },
        "humanizePercentage": number { .string(Humanize.percentage($0)) },
        "humanizeTimestamp": number { value throws(FunctionFailure) in
            guard let time = try Humanize.time(value) else { return .string(Humanize.significant(value)) }
            return .string(GoTimeLayout.string(time))
        },
        "toTime": number { value throws(FunctionFailure) in
            guard let time = try Humanize.time(value) else { throw .error("value is NaN or Inf") }
            return .object(TimePointer(time: time))
        },
        "toDuration": number { value throws(FunctionFailure) in
            guard value.isFinite else { throw .error("value is NaN or Inf") }
            let nanoseconds = value * 1e9
            guard nanoseconds < 0x1p63, nanoseconds >= -0x1p63 else {
                throw .error(
                    "\(GoFormat.general(value, -1)) cannot be represented as a nanoseconds duration "
                        + "since it overflows int64")
            }
            return .duration(Int64(nanoseconds))
        },
        "now": TemplateFunction { call in
            let time = call.environment.now
            return .float(Double(time.unixSeconds) + Double(time.nanoseconds / 1_000_000) / 1000)
        },
        "parseDuration": TemplateFunction([.string]) { call throws(FunctionFailure) in
            let text = call.string(0)
            guard let duration = PrometheusDuration.parse(text) else {
                throw .error(
                    text.isEmpty
                        ? "empty duration string" : "not a valid duration string: \(GoQuote.quoted(text))")
            }
            return .float(duration.seconds)
        },
        "externalURL": TemplateFunction { .string($0.environment.externalURL) },
        "pathPrefix": TemplateFunction { .string(HostNames.path(ofURL: $0.environment.externalURL)) },
        "urlQueryEscape": TemplateFunction([.string]) { .string(GoEscape.query($0.string(0))) },
    ])

    /// ``prometheus`` and `tmpl`, which renders a template whose name is computed.
    public static let prometheusConsole = FunctionTable.prometheus.adding([
        "tmpl": TemplateFunction([.string, .any]) { call throws(FunctionFailure) in
            .safe(SafeText(.html, try call.render(call.string(0), call.arguments[1])))
        }
    ])

    private static func number(
        _ body: @escaping @Sendable (Double) throws(FunctionFailure) -> TemplateValue
    ) -> TemplateFunction {
        TemplateFunction([.any]) { call throws(FunctionFailure) in try body(try Humanize.number(call.arguments[0])) }
    }
}
