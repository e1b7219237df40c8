import Base
import HTTPServer
import JSON

/// Heartbeats that come in, the last evaluations of rules, where alerts go.
enum HeartbeatRoutes {
    static let all: [Route] = [
        Route("POST", path: "/api/v1/heartbeat/{name}", style: .prometheus) { service, _, path throws(WebFailure) in
            let view = try await service.backend.beat(path[0])
            return PrometheusJSON.success { write(view, &$0) }
        },
        Route("GET", path: "/api/v1/heartbeats", style: .prometheus) { service, _, _ in
            let views = await service.backend.heartbeats()
            return PrometheusJSON.success { json in
                json.beginObject()
                json.key("heartbeats")
                json.beginArray()
                for view in views { write(view, &json) }
                json.endArray()
                json.endObject()
            }
        },
        Route("GET", path: "/api/v1/rule_evaluations", style: .prometheus) { service, request, _ throws(WebFailure) in
            let (groups, next) = try RuleFilter(request.query).apply(await service.backend.ruleGroups())
            return PrometheusJSON.success { json in
                json.beginObject()
                json.key("groups")
                json.beginArray()
                for group in groups { write(group, &json) }
                json.endArray()
                if let next {
                    json.key("groupNextToken")
                    json.string(next)
                }
                json.endObject()
            }
        },
        Route("GET", path: "/api/v1/alertmanagers", style: .prometheus) { service, _, _ in
            let urls = await service.backend.alertmanagers()
            return PrometheusJSON.success { json in
                json.beginObject()
                json.key("activeAlertmanagers")
                json.beginArray()
                for url in urls {
                    json.beginObject()
                    json.key("url")
                    json.string(url)
                    json.endObject()
                }
                json.endArray()
                json.key("droppedAlertmanagers")
                json.beginArray()
                json.endArray()
                json.endObject()
            }
        },
    ]

    private static func write(_ view: HeartbeatView, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("name")
        json.string(view.name)
        json.key("every")
        json.number(view.every.seconds)
        json.key("grace")
        json.number(view.grace.seconds)
        for (key, time) in [("last", view.last), ("missingSince", view.missingSince)] {
            guard let time else { continue }
            json.key(key)
            json.string(RFC3339.string(time))
        }
        json.key("missing")
        json.bool(view.missingSince != nil)
        json.endObject()
    }

    private static func write(_ group: RuleGroupView, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("name")
        json.string(group.name)
        json.key("file")
        json.string(group.file)
        json.key("rules")
        json.beginArray()
        for rule in group.rules {
            json.beginObject()
            json.key("name")
            json.string(rule.name)
            json.key("type")
            json.string(rule.alerting == nil ? "recording" : "alerting")
            json.key("evaluations")
            json.beginArray()
            for evaluation in rule.evaluations.reversed() {
                json.beginObject()
                json.key("time")
                json.string(RFC3339.string(evaluation.at))
                json.key("duration")
                json.number(evaluation.duration.seconds)
                json.key("samples")
                json.integer(evaluation.samples)
                json.key("series")
                json.integer(evaluation.series)
                if let error = evaluation.error {
                    json.key("error")
                    json.string(error)
                }
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
