import Alerts
import Base
import Testing
import TimeSeries

@testable import Dispatching

@Suite("Muting")
struct MutingTests {
    private func world(_ rules: [InhibitRule]) -> DispatchWorld {
        var configuration = DispatchWorld.configuration(groupWait: .seconds(1), groupInterval: .seconds(10))
        configuration.inhibitRules = rules
        return DispatchWorld(configuration)
    }

    private func matchers(_ text: String) -> [AlertMatcher] { (try? MatcherSyntax.matchers(text)) ?? [] }

    @Test("inhibits while the source fires, and labels missing on both sides agree")
    func inhibition() {
        var world = world([
            InhibitRule(
                sourceMatchers: matchers("sev=crit"), targetMatchers: matchers("sev=warn"), equal: ["cluster", "none"])
        ])
        world.fire(["alertname": "S", "i": "s", "sev": "crit", "cluster": "x"])
        world.fire(["alertname": "T", "i": "t", "sev": "warn", "cluster": "x"])
        world.fire(["alertname": "U", "i": "u", "sev": "warn", "cluster": "y"])
        world.run(for: .seconds(11))
        #expect(world.news() == ["firing s", "firing u"])
        #expect(world.core.alertViews(at: world.now).filter(\.isSuppressed).map { $0.alert.name } == ["T"])
        world.resolve(["alertname": "S", "i": "s", "sev": "crit", "cluster": "x"])
        world.run(for: .seconds(10))
        #expect(Set(world.news()) == ["resolved s!", "firing t"])
    }

    @Test("looks at the source that ends last only: another one counts when it is told again")
    func severalSources() {
        var world = world([InhibitRule(sourceMatchers: matchers("sev=crit"), targetMatchers: matchers("sev=warn"))])
        world.fire(["alertname": "S", "i": "s1", "sev": "crit"])
        world.fire(["alertname": "S", "i": "s2", "sev": "crit"])
        world.fire(["alertname": "T", "i": "t", "sev": "warn"])
        func inhibitors() -> [Fingerprint] {
            world.core.alertViews(at: world.now).first { $0.alert.name == "T" }?.inhibitedBy ?? []
        }
        func fingerprint(_ name: String) -> Fingerprint? {
            world.core.alertViews(at: world.now).first { $0.alert.labels["i"] == name }?.alert.fingerprint
        }
        #expect(inhibitors() == [fingerprint("s2")])
        world.resolve(["alertname": "S", "i": "s2", "sev": "crit"])
        #expect(inhibitors().isEmpty)
        world.fire(["alertname": "S", "i": "s1", "sev": "crit"])
        #expect(inhibitors() == [fingerprint("s1")])
        world.resolve(["alertname": "S", "i": "s1", "sev": "crit"])
        #expect(inhibitors().isEmpty)
    }

    @Test("needs an alert of every source where a rule lists several")
    func allSources() {
        let rule = InhibitRule(
            name: "both",
            sources: [
                .init(matchers: matchers("sev=crit"), equal: ["host"]),
                .init(matchers: matchers("alertname=Maintenance")),
            ], targetMatchers: matchers("sev=warn"))
        var world = world([rule])
        func isInhibited(_ name: String) -> Bool {
            world.core.alertViews(at: world.now).first { $0.alert.labels["i"] == name }?.inhibitedBy.count == 2
        }
        world.fire(["alertname": "T", "i": "t", "sev": "warn", "host": "1"])
        world.fire(["alertname": "T", "i": "u", "sev": "warn", "host": "2"])
        world.fire(["alertname": "S", "i": "s", "sev": "crit", "host": "1"])
        #expect(!isInhibited("t"))
        world.fire(["alertname": "Maintenance", "i": "m"])
        #expect(isInhibited("t") && !isInhibited("u"))
        world.resolve(["alertname": "S", "i": "s", "sev": "crit", "host": "1"])
        #expect(!isInhibited("t"))
    }

    @Test("leaves alerts that are source and target alone, but for a pure source")
    func twoSided() {
        let both: Labels = ["alertname": "B", "i": "b", "sev": "crit", "kind": "t"]
        let other: Labels = ["alertname": "C", "i": "c", "sev": "crit", "kind": "t"]
        var world = world([InhibitRule(sourceMatchers: matchers("sev=crit"), targetMatchers: matchers("kind=t"))])
        world.fire(both)
        world.fire(other)
        world.run(for: .seconds(1))
        #expect(Set(world.news()) == ["firing b", "firing c"])
        world.fire(["alertname": "P", "i": "p", "sev": "crit"])
        #expect(world.core.alertViews(at: world.now).filter(\.isSuppressed).count == 2)
    }

    @Test("by a silence lasts as long as the silence, and the end of a silenced alert is not sent")
    func silences() throws {
        var world = world([])
        let labels: Labels = ["alertname": "A", "i": "1"]
        let draft = Silence(matchers: matchers("i=~\"1|2\""), startsAt: world.now, endsAt: world.now + .seconds(100))
        let (id, effects) = try world.core.setSilence(draft, newID: "s1", at: world.now)
        #expect(id == "s1")
        world.carryOut(effects)
        world.fire(labels)
        world.run(for: .seconds(50))
        world.restart()
        world.run(for: .seconds(49))
        #expect(world.news().isEmpty)
        #expect(world.core.alertViews(at: world.now).first?.silencedBy == ["s1"])
        world.run(for: .seconds(12))
        #expect(world.news() == ["firing 1"])
        world.carryOut(
            try world.core.setSilence(
                Silence(matchers: matchers("i=1"), startsAt: world.now, endsAt: world.now + .seconds(30)), newID: "s2",
                at: world.now
            ).effects)
        world.resolve(labels)
        world.run(for: .seconds(60))
        #expect(world.news().isEmpty)
    }

    @Test("by a silence: other matchers make a new one, refused ones change nothing")
    func updates() throws {
        var world = world([])
        let now = world.now
        let draft = Silence(matchers: matchers("i=1"), startsAt: now - .seconds(50), endsAt: now + .seconds(100))
        #expect(try world.core.setSilence(draft, newID: "s1", at: now).id == "s1")
        var longer = try #require(world.core.silenceViews(at: now).first)
        #expect(longer.startsAt == now)
        longer.endsAt = now + .seconds(500)
        #expect(try world.core.setSilence(longer, newID: "s2", at: now + .seconds(1)).id == "s1")
        longer.matchers = matchers("i=2")
        #expect(try world.core.setSilence(longer, newID: "s3", at: now + .seconds(2)).id == "s3")
        #expect(world.core.silenceViews(at: now + .seconds(3)).map(\.id) == ["s3", "s1"])
        #expect(throws: Silence.Refusal.matchesEverything) {
            try world.core.setSilence(
                Silence(matchers: matchers("i=~\".*\""), startsAt: now, endsAt: now + .seconds(9)), newID: "x", at: now)
        }
        #expect(throws: Silence.Refusal.alreadyExpired("s1")) {
            try world.core.expireSilence("s1", at: now + .seconds(4))
        }
        #expect(throws: Silence.Refusal.notFound("nope")) { try world.core.expireSilence("nope", at: now) }
    }

    @Test("by time: a muted route still takes the alert, mute wins over active")
    func intervals() {
        var configuration = DispatchWorld.configuration(groupWait: .seconds(1), groupInterval: .seconds(10)) { root in
            var child = RouteConfiguration()
            child.matchers = [AlertMatcher("team", equals: "a")]
            child.muteTimeIntervals = ["early"]
            child.activeTimeIntervals = ["always"]
            root.routes = [child]
        }
        configuration.timeIntervals = ["early": [TimeInterval(times: [0..<60])], "always": [TimeInterval()]]
        var world = DispatchWorld(configuration, at: Timestamp(milliseconds: 0))
        world.fire(["alertname": "A", "i": "1", "team": "a"])
        world.fire(["alertname": "A", "i": "2"])
        world.run(for: .seconds(3590))
        #expect(world.news() == ["firing 2"])
        #expect(world.core.groupViews(at: world.now).flatMap(\.alerts).flatMap(\.mutedBy) == ["early"])
        world.run(for: .seconds(20))
        #expect(world.news() == ["firing 1"])
    }

    @Test("keeps an incident's steps back without ending it")
    func incidents() {
        var configuration = DispatchWorld.configuration(groupWait: .seconds(1), groupInterval: .seconds(10)) {
            $0.escalationPolicy = "oncall"
        }
        configuration.inhibitRules = [
            InhibitRule(sourceMatchers: matchers("sev=crit"), targetMatchers: matchers("alertname=A"))
        ]
        var world = DispatchWorld(configuration)
        world.fire(["alertname": "A", "i": "1"])
        world.run(for: .seconds(1))
        world.fire(["alertname": "B", "i": "2", "sev": "crit"])
        world.run(for: .seconds(10))
        let ofA = world.signals.filter { $0.groupLabels == ["alertname": "A"] }
        #expect(ofA.map(\.isMuted) == [false, true])
        world.resolve(["alertname": "A", "i": "1"])
        world.run(for: .seconds(10))
        let last = world.signals.last { $0.groupLabels == ["alertname": "A"] }
        #expect(last?.isMuted == false && last?.alerts.contains { $0.status == .firing } == false)
    }
}
