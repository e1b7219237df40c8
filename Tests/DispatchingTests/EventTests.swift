import Alerts
import Base
import TestSupport
import Testing
import TimeSeries

@testable import Dispatching

@Suite("What an event recorder is told")
struct EventTests {
    private static func configuration(records: Bool) throws -> DispatchConfiguration {
        var route = RouteConfiguration()
        route.receiver = "r"
        route.grouping = .labels(["alertname"])
        route.groupWait = .seconds(1)
        route.groupInterval = .seconds(10)
        route.labels = ["team": "db"]
        let profile = IntegrationProfile(
            id: IntegrationID(receiver: "r", type: "webhook", index: 0), sendsResolved: true)
        var configuration = DispatchConfiguration(
            tree: RouteTree(route), receivers: ["r": [profile]],
            inhibitRules: [
                InhibitRule(
                    sourceMatchers: [AlertMatcher("sev", equals: "crit")],
                    targetMatchers: [AlertMatcher("sev", equals: "warn")])
            ])
        configuration.recordsEvents = records
        return configuration
    }

    private static func play(records: Bool) throws -> DispatchWorld {
        var world = DispatchWorld(try configuration(records: records))
        world.fire(["alertname": "A", "sev": "crit"])
        world.fire(["alertname": "A", "sev": "warn"])
        let draft = Silence(
            matchers: [AlertMatcher("alertname", equals: "B")], startsAt: world.now, endsAt: world.now + .seconds(100))
        let (id, effects) = try world.core.setSilence(draft, newID: "s", at: world.now)
        world.carryOut(effects)
        world.fire(["alertname": "B"])
        world.run(for: .seconds(2))
        world.resolve(["alertname": "A", "sev": "crit"])
        world.carryOut(try world.core.expireSilence(id, at: world.now))
        world.run(for: .seconds(20))
        return world
    }

    @Test("is every step of an alert and of a silence, in order")
    func steps() throws {
        let words = try Self.play(records: true).recorded.map { occurrence in
            switch occurrence {
            case .alertCreated(let alert): "created \(alert.name) \(alert.labels.value(of: "sev"))"
            case .alertGrouped(let alert, let group): "grouped \(alert.name) \(group.key)"
            case .alertResolved(let alert, _): "resolved \(alert.name)"
            case .notified(let job, _, let muted, _):
                "notified \(job.notification.reason.rawValue) \(job.notification.alerts.count) muted \(muted.count)"
            case .silenceCreated(let silence): "silence \(silence.id)"
            case .silenceUpdated(let silence): "silence changed \(silence.id)"
            case .silenced(let alert, let silence): "silenced \(alert.name) \(silence.id)"
            case .inhibited(let alert, _, let sources): "inhibited \(alert.labels.value(of: "sev")) \(sources.count)"
            }
        }
        #expect(
            Array(words.prefix(8)) == [
                "created A crit", #"grouped A {}:{alertname="A"}"#, "created A warn", #"grouped A {}:{alertname="A"}"#,
                "silence s", "created B ", #"grouped B {}:{alertname="B"}"#, "inhibited warn 1",
            ], "\(words)")
        #expect(words.contains("notified first notification 1 muted 1"))
        #expect(words.contains("silenced B s") && words.contains("silence changed s") && words.contains("resolved A"))
    }

    @Test("is nothing unless the configuration asks for it")
    func unasked() throws { #expect(try Self.play(records: false).recorded.isEmpty) }

    @Test("notifications carry the labels of the route, a child's own first")
    func routeLabels() throws {
        let world = try Self.play(records: false)
        #expect(world.sent.allSatisfy { $0.notification.routeLabels == ["team": "db"] })
        var root = RouteConfiguration()
        root.labels = ["team": "db", "tier": "1"]
        var child = RouteConfiguration()
        child.labels = ["team": "web"]
        root.routes = [child]
        #expect(RouteTree(root).routes[1].labels == ["team": "web", "tier": "1"])
    }
}
