import Base
import HTTPServer
import JSON
import TimeSeries

/// What only ruleval has: incidents, and the way in for another Alertmanager's webhook.
enum OwnRoutes {
    static let all: [Route] = [
        Route("POST", path: "/api/v1/webhook/alertmanager", style: .prometheus) {
            service, request, _ throws(WebFailure) in
            let alerts = try WebhookDecoder.decode(request.body, now: service.clock.now())
            let refused = try await service.receive(alerts, from: .webhook)
            if let first = refused.first {
                throw .invalid(
                    refused.count == 1 ? "\(first)" : "\(first), and \(refused.count - 1) more alerts were refused")
            }
            return PrometheusJSON.success { json in
                json.beginObject()
                json.key("alerts")
                json.integer(alerts.count)
                json.endObject()
            }
        },
        Route("GET", path: "/api/v1/incidents", style: .prometheus) { service, request, _ throws(WebFailure) in
            let status = request.query["status"] ?? ""
            guard ["", "open", "acknowledged", "resolved"].contains(status) else {
                throw .invalid("invalid parameter \"status\": open, acknowledged or resolved, not \"\(status)\"")
            }
            let incidents = await service.backend.incidents().filter { status.isEmpty || $0.status == status }
            return PrometheusJSON.success { json in
                json.beginObject()
                json.key("incidents")
                json.beginArray()
                for each in incidents { incident(each, &json) }
                json.endArray()
                json.endObject()
            }
        },
        Route("GET", path: "/api/v1/incidents/{id}", style: .prometheus) { service, _, path throws(WebFailure) in
            guard let found = await service.backend.incidents().first(where: { $0.id == path[0] }) else {
                throw .notFound("there is no incident \(path[0])")
            }
            return PrometheusJSON.success { incident(found, &$0) }
        },
        Route("POST", path: "/api/v1/incidents/{id}/ack", style: .prometheus) {
            service, request, path throws(WebFailure) in
            let (who, comment) = try acknowledgement(request)
            let after = try await service.backend.acknowledge(incident: path[0], by: who, comment: comment)
            return PrometheusJSON.success { incident(after, &$0) }
        },
    ]

    /// `by` and `comment` as JSON, form or query; both may be missing.
    private static func acknowledgement(
        _ request: HTTPServerRequest
    ) throws(WebFailure) -> (by: String, comment: String) {
        guard request.contentType == "application/json", !request.body.isEmpty else {
            return (request.parameters["by"] ?? "", request.parameters["comment"] ?? "")
        }
        let body: JSONValue
        do throws(JSONError) { body = try JSONValue(parsing: request.body) } catch {
            throw .invalid("the body is no JSON: \(error)")
        }
        guard let object = body.object else { throw .invalid("the body must be an object, not \(body.kind)") }
        var texts = ["by": "", "comment": ""]
        for member in object {
            guard texts[member.key] != nil else { throw .invalid("unknown field \"\(member.key)\"") }
            guard let text = member.value.string else { throw .invalid("\"\(member.key)\" must be a text") }
            texts[member.key] = text
        }
        return (texts["by"] ?? "", texts["comment"] ?? "")
    }

    private static func incident(_ view: IncidentView, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("id")
        json.string(view.id)
        json.key("status")
        json.string(view.status)
        json.key("title")
        json.string(view.title)
        json.key("groupKey")
        json.string(view.groupKey)
        json.key("labels")
        PrometheusJSON.labels(view.labels, &json)
        json.key("firingAlerts")
        json.integer(view.firingAlerts)
        if let policy = view.policy {
            json.key("escalationPolicy")
            json.string(policy)
            json.key("step")
            json.integer(view.step)
        }
        json.key("openedAt")
        json.string(RFC3339.string(view.openedAt))
        let times = [
            ("acknowledgedAt", view.acknowledgedAt), ("resolvedAt", view.resolvedAt),
            ("nextEscalationAt", view.nextEscalationAt),
        ]
        for case (let key, let time?) in times {
            json.key(key)
            json.string(RFC3339.string(time))
        }
        if let who = view.acknowledgedBy, !who.isEmpty {
            json.key("acknowledgedBy")
            json.string(who)
        }
        if !view.note.isEmpty {
            json.key("note")
            json.string(view.note)
        }
        json.key("events")
        json.beginArray()
        for event in view.events {
            json.beginObject()
            json.key("at")
            json.string(RFC3339.string(event.at))
            json.key("text")
            json.string(event.text)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
