import HTTPServer
import JSON

/// Whether the process lives, is ready and keeps up; what it counts; reload.
enum HealthRoutes {
    static let all: [Route] = [
        Route("GET", path: "/-/healthy", style: .plain) { _, _, _ in
            HTTPServerResponse(text: "ruleval is healthy.\n")
        },
        Route("GET", path: "/-/ready", style: .plain) { service, _, _ in
            let failing = await service.backend.readiness().filter { $0.isRequired && !$0.isHealthy }
            if failing.isEmpty { return HTTPServerResponse(text: "ruleval is ready.\n") }
            let reasons = failing.map { $0.message.isEmpty ? $0.name : "\($0.name): \($0.message)" }
            return HTTPServerResponse(status: 503, text: "not ready: " + reasons.joined(separator: "; ") + "\n")
        },
        Route("GET", path: "/health/live", style: .plain) { _, _, _ in
            var json = JSONWriter()
            json.beginObject()
            json.key("status")
            json.string("live")
            json.endObject()
            return .json(json.bytes)
        },
        Route("GET", path: "/health/ready", style: .plain) { service, _, _ in
            let checks = await service.backend.readiness()
            let ready = checks.allSatisfy { $0.isHealthy || !$0.isRequired }
            var json = JSONWriter()
            json.beginObject()
            json.key("status")
            json.string(ready ? "ready" : "not ready")
            json.key("checks")
            json.beginArray()
            for check in checks {
                json.beginObject()
                json.key("name")
                json.string(check.name)
                json.key("healthy")
                json.bool(check.isHealthy)
                json.key("required")
                json.bool(check.isRequired)
                if !check.message.isEmpty {
                    json.key("message")
                    json.string(check.message)
                }
                json.endObject()
            }
            json.endArray()
            json.endObject()
            return .json(json.bytes, status: ready ? 200 : 503)
        },
        Route("GET", path: "/health/performance", style: .plain) { service, _, _ in
            let view = await service.backend.performance()
            var json = JSONWriter()
            json.beginObject()
            json.key("score")
            json.integer(view.score)
            json.key("evaluationLagSeconds")
            json.number(view.evaluationLag.seconds)
            json.key("missedIterations")
            json.integer(view.missedIterations)
            json.key("rules")
            json.integer(view.rules)
            json.key("failingRules")
            json.integer(view.failingRules)
            json.key("queues")
            json.beginObject()
            json.key("notifications")
            json.integer(view.queuedNotifications)
            json.key("remoteWriteSamples")
            json.integer(view.queuedSamples)
            json.endObject()
            json.endObject()
            return .json(json.bytes)
        },
        Route("GET", path: "/metrics", style: .plain) { service, _, _ in
            HTTPServerResponse(
                contentType: "text/plain; version=0.0.4; charset=utf-8", text: await service.metrics.exposition())
        },
        Route("POST", "PUT", path: "/-/reload", style: .plain) { service, _, _ throws(WebFailure) in
            do throws(WebFailure) { try await service.backend.reload() } catch {
                throw .failed("failed to reload config: \(error)")
            }
            return HTTPServerResponse()
        },
    ]
}

extension HTTPServerResponse {
    /// A JSON answer.
    static func json(_ bytes: [UInt8], status: Int = 200) -> HTTPServerResponse {
        HTTPServerResponse(status: status, contentType: "application/json", body: bytes)
    }
}
