import Alerts
import Base
import Testing
import TimeSeries

@testable import Dispatching

@Suite("Restarts and reloads of the dispatcher")
struct RestartTests {
    private let a: Labels = ["alertname": "A", "i": "1"]
    private let b: Labels = ["alertname": "A", "i": "2"]

    @Test("go on: nothing told twice, the timer kept, what ended meanwhile resolved")
    func restart() {
        var world = DispatchWorld(DispatchWorld.configuration())
        world.fire(a)
        world.fire(b)
        world.run(for: .seconds(30))
        #expect(world.news() == ["firing 1 2"])
        world.post(PostedAlert(labels: a, startsAt: world.now - .seconds(5), endsAt: world.now + .seconds(60)))
        world.now = world.now + .seconds(100)
        world.restart()
        world.run(for: .seconds(199))
        #expect(world.news().isEmpty)
        world.run(for: .seconds(1))
        #expect(world.news() == ["firing 1! 2"])
        world.now = world.now + .seconds(1000)
        world.restart()
        world.run(for: .seconds(600))
        #expect(world.news().isEmpty)
        world.run(for: .seconds(3000))
        #expect(world.news() == ["firing 2"])
    }

    @Test("tell at once what was under way")
    func underWay() {
        var world = DispatchWorld(DispatchWorld.configuration())
        world.answer = nil
        world.fire(a)
        world.run(for: .seconds(30))
        #expect(world.pending.count == 1)
        world.answer = { _ in .delivered }
        world.restart()
        #expect(world.news() == ["firing 1"])
        world.restart()
        world.run(for: .seconds(300))
        #expect(world.news().isEmpty)
    }

    @Test("keep what only prolongs for later, within half the resolve time-out")
    func prolonging() {
        var configuration = DispatchWorld.configuration()
        configuration.resolveTimeout = .seconds(300)
        var world = DispatchWorld(configuration)
        world.fire(a)
        let first = world.store.alerts.first?.alert.endsAt
        world.run(for: .seconds(149))
        world.fire(a)
        #expect(world.store.alerts.first?.alert.endsAt == first)
        world.run(for: .seconds(1))
        world.fire(a)
        #expect(world.store.alerts.first?.alert.endsAt == world.now + .seconds(300))
        world.resolve(a)
        #expect(world.store.alerts.first?.alert.endsAt == world.now)
    }

    @Test("by a reload keep timers and log of groups that stay, and route the rest anew")
    func reload() {
        var world = DispatchWorld(DispatchWorld.configuration())
        world.fire(a)
        world.run(for: .seconds(20))
        world.send(.reload(DispatchWorld.configuration(webhooks: 2)))
        world.run(for: .seconds(10))
        #expect(world.sent.map(\.integration.index) == [0, 1])
        world.sent = []
        world.run(for: .seconds(100))
        world.send(.reload(DispatchWorld.configuration(webhooks: 3)))
        world.run(for: .seconds(199))
        #expect(world.news().isEmpty)
        world.run(for: .seconds(1))
        #expect(world.sent.map(\.integration.index) == [2])
        world.sent = []
        world.send(.reload(DispatchWorld.configuration { $0.grouping = .labels(["i"]) }))
        #expect(world.news() == ["firing 1"])
        #expect(world.store.groups.map(\.groupLabels) == [["i": "1"]])
    }

    @Test("by a reload that takes a group's receiver away stop what is under way")
    func cancelling() {
        var world = DispatchWorld(DispatchWorld.configuration())
        world.answer = nil
        world.fire(a)
        world.run(for: .seconds(30))
        let job = world.pending.map(\.id)
        var other = DispatchWorld.configuration { $0.receiver = "s" }
        other.receivers["s"] = [
            IntegrationProfile(id: IntegrationID(receiver: "s", type: "webhook", index: 0), sendsResolved: true)
        ]
        world.send(.reload(other))
        #expect(world.cancelled == job && job.count == 1)
        #expect(world.pending.map(\.integration.receiver) == ["s"])
    }
}
