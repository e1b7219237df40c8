import Alerts
import Base
import HTTPServer
import Synchronization
import TimeSeries

@testable import Web

/// A backend that answers what a test put into it and notes what it was asked.
final class FakeBackend: WebBackend {
    struct State {
        var groups: [RuleGroupView] = []
        var posted: [(alert: PostedAlert, source: AlertSource)] = []
        var received: [ReceivedAlertView] = []
        var alertGroups: [AlertGroupView] = []
        var incidents: [IncidentView] = []
        var checks: [HealthCheckView] = []
        var failure: WebFailure?
        var reloads = 0
        var silences: [SilenceView] = []
        var acknowledgements: [String] = []
    }
    let state = Mutex(State())

    static let now = Timestamp(milliseconds: 1_800_000_000_500)

    func ruleGroups() async -> [RuleGroupView] { state.withLock { $0.groups } }

    func receive(_ alerts: [PostedAlert], from source: AlertSource) async throws(WebFailure) -> [PostedAlert.Refusal] {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        var refused: [PostedAlert.Refusal] = []
        for posted in alerts {
            do throws(PostedAlert.Refusal) {
                let alert = try posted.accepted(at: Self.now, resolveTimeout: .seconds(300))
                state.withLock { state in
                    state.posted.append((posted, source))
                    state.received.append(ReceivedAlertView(alert: alert, receivers: ["r1"]))
                }
            } catch { refused.append(error) }
        }
        return refused
    }

    func serverStatus() async -> ServerStatusView {
        ServerStatusView(
            startedAt: Self.now, workingDirectory: "/", hostname: "host", reloadWorked: true, configuredAt: Self.now,
            retention: "2h", configuration: "global:\n  evaluation_interval: 1m\n",
            flags: [("config.file", "ruleval.yml")])
    }
    func receivers() async -> [ReceiverView] {
        [ReceiverView(name: "r1", labels: [("team", "db")]), ReceiverView(name: "r2")]
    }
    func receivedAlerts(matching matchers: [AlertMatcher]) async -> [ReceivedAlertView] {
        state.withLock { $0.received.filter { matchers.allMatch($0.alert.labels) } }
    }
    func alertGroups(matching matchers: [AlertMatcher]) async -> [AlertGroupView] {
        state.withLock { state in
            state.alertGroups.map { group in
                var group = group
                group.alerts = group.alerts.filter { matchers.allMatch($0.alert.labels) }
                return group
            }
        }
    }
    func silences() async -> [SilenceView] { state.withLock { $0.silences } }
    func setSilence(_ silence: PostedSilence) async throws(WebFailure) -> String {
        if !silence.id.isEmpty, !state.withLock({ $0.silences.contains { $0.silence.id == silence.id } }) {
            throw .notFound("silence not found")
        }
        var kept = silence
        kept.id = "00000000-0000-4000-8000-00000000000\(state.withLock { $0.silences.count })"
        let view = SilenceView(kept, state: "active", updatedAt: Self.now)
        state.withLock { $0.silences.append(view) }
        return kept.id
    }
    func expireSilence(_ id: String) async throws(WebFailure) {
        let found = state.withLock { state in
            guard let index = state.silences.firstIndex(where: { $0.silence.id == id }) else { return false }
            state.silences[index].state = "expired"
            return true
        }
        if !found { throw .notFound("silence not found") }
    }
    func dispatchStatus() async -> DispatchStatusView {
        DispatchStatusView(configuration: "route:\n  receiver: r1\n", startedAt: Self.now)
    }
    func incidents() async -> [IncidentView] { state.withLock { $0.incidents } }
    func acknowledge(incident id: String, by who: String, comment: String) async throws(WebFailure) -> IncidentView {
        guard var incident = state.withLock({ $0.incidents.first { $0.id == id } }) else {
            throw .notFound("there is no incident \(id)")
        }
        if incident.status == "resolved" { throw .conflict("incident \(id) is resolved") }
        state.withLock { $0.acknowledgements.append("\(id) \(who) \(comment)") }
        incident.status = "acknowledged"
        incident.acknowledgedBy = who
        incident.acknowledgedAt = Self.now
        return incident
    }
    func alertmanagers() async -> [String] { ["http://a:9093/api/v2/alerts"] }
    func heartbeats() async -> [HeartbeatView] {
        [HeartbeatView(name: "backup", every: .seconds(60), grace: .zero, last: nil, missingSince: Self.now)]
    }
    func beat(_ name: String) async throws(WebFailure) -> HeartbeatView {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        guard name == "backup" else { throw .notFound("there is no heartbeat \(name)") }
        return HeartbeatView(name: name, every: .seconds(60), grace: .zero, last: Self.now, missingSince: nil)
    }
    func readiness() async -> [HealthCheckView] { state.withLock { $0.checks } }
    func performance() async -> PerformanceView {
        PerformanceView(score: 90, evaluationLag: .milliseconds(250), rules: 3, failingRules: 1)
    }
    func reload() async throws(WebFailure) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        state.withLock { $0.reloads += 1 }
    }
}

/// The answer as a test looks at it.
struct Answer {
    var status: Int
    var headers: [String: String]
    var text: String
}

/// A service over a fake backend.
struct Surface {
    let backend = FakeBackend()
    let queries = FakeQueries()
    let service: WebService

    init() {
        service = WebService(
            backend: backend, queries: queries, metrics: MetricsRegistry(),
            build: BuildInformation(version: "1.2.3", revision: "abc", compiler: "swift6.3"),
            clock: ManualClock(now: FakeBackend.now))
    }

    func ask(
        _ method: String, _ target: String, type: String? = "application/json", headers: [String: String] = [:],
        _ body: String = ""
    ) async -> Answer {
        await ask(method, target, type: type, headers: headers, bytes: Array(body.utf8))
    }

    func ask(
        _ method: String, _ target: String, type: String?, headers: [String: String] = [:], bytes body: [UInt8]
    ) async -> Answer {
        var all = headers.map { HTTPServerRequest.Header(name: $0.key, value: $0.value) }
        if let type { all.append(.init(name: "Content-Type", value: type)) }
        guard let request = HTTPServerRequest(method: method, target: target, headers: all, body: body)
        else { return Answer(status: 0, headers: [:], text: "no request") }
        let response = await service.respond(to: request)
        guard case .bytes(let bytes) = response.body else { return Answer(status: 0, headers: [:], text: "a stream") }
        return Answer(
            status: response.status, headers: Dictionary(response.headers.map { ($0.name, $0.value) }) { $1 },
            text: String(decoding: bytes, as: UTF8.self))
    }
}
