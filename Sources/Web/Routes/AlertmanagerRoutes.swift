import Alerts
import HTTPServer
import JSON

/// Alertmanager's API v2.
enum AlertmanagerRoutes {
    static let all: [Route] = [
        Route("GET", "POST", path: "/api/v2/alerts", style: .alertmanager) { service, request, _ throws(WebFailure) in
            request.method == "POST" ? try await post(service, request) : try await list(service, request)
        },
        Route("GET", path: "/api/v2/alerts/groups", style: .alertmanager) { service, request, _ throws(WebFailure) in
            let filter = try AlertFilter(request.query, receivers: await service.backend.receivers())
            let groups = await service.backend.alertGroups(matching: filter.matchers)
                .filter { filter.accepts(receiver: $0.receiver) }
            let weight = groups.reduce(0) { $0 + $1.alerts.count }
            return AlertmanagerJSON.list(groups, weight: weight) { group, json in
                var group = group
                group.alerts = group.alerts.filter(filter.accepts)
                // Of an alert in groups only the receivers that were asked for are shown, by name.
                for index in group.alerts.indices where group.alerts[index].receivers.count > 1 {
                    group.alerts[index].receivers = group.alerts[index].receivers.filter(filter.accepts(receiver:))
                        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                }
                if !group.alerts.isEmpty { AlertmanagerJSON.group(group, &json) }
            }
        },
        Route("GET", path: "/api/v2/receivers", style: .alertmanager) { service, request, _ throws(WebFailure) in
            let receivers = await service.backend.receivers()
            let matchers = try ReceiverMatchers(request.query, receivers: receivers)
            return AlertmanagerJSON.answer { json in
                json.beginArray()
                for receiver in receivers where matchers.accept(receiver.name) {
                    json.beginObject()
                    json.key("labels")
                    json.beginObject()
                    for label in receiver.labels {
                        json.key(label.name)
                        json.string(label.value)
                    }
                    json.endObject()
                    json.key("name")
                    json.string(receiver.name)
                    json.endObject()
                }
                json.endArray()
            }
        },
        Route("GET", path: "/api/v2/status", style: .alertmanager) { service, _, _ in
            status(await service.backend.dispatchStatus(), service.build)
        },
    ]

    private static func list(
        _ service: WebService, _ request: HTTPServerRequest
    ) async throws(WebFailure) -> HTTPServerResponse {
        let filter = try AlertFilter(request.query, receivers: await service.backend.receivers())
        let alerts = await service.backend.receivedAlerts(matching: filter.matchers)
        return AlertmanagerJSON.list(alerts, weight: alerts.count) { view, json in
            if filter.accepts(view) { AlertmanagerJSON.alert(view, &json) }
        }
    }

    /// Good alerts are taken even where others are refused.
    private static func post(
        _ service: WebService, _ request: HTTPServerRequest
    ) async throws(WebFailure) -> HTTPServerResponse {
        let alerts: [PostedAlert]
        do throws(PostedAlertsDecoder.Refusal) { alerts = try PostedAlertsDecoder.decode(request) } catch {
            return AlertmanagerJSON.failure(error.message, code: error.code, status: error.status)
        }
        let refused = try await service.receive(alerts, from: .api)
        if refused.isEmpty { return HTTPServerResponse() }
        return AlertmanagerJSON.message(refused.map(\.description).joined(separator: "\n"), status: 400)
    }

    private static func status(_ view: DispatchStatusView, _ build: BuildInformation) -> HTTPServerResponse {
        AlertmanagerJSON.answer { json in
            json.beginObject()
            json.key("cluster")
            json.beginObject()
            json.key("peers")
            json.beginArray()
            json.endArray()
            json.key("status")
            json.string("disabled")
            json.endObject()
            json.key("config")
            json.beginObject()
            json.key("original")
            json.string(view.configuration)
            json.endObject()
            json.key("uptime")
            AlertmanagerJSON.time(view.startedAt, &json)
            json.key("versionInfo")
            json.beginObject()
            for (key, value) in [
                ("branch", build.branch), ("buildDate", build.buildDate), ("buildUser", build.buildUser),
                ("goVersion", build.compiler), ("revision", build.revision), ("version", build.version),
            ] {
                json.key(key)
                json.string(value)
            }
            json.endObject()
            json.endObject()
        }
    }
}
