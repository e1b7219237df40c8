import Alerts
import Base
import Testing
import TimeSeries

@testable import Dispatching

@Suite("Groups of alerts")
struct GroupingTests {
    private let a: Labels = ["alertname": "A", "i": "1"]
    private let b: Labels = ["alertname": "A", "i": "2"]

    @Test("wait for company, tell news at their interval, repeat, and end")
    func life() {
        var world = DispatchWorld(DispatchWorld.configuration())
        world.fire(a)
        world.run(for: .milliseconds(29_999))
        #expect(world.news().isEmpty)
        world.fire(b)
        world.run(for: .milliseconds(1))
        #expect(world.sent.first?.notification.reason == .firstNotification)
        #expect(world.sent.first?.notification.groupKey.text == #"{}:{alertname="A"}"#)
        #expect(world.news() == ["firing 1 2"])
        world.resolve(a)
        world.run(for: .milliseconds(299_999))
        #expect(world.news().isEmpty)
        world.run(for: .milliseconds(1))
        #expect(world.sent.first?.notification.reason == .someAlertsResolved)
        #expect(world.news() == ["firing 1! 2"])
        world.run(for: .seconds(3600 - 1))
        #expect(world.news().isEmpty)
        world.run(for: .seconds(301))
        #expect(world.sent.first?.notification.reason == .repeatInterval)
        #expect(world.news() == ["firing 2"])
        world.resolve(b)
        world.run(for: .seconds(300))
        #expect(world.sent.first?.notification.reason == .allAlertsResolved)
        #expect(world.news() == ["resolved 2!"])
        #expect(world.core.groupCount == 0)
        #expect(world.store.groups.isEmpty)
        world.run(for: .seconds(7200))
        #expect(world.news().isEmpty)
        #expect(world.store.alerts.isEmpty)
    }

    @Test("are flushed at once when an alert has fired for longer than the wait")
    func oldAlert() {
        var world = DispatchWorld(DispatchWorld.configuration())
        world.fire(a, since: world.now - .seconds(31))
        #expect(world.news() == ["firing 1"])
    }

    @Test("say nothing of what ended before it was told, of new words, or of an end undone between two flushes")
    func silence() {
        var world = DispatchWorld(DispatchWorld.configuration())
        world.resolve(a)
        world.fire(b)
        world.resolve(b)
        world.run(for: .seconds(600))
        #expect(world.news().isEmpty && world.core.groupCount == 0)
        world.fire(a)
        world.run(for: .seconds(30))
        #expect(world.news() == ["firing 1"])
        world.fire(a, annotations: ["summary": "new"])
        world.run(for: .seconds(300))
        world.resolve(a)
        world.run(for: .seconds(10))
        world.fire(a)
        world.run(for: .seconds(290))
        #expect(world.news().isEmpty)
    }

    @Test("cut ends out where they are not wanted, and still know of them")
    func withoutResolved() {
        var world = DispatchWorld(DispatchWorld.configuration(sendsResolved: false))
        world.fire(a)
        world.fire(b)
        world.run(for: .seconds(30))
        world.resolve(a)
        world.run(for: .seconds(300))
        #expect(world.news() == ["firing 1 2"])
        world.fire(["alertname": "A", "i": "3"])
        world.run(for: .seconds(300))
        #expect(world.news() == ["firing 2 3"])
        world.resolve(b)
        world.resolve(["alertname": "A", "i": "3"])
        world.run(for: .seconds(300))
        #expect(world.news().isEmpty)
        world.fire(b)
        world.run(for: .seconds(30))
        #expect(world.news() == ["firing 2"])
    }

    @Test("keep a log for each integration: a failing one does not make its neighbour repeat")
    func failingNeighbour() {
        var world = DispatchWorld(DispatchWorld.configuration(webhooks: 2))
        world.answer = { $0.integration.index == 0 ? .delivered : .permanent("410") }
        world.fire(a)
        world.run(for: .seconds(1000))
        #expect(world.news() == ["firing 1"])
        world.answer = { _ in .delivered }
        world.run(for: .seconds(300))
        #expect(world.sent.map(\.integration.index) == [1])
    }

    @Test("try again within the flush, ever more slowly, and give up when its time is over")
    func retries() {
        var world = DispatchWorld(DispatchWorld.configuration(groupInterval: .seconds(20)))
        let start = world.now + .seconds(30)
        world.answer = nil
        world.fire(a)
        var attempts: [Int64] = []
        world.run(for: .seconds(30))
        while world.now < start + .seconds(19) {
            for job in world.pending {
                attempts.append((world.now - start).milliseconds)
                #expect(job.attempt == attempts.count)
                #expect(job.deadline == start + .seconds(20))
                world.pending = []
                world.send(.result(job: job.id, .temporary("503")))
            }
            world.run(for: .milliseconds(50))
        }
        #expect(attempts.prefix(4) == [0, 500, 1250, 2400])
        #expect(world.gaveUp == ["webhook other"])
        world.answer = { _ in .delivered }
        world.run(for: .seconds(1))
        #expect(world.news() == ["firing 1"])
    }

    @Test("cancel an attempt that outlives the flush")
    func hanging() {
        var world = DispatchWorld(DispatchWorld.configuration(groupInterval: .seconds(1)))
        world.answer = nil
        world.fire(a)
        world.run(for: .seconds(30))
        let first = world.pending.map(\.id)
        world.run(for: .milliseconds(9999))
        #expect(world.pending.map(\.id) == first && first.count == 1)
        world.run(for: .milliseconds(1))
        #expect(world.cancelled == first)
        #expect(world.gaveUp == ["webhook contextDeadlineExceeded"])
        #expect(world.pending.count == 1 && world.pending.map(\.id) != first)
    }

    @Test("tell an end that could not be told, later")
    func endNotLost() {
        var world = DispatchWorld(DispatchWorld.configuration())
        world.fire(a)
        world.run(for: .seconds(30))
        world.answer = { _ in .permanent("no") }
        world.resolve(a)
        world.run(for: .seconds(900))
        #expect(world.news() == ["firing 1"])
        world.answer = { _ in .delivered }
        world.run(for: .seconds(300))
        #expect(world.news() == ["resolved 1!"])
    }

    @Test("follow a time-out that nobody pushed on")
    func timeout() {
        var configuration = DispatchWorld.configuration(groupInterval: .seconds(60))
        configuration.resolveTimeout = .seconds(300)
        var world = DispatchWorld(configuration)
        world.fire(a)
        for _ in 0..<10 {
            world.run(for: .seconds(200))
            world.fire(a)
        }
        #expect(world.news() == ["firing 1"])
        world.run(for: .seconds(400))
        #expect(world.news() == ["resolved 1!"])
    }
}
