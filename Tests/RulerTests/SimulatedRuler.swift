import Alerts
import Base
import PromQL
import QueryEngine
import RuleFiles
import Synchronization
import TestSupport
import TimeSeries

@testable import Ruler

/// Keeps what a ruler hands on, and the state as a state folder would.
final class RecordingSink: RulerSink {
    struct Held {
        var sent: [PostedAlert] = []
        var samples: [RecordedSample] = []
        var kept: [RuleIdentity: [Labels: ActiveAlert]] = [:]
        var failing: [String] = []
    }
    let held = Mutex(Held())

    func persist(_ changes: AlertStateChanges) async {
        held.withLock { held in
            for alert in changes.updated { held.kept[changes.rule, default: [:]][alert.labels] = alert }
            for labels in changes.removed { held.kept[changes.rule]?[labels] = nil }
        }
    }
    func send(_ alerts: [PostedAlert]) async { held.withLock { $0.sent += alerts } }
    func record(_ samples: [RecordedSample]) async { held.withLock { $0.samples += samples } }
    func observe(_ observation: EvaluationObservation) {
        guard case .rule(_, let name, _, _, _, gaveNothing: true) = observation else { return }
        held.withLock { $0.failing.append(name) }
    }

    /// Names of rules that gave no result, since it was last asked.
    func takeFailing() -> [String] {
        held.withLock { held in
            defer { held.failing = [] }
            return held.failing
        }
    }

    func take() -> (sent: [PostedAlert], samples: [RecordedSample]) {
        held.withLock { held in
            defer {
                held.sent = []
                held.samples = []
            }
            return (held.sent, held.samples)
        }
    }
}

/// A ruler under a seeded world: samples that come late, outages, restarts, reloads, clocks that jump; and beside it an
/// independent reading of what its rules mean.
final class SimulatedRuler {
    private var random: SeededGenerator
    private let history = FakeHistory()
    private let sink = RecordingSink()
    private let clock: ManualClock
    private var ruler: Ruler
    private var oracle: RuleOracle
    private var overlay = EmbeddedStore()
    private var file: RuleFile
    private var scraped: Timestamp
    private var now: Timestamp
    private var late: [(time: Timestamp, value: Double, labels: Labels, arrives: Timestamp)] = []
    private var instances: [Instance] = []
    private var written: Set<SampleKey> = []
    /// The newest tick so far: after a step back what is asked for may be known although the source is down.
    private var newest = Timestamp.distantPast
    /// The states of a rule's alerts at its last tick, by labels and beginning.
    private var shown: [String: [SampleKey: AlertState]] = [:]
    /// What befell the world, to be read beside a problem.
    private(set) var journal: [String] = []
    private(set) var problems: [String] = []
    private(set) var firings = 0

    private struct SampleKey: Hashable, CustomStringConvertible {
        var labels: Labels
        var time: Timestamp
        var description: String { "\(labels) \(time.milliseconds)" }
    }

    private struct Instance {
        static let metrics = ["m", "n", "req_total", "up"]

        let name: String
        let job: String
        var lag: Int
        var isScraped = true
        /// Its series, one for each metric.
        let series: [Labels]

        init(_ name: String, job: String, lag: Int) {
            self.name = name
            self.job = job
            self.lag = lag
            series = Self.metrics.map { ["__name__": $0, "instance": name, "job": job] }
        }
    }

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        now = Timestamp(milliseconds: 1_700_000_000_000)
        scraped = now - .seconds(900)
        clock = ManualClock(now: now)
        let text = RandomRules.text(&random)
        let outcome = RuleFileLoader.load(text: text, path: "rules.yml")
        guard let file = outcome.file, outcome.diagnostics.isEmpty else {
            preconditionFailure("the rules of the simulation are wrong: \(outcome.diagnostics) in \(text)")
        }
        self.file = file
        ruler = Ruler(sink: sink, clock: clock)
        oracle = RuleOracle(file, history)
        for index in 0..<(2 + random.upTo(3)) {
            instances.append(
                Instance(
                    "i\(index)", job: random.pick(["a", "b"]), lag: random.chance(20) ? 20 + random.upTo(40) : 0))
        }
    }

    private func loadRules() async {
        var querier = RuleQuerier(source: history, server: history, overlay: overlay)
        querier.policy = .always(random.chance(60) ? .local : .remote)
        note("\(querier.policy)")
        if querier.policy == .always(.local), random.chance(90) {
            let history = history
            querier.window = SampleWindow(
                history, lookback: .seconds(300),
                count: { history.select(.init(matchers: $0, start: $1 - .seconds(300), end: $1)).count })
        }
        await ruler.load([file], settings: RulerSettings(), querier: querier)
    }

    func run(ticks: Int) async {
        scrape(through: now)
        await loadRules()
        for _ in 0..<ticks {
            if !problems.isEmpty { return }
            await disturb()
            now = now + .seconds(random.pick([30, 30, 30, 30, 45, 90]))
            clock.set(now)
            scrape(through: now)
            await tick()
        }
    }

    // MARK: - The world

    private func scrape(through end: Timestamp) {
        while scraped + .seconds(15) <= end {
            scraped = scraped + .seconds(15)
            for index in instances.indices where instances[index].isScraped {
                for (metric, labels) in zip(Instance.metrics, instances[index].series) {
                    let value = metric == "up" ? Double(random.upTo(3).signum()) : Double(random.upTo(12))
                    late.append((scraped, value, labels, scraped + .seconds(instances[index].lag)))
                }
            }
        }
        for sample in late where sample.arrives <= end { history.put(sample.value, sample.labels, at: sample.time) }
        late.removeAll { $0.arrives <= end }
    }

    private func disturb() async {
        if history.isDown {
            if random.chance(50) { history.isDown = false }
        } else if random.chance(6) {
            history.isDown = true
        } else if random.chance(5) {
            history.failNext(1 + random.upTo(3))
        }
        if history.isDown || history.willFail { note("out of reach") }
        if random.chance(8) { churn() }
        if random.chance(4) { await reload() }
        if random.chance(4) { await restart() }
        if random.chance(2) {
            let step = random.pick([-3600, -40, 600, 3600])
            note("clock set by \(step) s")
            now = now + .seconds(step)
            written = []
            oracle.noteStep()
        }
    }

    private func churn() {
        let index = random.upTo(instances.count - 1)
        if instances[index].isScraped, instances.count > 1 {
            instances[index].isScraped = false
            note("\(instances[index].name) goes")
            late.removeAll { instances[index].series.contains($0.labels) }
            if random.chance(70) {
                // The marker is written later than its time, as a server does.
                for labels in instances[index].series {
                    let arrives = scraped + .seconds(random.upTo(40))
                    late.append((scraped + .seconds(5), StaleMarker.value, labels, arrives))
                }
            }
        } else if random.chance(50) {
            // A series comes back when its end has arrived.
            if !late.contains(where: { instances[index].series.contains($0.labels) }) {
                instances[index].isScraped = true
                note("\(instances[index].name) is back, \(instances[index].lag) s late")
            }
        } else {
            instances.append(Instance("x\(random.next() % 1000)", job: "a", lag: 0))
            note("\(instances[instances.count - 1].name) comes")
        }
    }

    private func reload() async {
        if random.chance(50) { file = RandomRules.withOtherExpressions(file, &random) }
        note("reload")
        oracle.reload(file)
        await loadRules()
    }

    private func restart() async {
        let kept = sink.held.withLock { $0.kept }.mapValues { Array($0.values) }.filter { !$0.value.isEmpty }
        let downSince = now
        if random.chance(50) { now = now + .seconds(random.pick([60, 600, 5000])) }
        clock.set(now)
        note("restart, down since \(downSince.milliseconds)")
        scrape(through: now)
        overlay = EmbeddedStore()
        ruler = Ruler(sink: sink, clock: clock)
        await loadRules()
        await ruler.restore(kept, downSince: downSince)
        oracle.restart(downSince: downSince, at: now)
        for alert in sink.take().sent where alert.endsAt.map({ $0 <= now }) ?? false {
            if oracle.isFiring(alert.labels) { problems.append("a restart ended \(alert.labels)") }
        }
    }

    private func note(_ event: String) { journal.append("\(now.milliseconds) \(event)") }

    // MARK: - One tick

    private func tick() async {
        note("tick")
        let wasDisturbed = history.isDown || history.willFail
        await ruler.evaluateAll(at: now)
        let status = await ruler.status()
        let (sent, samples) = sink.take()
        history.failNext(0)
        var expected: [RecordedSample] = []
        for (group, shown) in zip(file.groups, status) {
            for (index, rule) in shown.rules.enumerated() {
                let identity = "\(group.name)/\(index)"
                if let error = rule.health.lastError {
                    let isDouble = error.contains("same labelset") && oracle.hasDoubles(group, index, at: now)
                    if isDouble { continue }
                    if !wasDisturbed { problems.append("\(now) \(identity) failed: \(error)") }
                    continue
                }
                if history.isDown, now > newest, !rule.rule.expression.expr.vectorSelectors.isEmpty {
                    problems.append("\(now) \(identity) has a result without a source")
                }
                expected += oracle.evaluate(group, index, at: now)
                check(rule, identity, oracle.alerts(identity))
            }
        }
        newest = max(newest, now)
        check(samples, expected)
        check(sent, status)
    }

    private func check(_ rule: RuleStatus, _ identity: String, _ expected: [Labels: RuleOracle.Alert]) {
        guard rule.rule.isAlerting else { return }
        var left = expected.filter { $0.value.state != .inactive }
        let before = shown[identity] ?? [:]
        shown[identity] = [:]
        for alert in rule.alerts {
            let key = SampleKey(labels: alert.labels, time: alert.activeAt)
            if before[key] == .firing, alert.state == .pending {
                problems.append("\(now) \(identity) \(key) fell back to pending")
            }
            shown[identity]?[key] = alert.state
            if alert.state == .firing { firings += 1 }
            guard let wanted = left.removeValue(forKey: alert.labels) else {
                problems.append("\(now) \(identity) has \(alert.state) \(alert.labels), which does not hold")
                continue
            }
            if wanted.state != alert.state || wanted.activeAt != alert.activeAt || wanted.firedAt != alert.firedAt {
                problems.append(
                    "\(now) \(identity) \(alert.labels): \(alert.state) since \(alert.activeAt), expected \(wanted)")
            }
        }
        for labels in left.keys { problems.append("\(now) \(identity) lacks \(labels)") }
    }

    private func check(_ samples: [RecordedSample], _ expected: [RecordedSample]) {
        func key(_ sample: RecordedSample) -> SampleKey { .init(labels: sample.labels, time: sample.timestamp) }
        var left = Dictionary(expected.map { (key($0), $0) }, uniquingKeysWith: { $1 })
        for sample in samples {
            let name = key(sample)
            if !written.insert(name).inserted { problems.append("\(name) was written twice") }
            guard let wanted = left.removeValue(forKey: name) else {
                problems.append("\(name) was written and not expected: \(sample.value)")
                continue
            }
            if case .float(let mine) = sample.value, case .float(let theirs) = wanted.value,
                mine.bitPattern == theirs.bitPattern || (mine - theirs).magnitude <= 1e-12 * theirs.magnitude
                    || (mine.isNaN && theirs.isNaN && StaleMarker.isStale(mine) == StaleMarker.isStale(theirs))
            {
                continue
            }
            problems.append("\(name) is \(sample.value), expected \(wanted.value)")
        }
        for name in left.keys { problems.append("\(name) was not written") }
    }

    private func check(_ sent: [PostedAlert], _ status: [RuleGroupStatus]) {
        for alert in sent {
            guard let end = alert.endsAt, end <= now else { continue }
            if oracle.isFiring(alert.labels) { problems.append("\(now) \(alert.labels) was ended while it fires") }
        }
        let told = Set(sent.filter { $0.endsAt.map { $0 > now } ?? true }.map(\.labels))
        for labels in oracle.newlyFiring where !told.contains(labels) {
            problems.append("\(now) \(labels) fires and nobody was told")
        }
        oracle.newlyFiring = []
    }
}

extension FakeHistory {
    /// Whether a fetch to come fails.
    var willFail: Bool { failuresLeft > 0 }
}
