import Base
import HTTPServer
import JSON
import TimeSeries

/// The part of Prometheus' HTTP API that speaks of series and metrics without their samples.
enum SeriesRoutes {
    static let all: [Route] = [
        QueryRoutes.route("/api/v1/labels") { call throws(QueryFailure) in
            let limit = try call.parameters.limit()
            let selection = try call.parameters.selection(call.source.options, limit: limit)
            return list(try await call.source.labelNames(selection), limit) { $1.string($0) }
        },
        QueryRoutes.route("/api/v1/label/{name}/values", methods: ["GET"]) { call throws(QueryFailure) in
            let name = LabelNameEscape.decode(call.path[0])
            // A slash in a name, written as an escape, is one of the path to Prometheus.
            if call.path[0].contains("/") { return HTTPServerResponse(status: 404, text: "404 page not found\n") }
            // Paths that are no UTF-8 have been repaired when they come here.
            if name.isEmpty || name.unicodeScalars.contains("\u{FFFD}") {
                throw QueryFailure("bad_data", "invalid label name: \(GoQuote.quoted(name))")
            }
            let limit = try call.parameters.limit()
            let selection = try call.parameters.selection(call.source.options, limit: limit)
            return list(try await call.source.labelValues(name, selection), limit) { $1.string($0) }
        },
        QueryRoutes.route("/api/v1/series") { call throws(QueryFailure) in
            try call.parameters.checkForm()
            guard !call.parameters.all.values("match[]").isEmpty else {
                throw QueryFailure("bad_data", "no match[] parameter provided")
            }
            let limit = try call.parameters.limit()
            let selection = try call.parameters.selection(call.source.options, limit: limit, named: true)
            return list(try await call.source.series(selection), limit) { PrometheusJSON.labels($0, &$1) }
        },
        QueryRoutes.route("/api/v1/metadata", methods: ["GET"]) { call throws(QueryFailure) in
            let limit = try number("limit", call.parameters.all)
            let each = try number("limit_per_metric", call.parameters.all)
            let metrics = try await call.source.metadata(metric: call.parameters.all["metric"] ?? "")
            let shown = limit >= 0 ? metrics.prefix(limit) : metrics[...]
            return PrometheusJSON.success { json in
                json.beginObject()
                for metric in shown {
                    json.key(metric.name)
                    json.beginArray()
                    for facts in each > 0 ? metric.facts.prefix(each) : metric.facts[...] {
                        json.beginObject()
                        for (key, text) in [("type", facts.type), ("unit", facts.unit), ("help", facts.help)] {
                            json.key(key)
                            json.string(text)
                        }
                        json.endObject()
                    }
                    json.endArray()
                }
                json.endObject()
            }
        },
        // No exemplars are kept; Grafana asks all the same.
        QueryRoutes.route("/api/v1/query_exemplars") { call throws(QueryFailure) in
            if let start = try call.parameters.optionalTime("start"), let end = try call.parameters.optionalTime("end"),
                end < start
            {
                throw QueryFailure("bad_data", "end timestamp must not be before start timestamp")
            }
            let expression = try call.parameters.plainExpression(call.source.options)
            if expression.vectorSelectors.isEmpty { return HTTPServerResponse(status: 204) }
            return PrometheusJSON.success { json in
                json.beginArray()
                json.endArray()
            }
        },
    ]

    private static func number(_ name: String, _ parameters: HTTPParameters) throws(QueryFailure) -> Int {
        guard let text = parameters[name], !text.isEmpty else { return -1 }
        guard let number = Int(text) else { throw QueryFailure("bad_data", "\(name) must be a number") }
        return number
    }

    private static func list<Element>(
        _ listing: Listing<Element>, _ limit: Int, _ write: (Element, inout JSONWriter) -> Void
    ) -> HTTPServerResponse {
        var warnings = listing.warnings
        var elements = listing.elements[...]
        if limit > 0, elements.count > limit {
            elements = elements.prefix(limit)
            if !warnings.contains(QueryRoutes.truncated) { warnings.append(QueryRoutes.truncated) }
        }
        var json = JSONWriter()
        json.beginObject()
        json.key("status")
        json.string("success")
        json.key("data")
        json.beginArray()
        for element in elements { write(element, &json) }
        json.endArray()
        if !warnings.isEmpty {
            json.key("warnings")
            json.beginArray()
            for warning in warnings { json.string(warning) }
            json.endArray()
        }
        json.endObject()
        return .json(json.bytes)
    }
}
