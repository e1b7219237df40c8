import Base
import Testing
import TimeSeries

@testable import Ruler

@Suite("The window of local evaluation")
struct WindowUnitTests {
    private let history = FakeHistory()
    private let start = Timestamp(milliseconds: 1_000_000_000)
    private let up = LabelMatcher(Labels.metricName, equals: "up")

    private func request(_ end: Timestamp, reach: Duration = .seconds(300), _ matchers: [LabelMatcher] = [])
        -> SeriesRequest
    {
        SeriesRequest(matchers: [up] + matchers, start: end - reach, end: end)
    }

    /// The window's samples for `request` and the source's own.
    private func compare(
        _ window: SampleWindow, _ requests: [SeriesRequest], at time: Timestamp,
        _ place: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = await window.fetch(Set(requests), at: time, limit: .seconds(5))
        for request in requests {
            let store = try #require(outcome.stores[request], sourceLocation: place).get()
            let mine = store.select(request).series.sorted { $0.labels < $1.labels }
            let theirs = history.select(request).sorted { $0.labels < $1.labels }
            #expect(mine == theirs, "at \(time)", sourceLocation: place)
        }
    }

    private func window(_ limits: SampleWindow.Limits = .init()) -> SampleWindow {
        let history = history
        return SampleWindow(
            history, lookback: .seconds(300), limits: limits,
            count: { history.select(.init(matchers: $0, start: $1 - .seconds(300), end: $1)).count })
    }

    private func scrape(_ instance: String, at time: Timestamp, _ value: Double = 1) {
        history.put(value, ["__name__": "up", "instance": instance], at: time)
    }

    @Test func onlyWhatIsNewIsFetchedOnceForAllWhoAsk() async throws {
        let window = window()
        for second in stride(from: 0, to: 300, by: 5) {
            for instance in 0..<10 { scrape("\(instance)", at: start + .seconds(second)) }
        }
        let first = start + .seconds(297)
        try await compare(window, [request(first), request(first, [LabelMatcher("instance", equals: "3")])], at: first)
        #expect(history.fetched == 1)
        #expect(history.samplesGiven == 600)
        for instance in 0..<10 { scrape("\(instance)", at: start + .seconds(300)) }
        let second = start + .seconds(302)
        try await compare(window, [request(second), request(second, reach: .seconds(60))], at: second)
        #expect(history.fetched == 2)
        // The new sample of each, and four of the overlap.
        #expect(history.samplesGiven == 600 + 50)
        // The same tick of another group.
        try await compare(window, [request(second)], at: second)
        #expect(history.fetched == 2)
    }

    @Test func whatComesLateInOrderIsFound() async throws {
        let window = window()
        for second in stride(from: 0, through: 100, by: 15) { scrape("a", at: start + .seconds(second)) }
        scrape("slow", at: start + .seconds(60))
        try await compare(window, [request(start + .seconds(100))], at: start + .seconds(100))
        // A remote writer that is 40 s behind, in order.
        scrape("slow", at: start + .seconds(75))
        scrape("a", at: start + .seconds(105))
        try await compare(window, [request(start + .seconds(115))], at: start + .seconds(115))
        // A marker that was written for a time that has passed.
        history.put(StaleMarker.value, ["__name__": "up", "instance": "slow"], at: start + .seconds(90))
        scrape("a", at: start + .seconds(120))
        try await compare(window, [request(start + .seconds(130))], at: start + .seconds(130))
    }

    @Test func newSeriesComeWithTheirPastAndOldOnesComeBack() async throws {
        let window = window()
        for second in stride(from: 0, through: 60, by: 5) { scrape("a", at: start + .seconds(second)) }
        try await compare(window, [request(start + .seconds(62))], at: start + .seconds(62))
        for second in stride(from: 20, through: 65, by: 5) { scrape("b", at: start + .seconds(second)) }
        scrape("a", at: start + .seconds(65))
        try await compare(window, [request(start + .seconds(67))], at: start + .seconds(67))
        #expect(await window.statistics.looks["history"] == 1)
        history.put(StaleMarker.value, ["__name__": "up", "instance": "b"], at: start + .seconds(70))
        for second in stride(from: 70, through: 150, by: 5) { scrape("a", at: start + .seconds(second)) }
        try await compare(window, [request(start + .seconds(110))], at: start + .seconds(110))
        for second in stride(from: 115, through: 150, by: 5) { scrape("b", at: start + .seconds(second)) }
        try await compare(window, [request(start + .seconds(150))], at: start + .seconds(150))
        for index in 0..<50 {
            for second in stride(from: 100, through: 155, by: 5) { scrape("new\(index)", at: start + .seconds(second)) }
        }
        try await compare(window, [request(start + .seconds(156))], at: start + .seconds(156))
        #expect(await window.statistics.looks["fill"] == 2)
    }

    @Test func whatIsOutOfOrderIsFoundByComparing() async throws {
        let window = window()
        for second in stride(from: 0, through: 600, by: 5) where second != 550 {
            scrape("a", at: start + .seconds(second))
        }
        var time = start + .seconds(560)
        try await compare(window, [request(time)], at: time)
        scrape("a", at: start + .seconds(550), 7)
        for _ in 0..<13 {
            time = time + .seconds(5)
            _ = await window.fetch([request(time)], at: time, limit: .seconds(5))
        }
        try await compare(window, [request(time)], at: time)
        #expect(await window.statistics.differences == 1)
    }

    @Test func outagesAndClockStepsLeaveNoGap() async throws {
        let window = window()
        for second in stride(from: 0, through: 4000, by: 15) { scrape("a", at: start + .seconds(second)) }
        try await compare(window, [request(start + .seconds(400))], at: start + .seconds(400))
        history.isDown = true
        let outcome = await window.fetch(
            [request(start + .seconds(430))], at: start + .seconds(430), limit: .seconds(5))
        #expect(throws: RuleFailure.query("connection refused")) {
            try outcome.stores[request(start + .seconds(430))]?.get()
        }
        history.isDown = false
        try await compare(window, [request(start + .seconds(500))], at: start + .seconds(500))
        try await compare(window, [request(start + .seconds(3900))], at: start + .seconds(3900))
        try await compare(window, [request(start + .seconds(300))], at: start + .seconds(300))
        try await compare(window, [request(start + .seconds(3915))], at: start + .seconds(3915))
    }

    @Test func aLongerReachFetchesAnew() async throws {
        let window = window()
        for second in stride(from: 0, through: 4000, by: 15) { scrape("a", at: start + .seconds(second)) }
        var time = start + .seconds(1000)
        for _ in 0..<100 {
            time = time + .seconds(30)
            try await compare(window, [request(time, reach: .seconds(60))], at: time)
        }
        try await compare(window, [request(time, reach: .seconds(1800))], at: time)
        let shifted = SeriesRequest(matchers: [up], start: time - .seconds(900), end: time - .seconds(600))
        try await compare(window, [shifted], at: time)
    }

    @Test func manySelectionsOfOneMetricAreAskedForTogether() async throws {
        let window = window()
        for instance in 0..<20 { scrape("\(instance)", at: start) }
        let requests = (0..<20).map { request(start, [LabelMatcher("instance", equals: "\($0)")]) }
        try await compare(window, requests, at: start)
        #expect(await window.statistics.units == 1)
        var limits = SampleWindow.Limits()
        limits.samplesPerUnit = 10
        let small = self.window(limits)
        let refused = await small.fetch([request(start)], at: start, limit: .seconds(5))
        #expect(refused.unfit == [request(start)])
    }

    @Test func aHistoryThatCannotBeFetchedIsNoAnswer() async throws {
        let window = window()
        for second in stride(from: 0, through: 60, by: 5) { scrape("a", at: start + .seconds(second)) }
        try await compare(window, [request(start + .seconds(60))], at: start + .seconds(60))
        scrape("a", at: start + .seconds(65))
        scrape("b", at: start + .seconds(30))
        scrape("b", at: start + .seconds(65))
        history.failNext(1, after: 1)
        let time = start + .seconds(66)
        let outcome = await window.fetch([request(time)], at: time, limit: .seconds(5))
        #expect(throws: RuleFailure.self) { try outcome.stores[request(time)]?.get() }
        try await compare(window, [request(start + .seconds(70))], at: start + .seconds(70))
    }
}
