import Base
import JSON
import PrometheusAPI
import TimeSeries
import Web

extension QueriedDatasource {
    func labelNames(_ selection: SeriesSelection) async throws(QueryFailure) -> Listing<String> {
        try await listing(
            selection, path: "/api/v1/labels", here: { $0.labelNames($1, start: $2, end: $3) }, read: { $0.string },
            less: Labels.less)
    }

    func labelValues(_ name: String, _ selection: SeriesSelection) async throws(QueryFailure) -> Listing<String> {
        try await listing(
            selection, path: "/api/v1/label/\(Self.pathComponent(name))/values", takesPost: false,
            here: { $0.labelValues(name, $1, start: $2, end: $3) }, read: { $0.string }, less: Labels.less)
    }

    func series(_ selection: SeriesSelection) async throws(QueryFailure) -> Listing<Labels> {
        try await listing(
            selection, path: "/api/v1/series", here: { $0.series($1, start: $2, end: $3) },
            read: { value in
                value.object.map { Labels($0.members.map { ($0.key, $0.value.string ?? "") }) }
            }, less: <)
    }

    func metadata(metric: String) async throws(QueryFailure) -> [(name: String, facts: [MetricFacts])] {
        guard let server else { return facts.all(metric: metric) }
        let answer = try await ask(
            server.client, "/api/v1/metadata", metric.isEmpty ? [] : [("metric", metric)], takesPost: false)
        let members = answer.data.object?.members ?? []
        return members.map { member in
            let facts = (member.value.array ?? []).map {
                MetricFacts(
                    type: $0["type"]?.string ?? "unknown", unit: $0["unit"]?.string ?? "",
                    help: $0["help"]?.string ?? "")
            }
            return (member.key, facts)
        }.sorted { $0.0 < $1.0 }
    }

    func overview(limit: Int) async throws(QueryFailure) -> OverviewReply {
        if let server {
            do throws(PrometheusError) {
                let answer = try await server.client.forward(
                    "/api/v1/status/tsdb", [("limit", "\(limit)")], takesPost: false)
                return .forwarded(status: answer.status, body: answer.body)
            } catch {
                throw QueryFailure(error.apiErrorType, error.message)
            }
        }
        let store = (querier.source as? EmbeddedStore) ?? querier.overlay
        return .held(store.overview(limit: limit))
    }

    /// What stores here and the server list, together.
    private func listing<Element: Hashable & Sendable>(
        _ selection: SeriesSelection, path: String, takesPost: Bool = true,
        here: (EmbeddedStore, [LabelMatcher], Timestamp, Timestamp) -> [Element], read: (JSONValue) -> Element?,
        less: (Element, Element) -> Bool
    ) async throws(QueryFailure) -> Listing<Element> {
        var found: Set<Element> = []
        var warnings: [String] = []
        let stores = [querier.overlay] + ((querier.source as? EmbeddedStore).map { [$0] } ?? [])
        for store in stores {
            for matchers in selection.matcherSets.isEmpty ? [[]] : selection.matcherSets {
                found.formUnion(
                    here(store, matchers, selection.start ?? .distantPast, selection.end ?? .distantFuture))
            }
        }
        if let server {
            var fields = selection.texts.map { (name: "match[]", value: $0) }
            if let start = selection.start { fields.append(("start", Self.seconds(start))) }
            if let end = selection.end { fields.append(("end", Self.seconds(end))) }
            if selection.limit > 0 { fields.append(("limit", "\(selection.limit)")) }
            let answer = try await ask(server.client, path, fields, takesPost: takesPost)
            found.formUnion((answer.data.array ?? []).compactMap(read))
            warnings = answer.warnings
        }
        return Listing(found.sorted(by: less), warnings: warnings)
    }

    private func ask(
        _ client: PrometheusClient, _ path: String, _ fields: [(name: String, value: String)], takesPost: Bool
    ) async throws(QueryFailure) -> (data: JSONValue, warnings: [String]) {
        let body: JSONValue
        do {
            body = try JSONValue(parsing: try await client.forward(path, fields, takesPost: takesPost).body)
        } catch let error as PrometheusError {
            throw QueryFailure(error.apiErrorType, error.message)
        } catch {
            throw QueryFailure("execution", "\(client.host) answered with something that is no answer of the API")
        }
        guard body["status"]?.string == "success" else {
            throw QueryFailure(body["errorType"]?.string ?? "execution", body["error"]?.string ?? "no answer")
        }
        return (body["data"] ?? .null, (body["warnings"]?.array ?? []).compactMap(\.string))
    }

    private static func seconds(_ time: Timestamp) -> String {
        GoFloat.string(Double(time.milliseconds) / 1000, .fixed)
    }

    /// A label name as one segment of a path.
    private static func pathComponent(_ name: String) -> String {
        if LabelName.isLegacy(name) { return name }
        var out = "U__"
        for scalar in name.unicodeScalars {
            if scalar == "_" {
                out += "__"
            } else if LabelName.isLegacy("a" + String(scalar)) {
                out.unicodeScalars.append(scalar)
            } else {
                out += "_" + String(scalar.value, radix: 16) + "_"
            }
        }
        return out
    }
}
