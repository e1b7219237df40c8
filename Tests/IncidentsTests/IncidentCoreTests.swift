import Alerts
import Base
import Testing
import TimeSeries
import YAML

@testable import Incidents

/// Incidents with a store and receivers that a test answers for.
private struct IncidentWorld {
    var core: IncidentCore
    var now = Timestamp(milliseconds: 1_000_000_000)
    var store: [String: IncidentRecord] = [:]
    var sent: [NotificationJob] = []
    var pending: [NotificationJob] = []
    var cancelled: [UInt64] = []
    var answer: @Sendable (NotificationJob) -> DeliveryResult? = { _ in .delivered }

    static let configuration = IncidentConfiguration(
        policies: [
            "p": EscalationPolicy(
                steps: [.init(after: .seconds(300), receiver: "phone"), .init(after: .seconds(900), receiver: "head")],
                repeatInterval: .seconds(600))
        ],
        receivers: [
            "phone": [
                IntegrationProfile(id: .init(receiver: "phone", type: "webhook", index: 0), sendsResolved: true),
                IntegrationProfile(id: .init(receiver: "phone", type: "slack", index: 0), sendsResolved: false),
            ],
            "head": [IntegrationProfile(id: .init(receiver: "head", type: "webhook", index: 0), sendsResolved: true)],
        ])

    init() { core = IncidentCore(Self.configuration, at: now) }

    mutating func restart() {
        pending = []
        core = IncidentCore(Self.configuration, restoring: Array(store.values), at: now)
        send(.tick)
    }

    mutating func send(_ event: IncidentEvent) { carryOut(core.apply(event, at: now)) }

    mutating func carryOut(_ effects: [IncidentEffect]) {
        for effect in effects {
            switch effect {
            case .persist(let record): store[record.id] = record
            case .remove(let id): store[id] = nil
            case .cancel(let job):
                cancelled.append(job)
                pending.removeAll { $0.id == job }
            case .notify(let job):
                guard let result = answer(job) else {
                    pending.append(job)
                    continue
                }
                if result.isDelivered { sent.append(job) }
                send(.result(job: job.id, result))
            }
        }
    }

    mutating func run(for duration: Duration) {
        let end = now + duration
        while let next = core.nextDeadline, next <= end {
            now = max(now, next)
            send(.tick)
        }
        now = end
        send(.tick)
    }

    mutating func signal(firing: Bool, isMuted: Bool = false) {
        let alert = Alert(
            labels: ["alertname": "A"], startsAt: now, endsAt: firing ? now + .seconds(9999) : now, updatedAt: now)
        send(
            .signal(
                IncidentSignal(
                    policy: "p", groupKey: GroupKey(text: "{}:{}"), receiver: "team", groupLabels: .empty,
                    alerts: isMuted ? [] : [NotifiedAlert(alert, status: firing ? .firing : .resolved)],
                    isMuted: isMuted)))
    }

    mutating func news() -> [String] {
        defer { sent = [] }
        return sent.map { "\($0.integration) \($0.notification.status)" }
    }

    var id: String { core.all.first?.id ?? "" }
}

@Suite("Incidents")
struct IncidentCoreTests {
    @Test("escalate step by step, then repeat, and tell the end to all who were told")
    func life() {
        var world = IncidentWorld()
        world.signal(firing: true)
        world.signal(firing: true)
        #expect(world.core.all.count == 1 && world.core.all.first?.state == .open)
        world.run(for: .milliseconds(299_999))
        #expect(world.news().isEmpty)
        world.run(for: .milliseconds(1))
        #expect(Set(world.news()) == ["phone/webhook[0] firing", "phone/slack[0] firing"])
        world.run(for: .seconds(600))
        #expect(world.news() == ["head/webhook[0] firing"])
        world.run(for: .seconds(600))
        #expect(world.news() == ["head/webhook[0] firing"])
        world.signal(firing: false)
        #expect(Set(world.news()) == ["phone/webhook[0] resolved", "head/webhook[0] resolved"])
        #expect(world.core.all.first?.state == .resolved)
        world.run(for: .seconds(31 * 86_400))
        #expect(world.news().isEmpty && world.store.isEmpty)
    }

    @Test("take no step once somebody owns them")
    func acknowledged() throws {
        var world = IncidentWorld()
        world.signal(firing: true)
        world.run(for: .seconds(300))
        world.sent = []
        world.carryOut(try world.core.acknowledge(world.id, by: "ada", note: "on it", at: world.now))
        world.restart()
        world.run(for: .seconds(9000))
        #expect(world.news().isEmpty)
        let record = try #require(world.store[world.id])
        #expect(record.state == .acknowledged && record.acknowledgedBy == "ada" && record.note == "on it")
        world.signal(firing: false)
        #expect(world.news() == ["phone/webhook[0] resolved"])
        #expect(throws: AcknowledgementRefusal.alreadyResolved(world.id)) {
            try world.core.acknowledge(world.id, by: "", note: "", at: world.now)
        }
        #expect(throws: AcknowledgementRefusal.notFound("x")) {
            try world.core.acknowledge("x", by: "", note: "", at: world.now)
        }
        world.signal(firing: true)
        #expect(world.core.all.count == 2 && world.core.all.contains { $0.state == .open })
    }

    @Test("survive restarts: no step twice, none lost, what was under way is sent again")
    func restart() {
        var world = IncidentWorld()
        world.signal(firing: true)
        world.run(for: .seconds(300))
        #expect(world.news().count == 2)
        world.restart()
        world.run(for: .seconds(100))
        #expect(world.news().isEmpty)
        world.answer = { _ in nil }
        world.run(for: .seconds(500))
        #expect(world.pending.map(\.integration.receiver) == ["head"])
        world.answer = { _ in .delivered }
        world.restart()
        #expect(world.news() == ["head/webhook[0] firing"])
        world.now = world.now + .seconds(5 * 600)
        world.restart()
        #expect(world.news() == ["head/webhook[0] firing"])
    }

    @Test("try a failing receiver again until it works, and give up where it refuses for good")
    func failing() {
        var world = IncidentWorld()
        world.answer = { $0.integration.type == "slack" ? .permanent("gone") : .temporary("busy") }
        world.signal(firing: true)
        world.run(for: .seconds(700))
        #expect(world.news().isEmpty)
        world.answer = { _ in .delivered }
        world.run(for: .seconds(61))
        #expect(world.news() == ["phone/webhook[0] firing"])
        #expect(world.store[world.id]?.events.contains { $0.text.contains("could not be told: gone") } == true)
    }

    @Test("wait while muted, and end in silence what nobody was told of")
    func muted() {
        var world = IncidentWorld()
        world.signal(firing: true)
        world.signal(firing: false, isMuted: true)
        world.run(for: .seconds(400))
        #expect(world.news().isEmpty && world.core.all.first?.state == .open)
        world.signal(firing: true)
        #expect(world.news().count == 2)
        world.answer = { _ in nil }
        world.run(for: .seconds(500))
        #expect(world.pending.count == 1)
        world.signal(firing: false)
        #expect(world.cancelled.count == 1)
        #expect(
            Set(world.pending.map { "\($0.integration) \($0.notification.status)" }) == [
                "phone/webhook[0] resolved", "head/webhook[0] resolved",
            ])
    }

    @Test(
        "go by policies that make sense",
        arguments: [
            ("p: {steps: [{after: 5m, receiver: r}, {after: 10m, receiver: r}], repeat_interval: 1h}", ""),
            ("p: {}", "an escalation policy needs 'steps'"),
            ("p: {steps: [{after: 5m}]}", "escalation step needs 'receiver'"),
            ("p: {steps: [{receiver: r}]}", "escalation step needs 'after'"),
            ("p: {steps: [{after: 5m, receiver: q}]}", "undefined receiver \"q\" used in escalation policy"),
            ("p: {steps: [{after: 5m, receiver: r}, {after: 1m, receiver: r}]}", "a step must not come before"),
            ("p: {steps: [{after: 5m, reciever: r}]}", "did you mean 'receiver'?"),
            ("p: {steps: [{after: 5, receiver: r}]}", "must be a duration"),
            ("p: {steps: [{after: 5m, receiver: r}], repeat: 1h}", "unknown key 'repeat'"),
            ("[p]", "t.yml:1:23: error: 'escalation_policies' must be a mapping"),
        ])
    func policies(_ yaml: String, _ message: String) throws {
        let document = try YAMLDocument(
            parsing: "{escalation_policies: \(yaml.hasPrefix("[") ? yaml : "{\(yaml)}")}", file: "t.yml")
        let decoding = YAMLDecoding()
        let reader = try #require(document.root.flatMap { decoding.mapping($0, as: "configuration") })
        let settings = EscalationSettings(reader, in: decoding)
        settings.check(receivers: ["r"], in: decoding)
        let problems = decoding.diagnostics.map(\.description).joined(separator: "\n")
        #expect(message.isEmpty ? problems.isEmpty : problems.contains(message))
    }
}
