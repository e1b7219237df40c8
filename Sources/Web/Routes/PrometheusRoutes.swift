import HTTPServer
import JSON

/// The part of Prometheus' HTTP API that speaks of rules.
enum PrometheusRoutes {
    static let all: [Route] = [
        Route("GET", path: "/api/v1/rules", style: .prometheus) { service, request, _ throws(WebFailure) in
            let filter = try RuleFilter(request.query)
            let (groups, next) = try filter.apply(await service.backend.ruleGroups())
            return PrometheusJSON.success { json in
                json.beginObject()
                json.key("groups")
                json.beginArray()
                for group in groups { PrometheusJSON.group(group, &json) }
                json.endArray()
                if let next {
                    json.key("groupNextToken")
                    json.string(next)
                }
                json.endObject()
            }
        },
        Route("GET", path: "/api/v1/alerts", style: .prometheus) { service, _, _ in
            let groups = await service.backend.ruleGroups()
            return PrometheusJSON.success { json in
                json.beginObject()
                json.key("alerts")
                json.beginArray()
                for rule in groups.flatMap(\.rules) {
                    for alert in rule.alerting?.alerts ?? [] { PrometheusJSON.alert(alert, &json) }
                }
                json.endArray()
                json.endObject()
            }
        },
    ]
}
