import Base
import HTTPServer
import JSON
import TimeSeries

/// The part of Prometheus' HTTP API that speaks of the server itself.
///
/// - Source: prometheus/prometheus web/api/v1; observed on 3.5.3.
enum StatusRoutes {
    static let all: [Route] = [
        Route("GET", path: "/api/v1/status/buildinfo", style: .prometheus) { service, _, _ in
            let build = service.build
            return PrometheusJSON.success { json in
                json.texts([
                    ("version", build.version), ("revision", build.revision), ("branch", build.branch),
                    ("buildUser", build.buildUser), ("buildDate", build.buildDate), ("goVersion", build.compiler),
                ])
            }
        },
        Route("GET", path: "/api/v1/status/runtimeinfo", style: .prometheus) { service, _, _ in
            let status = await service.backend.serverStatus()
            let now = service.clock.now()
            return PrometheusJSON.success { json in
                json.beginObject()
                for (key, text) in [
                    ("startTime", RFC3339.string(status.startedAt)), ("CWD", status.workingDirectory),
                    ("hostname", status.hostname), ("serverTime", RFC3339.string(now)),
                ] {
                    json.key(key)
                    json.string(text)
                }
                json.key("reloadConfigSuccess")
                json.bool(status.reloadWorked)
                json.key("lastConfigTime")
                json.string(RFC3339.string(status.configuredAt))
                // A program in Go would count its own here; this one has nothing of the kind.
                for key in ["corruptionCount", "goroutineCount", "GOMAXPROCS", "GOMEMLIMIT"] {
                    json.key(key)
                    json.integer(0)
                }
                for (key, text) in [("GOGC", ""), ("GODEBUG", ""), ("storageRetention", status.retention)] {
                    json.key(key)
                    json.string(text)
                }
                json.endObject()
            }
        },
        Route("GET", path: "/api/v1/status/config", style: .prometheus) { service, _, _ in
            let status = await service.backend.serverStatus()
            return PrometheusJSON.success { $0.texts([("yaml", status.configuration)]) }
        },
        Route("GET", path: "/api/v1/status/flags", style: .prometheus) { service, _, _ in
            let status = await service.backend.serverStatus()
            return PrometheusJSON.success { $0.texts(status.flags) }
        },
        // No write-ahead log of samples is kept, so none is replayed.
        Route("GET", path: "/api/v1/status/walreplay", style: .prometheus) { _, _, _ in
            PrometheusJSON.success { json in
                json.beginObject()
                for key in ["min", "max", "current"] {
                    json.key(key)
                    json.integer(0)
                }
                json.endObject()
            }
        },
        QueryRoutes.route("/api/v1/status/tsdb", methods: ["GET"]) { call throws(QueryFailure) in
            let text = call.parameters.all["limit"] ?? ""
            guard let limit = text.isEmpty ? 10 : Int(text), limit > 0 else {
                throw QueryFailure("bad_data", "limit must be a positive number")
            }
            switch try await call.source.overview(limit: limit) {
            case .forwarded(let status, let body): return .json(body, status: status)
            case .held(let overview): return PrometheusJSON.success { write(overview, &$0) }
            }
        },
    ]

    private static func write(_ overview: StoreOverview, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("headStats")
        json.beginObject()
        for (key, number) in [
            ("numSeries", overview.series), ("numLabelPairs", overview.labelPairs), ("chunkCount", overview.chunks),
        ] {
            json.key(key)
            json.integer(number)
        }
        // Without samples the head of Prometheus has its ends the wrong way round.
        json.key("minTime")
        json.integer(overview.oldest ?? .max)
        json.key("maxTime")
        json.integer(overview.newest ?? .min)
        json.endObject()
        for (key, counts) in [
            ("seriesCountByMetricName", overview.seriesOfMetrics),
            ("labelValueCountByLabelName", overview.valuesOfLabels),
            ("memoryInBytesByLabelName", overview.bytesOfLabels),
            ("seriesCountByLabelValuePair", overview.seriesOfPairs),
        ] {
            json.key(key)
            json.beginArray()
            for count in counts {
                json.beginObject()
                json.key("name")
                json.string(count.name)
                json.key("value")
                json.integer(count.value)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
    }
}

extension JSONWriter {
    /// An object of texts.
    fileprivate mutating func texts(_ members: [(name: String, value: String)]) {
        beginObject()
        for (name, value) in members {
            key(name)
            string(value)
        }
        endObject()
    }
}
