import Base
import JSON
import QueryEngine
import TimeSeries

/// Results of queries as Prometheus' API writes them.
///
/// - Source: prometheus/prometheus web/api/v1 and util/jsonutil, by their answers.
public enum QueryResultJSON {
    /// The body of a query that worked.
    public static func body(_ result: QueryResult) -> [UInt8] {
        var json = JSONWriter()
        begin(result.value, &json)
        let rows = QueryResultRows(result.value)
        rows.write(0..<rows.count, &json)
        end(result, &json)
        return json.takeBytes()
    }

    /// The same body piece by piece, for one that is large: no more of it is held than `send` waits for.
    static func write(
        _ result: QueryResult, window bytes: Int = windowBytes, to send: ([UInt8]) async throws -> Void
    ) async throws {
        var json = JSONWriter()
        begin(result.value, &json)
        let rows = QueryResultRows(result.value)
        var first = 0
        while first < rows.count {
            let window = rows.window(from: first, bytes: bytes)
            rows.write(window, &json)
            first = window.upperBound
            try await send(json.takeBytes())
        }
        end(result, &json)
        try await send(json.takeBytes())
    }

    /// Whether the body is so large that it is better written piece by piece.
    static func isLarge(_ result: QueryResult) -> Bool { QueryResultRows.size(of: result.value) > largestWhole }

    /// Up to this size a body is written before it is sent. Bytes.
    private static let largestWhole = 4 << 20
    /// Text that is written at a time, about.
    private static let windowBytes = 512 << 10

    /// Everything before the rows.
    private static func begin(_ value: QueryValue, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("status")
        json.string("success")
        json.key("data")
        json.beginObject()
        json.key("resultType")
        switch value {
        case .scalar(let value, let time):
            json.string("scalar")
            json.key("result")
            json.sample(time, value)
        case .string(let text, let time):
            json.string("string")
            json.key("result")
            json.beginArray()
            json.timestamp(time)
            json.string(text)
            json.endArray()
        case .vector:
            json.string("vector")
            json.key("result")
            json.beginArray()
        case .matrix:
            json.string("matrix")
            json.key("result")
            json.beginArray()
        }
    }

    /// Everything behind the rows.
    private static func end(_ result: QueryResult, _ json: inout JSONWriter) {
        switch result.value {
        case .vector, .matrix: json.endArray()
        case .scalar, .string: break
        }
        if let statistics = result.statistics { write(statistics, &json) }
        json.endObject()
        texts("warnings", shown(result.annotations.warnings, "warning"), &json)
        texts("infos", shown(result.annotations.infos, "info"), &json)
        json.endObject()
    }

    /// Nothing is sorted apart and nothing waits in a queue here.
    private static func write(_ statistics: QueryStatistics, _ json: inout JSONWriter) {
        let whole = statistics.preparation + statistics.evaluation
        json.key("stats")
        json.beginObject()
        json.key("timings")
        json.beginObject()
        for (key, time) in [
            ("evalTotalTime", whole), ("resultSortTime", .zero), ("queryPreparationTime", statistics.preparation),
            ("innerEvalTime", statistics.evaluation), ("execQueueTime", .zero), ("execTotalTime", whole),
        ] {
            json.key(key)
            json.number(time / .seconds(1))
        }
        json.endObject()
        json.key("samples")
        json.beginObject()
        json.key("totalQueryableSamples")
        json.integer(statistics.samples)
        json.key("peakSamples")
        json.integer(statistics.peakSamples)
        json.endObject()
        json.endObject()
    }

    /// The body of a query that failed.
    public static func body(errorType: String, error: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        for (key, text) in [("status", "error"), ("errorType", errorType), ("error", error)] {
            json.key(key)
            json.string(text)
        }
        json.endObject()
        return json.takeBytes()
    }

    /// Ten of a kind at most, and how many more there are.
    private static func shown(_ texts: [String], _ kind: String) -> [String] {
        if texts.count <= 10 { return texts }
        return texts.prefix(10) + ["\(texts.count - 10) more \(kind) annotations omitted"]
    }

    private static func texts(_ key: String, _ texts: [String], _ json: inout JSONWriter) {
        if texts.isEmpty { return }
        json.key(key)
        json.beginArray()
        for text in texts { json.string(text) }
        json.endArray()
    }
}
