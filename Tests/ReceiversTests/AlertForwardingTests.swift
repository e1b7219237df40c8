import Alerts
import Base
import HTTPServer
import HTTPTransport
import JSON
import Receivers
import Settings
import Synchronization
import Testing
import TimeSeries
import YAML

@Suite("Forwarding to Alertmanagers")
struct AlertForwardingTests {
    typealias Core = AlertQueue
    private let start = Timestamp(milliseconds: 1_000_000_000)

    private func firing(_ name: String, _ validFor: Duration = .seconds(240), at time: Timestamp? = nil) -> PostedAlert
    {
        PostedAlert(
            labels: ["alertname": name], annotations: ["n": name], startsAt: start,
            endsAt: (time ?? start) + validFor, generatorURL: "http://x")
    }

    private func resolved(_ name: String, at time: Timestamp) -> PostedAlert {
        PostedAlert(labels: ["alertname": name], startsAt: start, endsAt: time)
    }

    @Test func newsLeaveAtOnceOneRequestAtATime() {
        var core = Core()
        #expect(core.apply(.alerts([firing("a")]), at: start) == [.post([firing("a")])])
        #expect(core.apply(.alerts([firing("b")]), at: start).isEmpty)
        #expect(core.apply(.alerts([firing("c")]), at: start).isEmpty)
        #expect(core.waiting == 2)
        #expect(core.apply(.answer(.taken), at: start) == [.taken(1), .post([firing("b"), firing("c")])])
        #expect(core.apply(.answer(.taken), at: start) == [.taken(2)])
        #expect(core.isIdle)
    }

    @Test func newerNewsOfAnAlertReplaceThoseThatWait() {
        var core = Core()
        _ = core.apply(.alerts([firing("other")]), at: start)
        _ = core.apply(.alerts([firing("a"), firing("b")]), at: start)
        let end = resolved("a", at: start + .seconds(1))
        _ = core.apply(.alerts([end]), at: start + .seconds(1))
        #expect(core.apply(.answer(.taken), at: start + .seconds(1)) == [.taken(1), .post([end, firing("b")])])
    }

    @Test func anAlertThatFiresAgainDoesNotHideItsEnd() {
        var core = Core()
        _ = core.apply(.alerts([firing("other")]), at: start)
        let end = resolved("a", at: start)
        let again = PostedAlert(
            labels: ["alertname": "a"], startsAt: start + .seconds(5), endsAt: start + .seconds(245))
        _ = core.apply(.alerts([end]), at: start)
        _ = core.apply(.alerts([again]), at: start + .seconds(5))
        #expect(core.apply(.answer(.taken), at: start + .seconds(5)) == [.taken(1), .post([end, again])])
    }

    @Test func temporaryFailuresAreTriedAgainUntilTheNewsAreNoLongerTrue() throws {
        var core = Core()
        _ = core.apply(.alerts([firing("a", .seconds(60)), resolved("b", at: start)]), at: start)
        #expect(core.apply(.answer(.temporary(retryAfter: nil)), at: start) == [.failed(2)])
        var deadline = try #require(core.nextDeadline)
        #expect(deadline - start == .milliseconds(250))
        #expect(core.apply(.tick, at: start + .milliseconds(249)).isEmpty)
        let both = [firing("a", .seconds(60)), resolved("b", at: start)]
        #expect(core.apply(.tick, at: deadline) == [.post(both)])
        _ = core.apply(.answer(.temporary(retryAfter: .seconds(90))), at: deadline)
        deadline = try #require(core.nextDeadline)
        #expect(deadline >= start + .seconds(90))
        // By now the firing alert would be taken as resolved.
        #expect(core.apply(.tick, at: deadline) == [.dropped(1), .post([resolved("b", at: start)])])
        _ = core.apply(.answer(.temporary(retryAfter: nil)), at: deadline)
        #expect(core.apply(.tick, at: start + .seconds(901)) == [.dropped(1)])
        #expect(core.isIdle)
    }

    @Test func aFailedRequestDoesNotOverwriteNewerNews() throws {
        var core = Core()
        _ = core.apply(.alerts([firing("a")]), at: start)
        let end = resolved("a", at: start + .seconds(1))
        _ = core.apply(.alerts([end]), at: start + .seconds(1))
        _ = core.apply(.answer(.temporary(retryAfter: nil)), at: start + .seconds(2))
        #expect(core.apply(.tick, at: try #require(core.nextDeadline)) == [.post([end])])
    }

    @Test func refusedAlertsAreDropped() {
        var core = Core()
        _ = core.apply(.alerts([firing("a")]), at: start)
        #expect(core.apply(.answer(.permanent), at: start) == [.failed(1), .dropped(1)])
    }

    @Test func theQueueAndTheRequestsAreBounded() {
        var limits = AlertForwardingCore.Limits()
        limits.capacity = 20
        limits.batch = 8
        var core = Core(limits)
        _ = core.apply(.alerts([firing("first")]), at: start)
        let effects = core.apply(.alerts((0..<50).map { firing("\($0)") }), at: start)
        #expect(effects == [.dropped(30)])
        #expect(core.waiting == 20)
        #expect(
            core.apply(.answer(.taken), at: start) == [.taken(1), .post((30..<38).map { firing("\($0)") })])
    }

    @Test func theBodyIsThatOfPrometheus() async throws {
        let box = Box()
        let server = try HTTPServer { request in
            box.value.withLock { $0.append((request.path, String(decoding: request.body, as: UTF8.self))) }
            return HTTPServerResponse(status: 200, text: "")
        }
        let url = try #require(HTTPURL("http://127.0.0.1:\(server.port)/prefix/"))
        let client = AlertmanagerClient(AlertmanagerSettings(url: url), http: HTTPClient())
        try await client.post([
            PostedAlert(
                labels: ["alertname": "A", "job": "j\"<"], annotations: Labels(keepingEmpty: [("e", "")]),
                startsAt: Timestamp(milliseconds: 1_500_000_000_000),
                endsAt: Timestamp(milliseconds: 1_500_000_240_123),
                generatorURL: "http://p/graph?g0.expr=up&g0.tab=1")
        ])
        let call = try #require(box.value.withLock { $0.first })
        #expect(call.path == "/prefix/api/v2/alerts")
        let alert = try #require(try JSONValue(parsing: Array(call.body.utf8))[0])
        #expect(alert["labels"]?["job"]?.string == "j\"<")
        #expect(alert["annotations"]?["e"]?.string == "")
        #expect(
            alert["startsAt"]?.string == "2017-07-14T02:40:00Z"
                || alert["startsAt"]?.string == "2017-07-14T02:40:00.000Z")
        #expect(alert["endsAt"]?.string == "2017-07-14T02:44:00.123Z")
        #expect(alert["generatorURL"]?.string == "http://p/graph?g0.expr=up&g0.tab=1")
        await server.stop()
    }

    @Test(arguments: [(503, true), (429, true), (500, true), (400, false), (404, false), (401, false)])
    func whatIsTriedAgain(_ status: Int, _ isTemporary: Bool) async throws {
        let server = try HTTPServer { _ in HTTPServerResponse(status: status, text: "no\n") }
        let url = try #require(HTTPURL("http://127.0.0.1:\(server.port)"))
        let client = AlertmanagerClient(AlertmanagerSettings(url: url), http: HTTPClient())
        do {
            try await client.post([firing("a")])
            Issue.record("taken")
        } catch {
            #expect(error.isTemporary == isTemporary)
            #expect(error.description.contains("status \(status): no"))
        }
        await server.stop()
    }

    static func decode(_ text: String) throws -> ([AlertmanagerSettings], [String]) {
        let decoding = YAMLDecoding()
        let root = try #require(try YAMLDocument(parsing: text, file: "r.yml").root)
        let context = SettingsContext(decoding: decoding, folder: ConfigurationFolder(path: ""))
        return (AlertmanagerSettings.list(root, context), decoding.sortedDiagnostics.map(\.description))
    }

    @Test func theSectionIsReadWhole() throws {
        let (list, errors) = try Self.decode(
            """
            - url: https://host:9093/prefix
              timeout: 3s
              api_version: v2
              basic_auth: {username: u, password: p}
              tls_config: {insecure_skip_verify: true}
              alert_relabel_configs:
                - {source_labels: [severity], regex: debug, action: drop}
                - {regex: replica, action: labeldrop}
            """)
        #expect(errors.isEmpty)
        let entry = try #require(list.first)
        #expect(entry.endpoint.text == "https://host:9093/prefix/api/v2/alerts")
        #expect(entry.timeout == .seconds(3))
        let client = AlertmanagerClient(entry, http: HTTPClient())
        let alerts = [
            PostedAlert(labels: ["alertname": "a", "severity": "debug"]),
            PostedAlert(labels: ["alertname": "b", "replica": "1"]), PostedAlert(labels: ["replica": "1"]),
        ]
        #expect(client.relabelled(alerts).map(\.labels) == [["alertname": "b"]])
    }

    @Test(
        "refuses what is wrong, with its place",
        arguments: [
            ("- {}", "r.yml:1:3: error: an alertmanagers entry needs 'url'"),
            (
                "- url: host:9093",
                "r.yml:1:8: error: 'url' of alertmanagers must be an http or https URL without a query, such as http://localhost:9093"
            ),
            ("- {url: http://x, timeout: 0s}", "r.yml:1:28: error: 'timeout' must be longer than 0"),
            ("- {url: http://x, api_version: v1}", "r.yml:1:32: error: 'api_version' must be v2, not 'v1'"),
            (
                "- {url: http://x, static_configs: []}",
                "r.yml:1:19: error: 'static_configs' is not supported (name each Alertmanager by its 'url', path prefix included)"
            ),
        ])
    func refused(_ text: String, _ message: String) throws { #expect(try Self.decode(text).1 == [message]) }
}

private final class Box: Sendable {
    let value = Mutex<[(path: String, body: String)]>([])
}

/// The queue as these tests look at it.
struct AlertQueue {
    enum Event {
        case alerts([PostedAlert])
        case answer(ForwardingAnswer)
        case tick
    }
    enum Effect: Equatable {
        case post([PostedAlert])
        case taken(Int), failed(Int), dropped(Int)
    }

    private var core: AlertForwardingCore

    init(_ limits: AlertForwardingCore.Limits = .init()) { core = AlertForwardingCore(limits) }

    var waiting: Int { core.waiting }
    var isIdle: Bool { core.isIdle }
    var nextDeadline: Timestamp? { core.nextDeadline }

    mutating func apply(_ event: Event, at now: Timestamp) -> [Effect] {
        let given: ForwardingEvent<PostedAlert> =
            switch event {
            case .alerts(let alerts): .items(alerts)
            case .answer(let answer): .answer(answer)
            case .tick: .tick
            }
        return core.apply(given, at: now).flatMap { effect -> [Effect] in
            switch effect {
            case .send(let alerts): [.post(alerts)]
            case .taken(let alerts): [.taken(alerts.count)]
            case .retried(let alerts): [.failed(alerts.count)]
            case .refused(let alerts): [.failed(alerts.count), .dropped(alerts.count)]
            case .dropped(let alerts, _): [.dropped(alerts.count)]
            }
        }
    }
}
