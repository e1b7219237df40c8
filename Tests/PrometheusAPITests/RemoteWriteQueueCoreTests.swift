import Base
import PrometheusAPI
import Settings
import TestSupport
import Testing
import TimeSeries
import YAML

@Suite("The queue of remote write")
struct RemoteWriteQueueCoreTests {
    typealias Core = SampleQueue
    private let start = Timestamp(milliseconds: 1_000_000)

    private static func sample(_ number: Int, _ series: String = "a") -> RemoteWriteSample {
        RemoteWriteSample(
            labels: ["__name__": series], timestamp: Timestamp(milliseconds: Int64(number)),
            value: .float(Double(number))
        )
    }

    private static func samples(_ numbers: Range<Int>) -> [RemoteWriteSample] { numbers.map { sample($0) } }

    private static func limits(capacity: Int = 100, batch: Int = 10) -> RemoteWriteQueueCore.Limits {
        var limits = RemoteWriteQueueCore.Limits()
        limits.maximumBytes = capacity
        limits.batch = batch
        return limits
    }

    @Test func aFirstSampleWaitsAMomentForCompanyAndLeavesWellWithinASecond() {
        var core = Core()
        #expect(core.apply(.samples(Self.samples(0..<2)), at: start).isEmpty)
        let deadline = core.nextDeadline
        #expect(deadline == start + .milliseconds(50))
        #expect(core.apply(.samples(Self.samples(2..<3)), at: start + .milliseconds(40)).isEmpty)
        #expect(core.nextDeadline == deadline)
        #expect(core.apply(.tick, at: start + .milliseconds(50)) == [.send(Self.samples(0..<3))])
        #expect(core.nextDeadline == nil)
        #expect(core.pending == 3)
    }

    @Test func requestsAreBoundedAndFollowOneAfterTheOther() {
        var core = Core(Self.limits())
        #expect(core.apply(.samples(Self.samples(0..<25)), at: start) == [.send(Self.samples(0..<10))])
        #expect(core.apply(.tick, at: start + .seconds(9)).isEmpty)
        #expect(
            core.apply(.answer(.taken), at: start + .seconds(9)) == [
                .taken(10, newest: Timestamp(milliseconds: 9)), .send(Self.samples(10..<20)),
            ])
        #expect(
            core.apply(.answer(.taken), at: start + .seconds(9)) == [
                .taken(10, newest: Timestamp(milliseconds: 19)), .send(Self.samples(20..<25)),
            ])
        #expect(core.pending == 5)
        _ = core.apply(.answer(.taken), at: start + .seconds(9))
        #expect(core.pending == 0)
        #expect(core.nextDeadline == nil)
    }

    @Test func temporaryFailuresRepeatTheSameSamplesAfterPausesThatDouble() throws {
        var core = Core(Self.limits())
        var now = start
        var pauses: [Duration] = []
        _ = core.apply(.samples(Self.samples(0..<10)), at: now)
        for _ in 0..<10 {
            #expect(core.apply(.answer(.temporary(retryAfter: nil)), at: now) == [.retried(10)])
            let deadline = try #require(core.nextDeadline)
            pauses.append(deadline - now)
            #expect(core.apply(.samples([]), at: deadline - .milliseconds(1)).isEmpty)
            now = deadline
            #expect(core.apply(.tick, at: now) == [.send(Self.samples(0..<10))])
        }
        #expect(pauses.prefix(4) == [.milliseconds(100), .milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(pauses.last == .seconds(10))
        _ = core.apply(.answer(.taken), at: now)
        _ = core.apply(.samples(Self.samples(10..<20)), at: now)
        _ = core.apply(.answer(.temporary(retryAfter: nil)), at: now)
        #expect(core.nextDeadline == now + .milliseconds(100))
    }

    @Test(arguments: [
        (Duration.seconds(7), Duration.seconds(7)), (.seconds(86_400), .seconds(300)), (.zero, .milliseconds(100)),
    ])
    func theReceiverSaysHowLongToWait(_ asked: Duration, _ waited: Duration) {
        var core = Core(Self.limits())
        _ = core.apply(.samples(Self.samples(0..<10)), at: start)
        _ = core.apply(.answer(.temporary(retryAfter: asked)), at: start)
        #expect(core.nextDeadline == start + waited)
    }

    @Test func permanentRefusalsGiveUpTheBatchAndGoOn() {
        var core = Core(Self.limits())
        _ = core.apply(.samples(Self.samples(0..<12)), at: start)
        #expect(
            core.apply(.answer(.permanent), at: start + .seconds(1)) == [.refused(10), .send(Self.samples(10..<12))])
    }

    @Test func aFullQueueLosesItsOldestSamplesAndKeepsTheOrder() {
        var core = Core(Self.limits(capacity: 30))
        _ = core.apply(.samples(Self.samples(0..<10)), at: start)
        #expect(core.apply(.samples(Self.samples(10..<50)), at: start) == [.overflowed(20)])
        #expect(core.pending == 30)
        var seen: [RemoteWriteSample] = []
        for _ in 0..<3 {
            for case .send(let batch) in core.apply(.answer(.taken), at: start + .seconds(1)) { seen += batch }
        }
        #expect(seen == Self.samples(30..<50))
    }

    @Test func aClockThatIsSetBackStretchesNoPause() {
        var core = Core(Self.limits())
        _ = core.apply(.samples(Self.samples(0..<10)), at: start)
        _ = core.apply(.answer(.temporary(retryAfter: nil)), at: start)
        #expect(core.apply(.tick, at: start - .seconds(3600)) == [.send(Self.samples(0..<10))])
        _ = core.apply(.answer(.taken), at: start)
        _ = core.apply(.samples(Self.samples(10..<11)), at: start)
        #expect(core.apply(.tick, at: start - .seconds(3600)) == [.send(Self.samples(10..<11))])
    }

    @Test func whatHasWaitedForTooLongIsGivenUp() {
        var limits = Self.limits()
        limits.maximumAge = .seconds(60)
        var core = Core(limits)
        _ = core.apply(.samples(Self.samples(0..<10)), at: start)
        _ = core.apply(.samples(Self.samples(10..<12)), at: start + .seconds(30))
        _ = core.apply(.answer(.temporary(retryAfter: .seconds(61))), at: start)
        #expect(
            core.apply(.tick, at: start + .seconds(61)) == [.outdated(10), .send(Self.samples(10..<12))])
        #expect(core.pending == 2)
    }

    @Test func anHourWithoutTheTargetLosesNothing() {
        var core = Core(Self.limits(capacity: 1 << 20, batch: 500))
        var now = start
        var retried = 0
        for second in 0..<3600 {
            now = start + .seconds(Int64(second))
            for effect in core.apply(.samples(Self.samples(second..<second + 1)), at: now) + core.apply(.tick, at: now)
            {
                if case .send = effect {
                    _ = core.apply(.answer(.temporary(retryAfter: nil)), at: now)
                    retried += 1
                }
            }
        }
        #expect(retried > 300)
        var arrived: [RemoteWriteSample] = []
        now = now + .seconds(10)
        var effects = core.apply(.tick, at: now)
        while case .send(let batch)? = effects.last {
            arrived += batch
            effects = core.apply(.answer(.taken), at: now)
        }
        #expect(arrived == Self.samples(0..<3600))
    }

    @Test func whatIsKeptInMemoryIsBounded() {
        var limits = RemoteWriteQueueCore.Limits()
        limits.memory = 250
        var core = RemoteWriteQueueCore(limits)
        let blocks = (1...10).map {
            RemoteWriteBlock(
                number: UInt64($0), samples: 2_000, newest: start, takenAt: start, bytes: 100,
                body: [UInt8](repeating: 0, count: 100))
        }
        var bodies: [Bool] = []
        var effects = core.apply(.items(blocks), at: start)
        while case .send(let batch)? = effects.last {
            bodies += batch.map { $0.body != nil }
            effects = core.apply(.answer(.taken), at: start)
        }
        #expect(bodies == [true, true] + [Bool](repeating: false, count: 8))
    }

    @Test func anEndHurries() {
        var core = Core()
        _ = core.apply(.samples(Self.samples(0..<1)), at: start)
        #expect(core.apply(.hurry, at: start) == [.send(Self.samples(0..<1))])
    }

    @Test func randomHistoriesDeliverEachSampleOnceOrCountIt() {
        for seed in 0..<200 {
            var random = SeededGenerator(seed: UInt64(seed))
            var core = Core(Self.limits(capacity: 40, batch: 7))
            var now = start
            var given = 0
            var arrived: [RemoteWriteSample] = []
            var lost = 0
            var underWay: [RemoteWriteSample]?
            func note(_ effects: [Core.Effect]) {
                for effect in effects {
                    switch effect {
                    case .send(let batch):
                        #expect(underWay == nil)
                        #expect(batch.count <= 7)
                        underWay = batch
                    case .refused(let count), .overflowed(let count), .outdated(let count): lost += count
                    case .taken, .retried: break
                    }
                }
            }
            for _ in 0..<300 {
                now = now + .milliseconds(Int64(random.next() % 200))
                switch random.next() % 6 {
                case 0, 1:
                    let count = Int(random.next() % 9)
                    note(core.apply(.samples(Self.samples(given..<given + count)), at: now))
                    given += count
                case 2: note(core.apply(.tick, at: now))
                default:
                    guard let batch = underWay else { continue }
                    underWay = nil
                    switch random.next() % 4 {
                    case 0: note(core.apply(.answer(.temporary(retryAfter: nil)), at: now))
                    case 1: note(core.apply(.answer(.permanent), at: now))
                    default:
                        arrived += batch
                        note(core.apply(.answer(.taken), at: now))
                    }
                }
                #expect(core.pending <= 40)
            }
            #expect(arrived.count + lost + core.pending == given, "seed \(seed)")
            let times = arrived.map(\.timestamp)
            #expect(times == times.sorted(), "seed \(seed)")
        }
    }

    @Test func samplesAreSentBySeriesInTheirOrder() {
        let mixed = [Self.sample(1), Self.sample(1, "b"), Self.sample(2), Self.sample(2), Self.sample(3, "b")]
        let series = mixed.series
        #expect(series.map(\.labels.metricName) == ["a", "b", "a"])
        #expect(series.map(\.timestamps) == [[1, 2], [1, 3], [2]])
    }

    @Test func externalLabelsComeBeforeRelabelling() throws {
        let decoding = YAMLDecoding()
        let text = """
            - url: http://x/
              write_relabel_configs:
                - {source_labels: [cluster, __name__], regex: eu;drop_me, action: drop}
                - {regex: instance, action: labeldrop}
            """
        let root = try #require(try YAMLDocument(parsing: text, file: "r.yml").root)
        let context = SettingsContext(decoding: decoding, folder: ConfigurationFolder(path: ""))
        let settings = try #require(RemoteWriteSettings.list(root, context).first)
        var filter = RemoteWriteFilter(settings, externalLabels: ["cluster": "eu", "job": "not this"])
        func leaving(_ labels: Labels) -> Labels? {
            filter.apply(to: [RemoteWriteSample(labels: labels, timestamp: start, value: .float(1))]).first?.labels
        }
        for _ in 0..<2 {
            #expect(leaving(["__name__": "drop_me"]) == nil)
            #expect(
                leaving(["__name__": "up", "job": "a", "instance": "i"]) == [
                    "__name__": "up", "job": "a", "cluster": "eu",
                ])
        }
        let histogram = RemoteWriteSample(
            labels: ["__name__": "h"], timestamp: start, value: .histogram(FloatHistogram()))
        #expect(filter.apply(to: [histogram]).isEmpty)
    }
}

/// The queue as these tests look at it: every sample is a block of one byte.
struct SampleQueue {
    enum Event {
        case samples([RemoteWriteSample])
        case answer(ForwardingAnswer)
        case tick, hurry
    }
    enum Effect: Equatable {
        case send([RemoteWriteSample])
        case taken(Int, newest: Timestamp)
        case retried(Int), refused(Int), overflowed(Int), outdated(Int)
    }

    private var core: RemoteWriteQueueCore

    init(_ limits: RemoteWriteQueueCore.Limits = .init()) { core = RemoteWriteQueueCore(limits) }

    var pending: Int { core.waiting }
    var nextDeadline: Timestamp? { core.nextDeadline }

    mutating func apply(_ event: Event, at now: Timestamp) -> [Effect] {
        let given: ForwardingEvent<RemoteWriteBlock> =
            switch event {
            case .samples(let samples):
                .items(
                    samples.map {
                        RemoteWriteBlock(
                            number: UInt64($0.timestamp.milliseconds), samples: 1, newest: $0.timestamp, takenAt: now,
                            bytes: 1, body: [])
                    })
            case .answer(let answer): .answer(answer)
            case .tick: .tick
            case .hurry: .hurry
            }
        return core.apply(given, at: now).map { effect in
            switch effect {
            case .send(let blocks):
                .send(
                    blocks.map {
                        RemoteWriteSample(
                            labels: ["__name__": "a"], timestamp: $0.newest,
                            value: .float(Double($0.newest.milliseconds)))
                    })
            case .taken(let blocks): .taken(blocks.count, newest: blocks.map(\.newest).max() ?? now)
            case .retried(let blocks): .retried(blocks.count)
            case .refused(let blocks): .refused(blocks.count)
            case .dropped(let blocks, .queueFull): .overflowed(blocks.count)
            case .dropped(let blocks, .tooOld): .outdated(blocks.count)
            }
        }
    }
}
