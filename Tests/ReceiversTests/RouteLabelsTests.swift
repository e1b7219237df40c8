import Alerts
import Base
import JSON
import TestSupport
import Testing
import TimeSeries

@testable import Receivers

@Suite("Labels of routes")
struct RouteLabelsTests {
    private static func notification(_ labels: Labels) -> Notification {
        var notification = DeliveryTests.notification
        notification.routeLabels = labels
        return notification
    }

    @Test("are templates over the notification, may use one another, and go without what fails")
    func rendering() throws {
        let templates = try NotificationTemplates()
        let (labels, problems) = templates.routeLabels(
            of: Self.notification([
                "plain": "db", "name": "{{ .GroupLabels.alertname | toLower }}",
                "a_chain": "{{ routeLabels \"name\" }}-{{ .RouteLabels.plain }}", "broken": "{{ .Nothing }}",
                "verbatim": "{{ \"{{ .Status }}\" }}", "circle": "{{ routeLabels \"circle\" }}",
            ]), at: .zero)
        #expect(labels["plain"] == "db" && labels["name"] == "a" && labels["a_chain"] == "a-db")
        #expect(labels["verbatim"] == "{{ .Status }}" && labels["circle"] == "")
        #expect(!labels.contains("broken") && problems.count == 1, "\(problems)")
        #expect(problems.allSatisfy { $0.contains("broken") })
    }

    @Test("reach the webhook's body and templates; a route without any changes nothing")
    func delivery() async throws {
        for (labels, expected) in [(["team": "{{ .Receiver }}"] as Labels, "r" as String?), (.empty, nil)] {
            let capture = try Capture()
            let set = try Capture.receivers(
                """
                receivers:
                - name: r
                  webhook_configs:
                  - url: http://127.0.0.1:\(capture.port)/body
                  - url: http://127.0.0.1:\(capture.port)/own
                    payload: {text: '{{ .RouteLabels.team }}/{{ routeLabels "team" }}', all: '{{ toJson . }}'}
                """)
            for id in set.profiles["r"]?.map(\.id) ?? [] {
                let job = NotificationJob(
                    id: 1, integration: id, notification: Self.notification(labels), attempt: 1,
                    deadline: .distantFuture)
                #expect(await set.deliver(job, timeout: .seconds(10)).isDelivered)
            }
            let posts = capture.posts(to: "/body") + capture.posts(to: "/own")
            let body = try JSONValue(parsing: Array(try #require(posts.first { $0.path == "/body" }).body.utf8))
            #expect(body["routeLabels"]?["team"]?.string == expected)
            let keys = body.object?.map(\.key) ?? []
            if expected != nil, let place = keys.firstIndex(of: "routeLabels") {
                #expect(keys[place - 1] == "commonAnnotations" && keys[place + 1] == "externalURL")
            }
            let own = try JSONValue(parsing: Array(try #require(posts.first { $0.path == "/own" }).body.utf8))
            #expect(own["text"]?.string == (expected ?? "") + "/" + (expected ?? ""))
            #expect(own["all"]?["routeLabels"]?["team"]?.string == expected, "\(own)")
        }
    }
}
