import Glibc
import JSON
import TestSupport
import TimeSeries

/// Some seeds run together through all rulers once.
struct RandomRulerRun {
    /// What is different, by what it is about, each with the modes and the first moment.
    var differences: [String: String] {
        found.mapValues { "\($0.modes.sorted().joined(separator: ", ")), \($0.count) times: \($0.text)" }
    }
    /// How many rules, alerts and series were held against each other.
    private(set) var compared = 0
    /// Why nothing could be said; nil when it could.
    private(set) var obstacle: String?

    /// The rule files, those after a change last.
    private(set) var texts: [String] = []

    private let rulers: AlignedRulers
    private let seeds: [UInt64]
    private let ticks: Int
    /// What happens in the middle, and behind which tick.
    enum Event: Sendable {
        /// Other rules are put in force.
        case change(Int)
        /// All rulers are killed and started again.
        case restart(Int)
    }

    /// The seconds after a restart in which rulers may differ.
    private static let settling = 7

    private let change: Int?
    private let restart: Int?
    private var first = 0
    /// Alerts whose rules gave no result at some tick: ours are told of all the same, so that none ends for want of an answer.
    private var failing: Set<String> = []
    /// The first difference of each kind, and where else it was.
    private var found: [String: (text: String, modes: Set<String>, count: Int)] = [:]

    init(_ rulers: AlignedRulers, seeds: [UInt64], ticks: Int, event: Event) {
        self.rulers = rulers
        self.seeds = seeds
        self.ticks = ticks
        switch event {
        case .change(let tick): (change, restart) = (tick, nil)
        case .restart(let tick): (change, restart) = (nil, tick)
        }
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func wait(until instant: Double) async {
        _ = await eventually(within: .seconds(120)) { now >= instant }
    }

    mutating func run() async throws {
        // An even second, since some groups tick every two; the samples are made and written meanwhile.
        first = (Int(Self.now) + 4 + seeds.count) / 2 * 2
        var series: [Series] = []
        var before: [RandomRuleGroups.Group] = []
        var after: [RandomRuleGroups.Group] = []
        for seed in seeds {
            var random = SeededGenerator(seed: seed)
            let rules = RandomRuleGroups(prefix: "s\(seed)", forgets: restart != nil, &random)
            before += rules.groups
            after += rules.changed(&random).groups
            series +=
                RandomSamples(
                    prefix: "s\(seed)", from: Int64(first - 70) * 1000, to: Int64(first + ticks + 5) * 1000, &random
                ).series
        }
        let files = (before: rulers.files(before), after: change == nil ? [] : rulers.files(after))
        texts = (before + (change == nil ? [] : after)).map { $0.file(name: $0.start) }
        guard await rulers.write(series) else { return obstacle = "the samples were not taken" }
        guard Self.now < Double(first) - 0.9 else { return obstacle = "the samples took too long" }
        await Self.wait(until: Double(first) - 0.9)
        try await load(files.before)
        for tick in 0..<ticks where obstacle == nil {
            await Self.wait(until: Double(first + tick) + 0.5)
            if !isSettling(tick) { await compareShown(at: tick) }
            if tick == ticks - 1 { await compareCounted() }
            if tick == change { try await load(files.after) }
            if tick == restart { try await rulers.restart() }
        }
        if obstacle != nil { return }
        await compareHeard(groups: before + (change == nil ? [] : after))
    }

    /// Puts rules in force between two ticks.
    private mutating func load(_ files: [AlignedRulers.RuleFile]) async throws {
        let began = Self.now
        let refusals = try await rulers.load(files)
        for refusal in refusals { note("", about: "refusal", "rules are refused by \(refusal)") }
        if began.rounded(.down) != Self.now.rounded(.down) { obstacle = "loading took over a tick" }
    }

    private func isSettling(_ tick: Int) -> Bool {
        restart.map { tick > $0 && tick <= $0 + Self.settling } ?? false
    }

    /// Notes a difference; of those about the same thing only the first is told.
    private mutating func note(_ mode: String, about thing: String, _ text: String) {
        var entry = found[thing] ?? (text, [], 0)
        entry.modes.insert(mode)
        entry.count += 1
        found[thing] = entry
    }

    private mutating func compareShown(at tick: Int) async {
        let bodies = await rulers.shown()
        for body in bodies { failing.formUnion(ShownGroup.failing(body)) }
        let isRestarted = restart.map { tick > $0 } ?? false
        let shown = bodies.map { ShownGroup.all($0, withBeginnings: !isRestarted) }
        if isRestarted { compareBeginnings(bodies, at: tick) }
        let theirs = shown[0]
        for (side, mine) in zip(rulers.sides, shown.dropFirst()) {
            if theirs.map(\.start) != mine.map(\.start) {
                note(side.mode, about: "groups", "tick \(tick): \(mine.map(\.start)), theirs \(theirs.map(\.start))")
                continue
            }
            for (one, other) in zip(mine, theirs) where one.group.tick == other.group.tick && one.group.tick != nil {
                compared += one.group.rules.count
                for (place, (rule, expected)) in zip(one.group.rules, other.group.rules).enumerated()
                where rule != expected {
                    note(
                        side.mode, about: "\(one.start) rule \(place)",
                        "\(one.start) tick \(tick): \(Self.unlike(rule, expected))")
                }
                if one.group.rules.count != other.group.rules.count {
                    note(side.mode, about: one.start, "\(one.start) tick \(tick): other rules")
                }
            }
        }
    }

    /// What is held is held since about the same time, the time down left out.
    private mutating func compareBeginnings(_ bodies: [JSONValue?], at tick: Int) {
        let theirs = ShownGroup.pending(bodies[0])
        for (side, body) in zip(rulers.sides, bodies.dropFirst()) {
            for (alert, since) in ShownGroup.pending(body) {
                guard let other = theirs[alert], abs(since - other) > 5 else { continue }
                note(side.mode, about: alert, "tick \(tick): \(alert) is held since \(since), theirs \(other)")
            }
        }
    }

    private mutating func compareCounted() async {
        let counted = await rulers.counted()
        for (side, mine) in zip(rulers.sides, counted.dropFirst()) {
            for name in Set(mine.keys).union(counted[0].keys) {
                compared += 1
                if mine[name] == counted[0][name] { continue }
                note(side.mode, about: name, "\(name) is \(mine[name] ?? "-"), theirs \(counted[0][name] ?? "-")")
            }
        }
    }

    /// The first lines that only one of two texts has, below the first line.
    private static func unlike(_ one: String, _ other: String) -> String {
        let (mine, theirs) = (one.split(separator: "\n"), other.split(separator: "\n"))
        let ours = mine.filter { !theirs.contains($0) }.prefix(2).joined(separator: "\n")
        let expected = theirs.filter { !mine.contains($0) }.prefix(2).joined(separator: "\n")
        return "\(theirs[0])\nours   \(ours)\ntheirs \(expected)"
    }

    /// Compares what was written and posted, once all have told of the last tick.
    private mutating func compareHeard(groups: [RandomRuleGroups.Group]) async {
        let last = Int64(first + ticks - 1) * 1000
        let beats = Set(groups.map(\.beat))
        let isOver = await eventually(within: .seconds(20)) { [rulers] in
            rulers.all.allSatisfy { side in
                let newest = Self.beats(side.ear, beats).compactMapValues { $0.last?.milliseconds }
                return newest.count >= beats.count && newest.values.max() ?? 0 >= last
            }
        }
        guard isOver else { return obstacle = "not all was written in time" }
        let end = last - 4000
        let start = restart.map { Int64(first + $0 + Self.settling) * 1000 } ?? 0
        let range = min(start, end)...end
        let theirs = rulers.theirs.ear.samples.mapValues { $0.filter { range.contains($0.milliseconds) } }
        for side in rulers.sides {
            let mine = side.ear.samples.mapValues { $0.filter { range.contains($0.milliseconds) } }
            let (own, expected) = (Self.beats(mine, beats), Self.beats(theirs, beats))
            guard own == expected else {
                let all = Set(own.keys).union(expected.keys).filter { own[$0] != expected[$0] }
                return obstacle = "\(side.mode) missed a tick, or Prometheus did: \(all.sorted())"
            }
            for name in Set(mine.keys).union(theirs.keys).sorted()
            where restart == nil || !name.hasPrefix("ALERTS_FOR_STATE") {
                compared += 1
                let (one, other) = (normalised(mine[name] ?? []), normalised(theirs[name] ?? []))
                if one == other { continue }
                let (extra, missing) = (Set(one).subtracting(other), Set(other).subtracting(one))
                note(
                    side.mode, about: name,
                    "\(name):\nours   \(places(extra))\ntheirs \(places(missing))")
            }
            if restart == nil { compareTold(side, until: end) }
        }
    }

    private func places(_ samples: Set<RulerEar.Heard>) -> String {
        samples.sorted { $0.milliseconds < $1.milliseconds }.prefix(12).map {
            "\(Double($0.milliseconds) / 1000 - Double(first))s \($0.value)"
        }.joined(separator: ", ")
    }

    private static func beats(_ ear: RulerEar, _ names: Set<String>) -> [String: [RulerEar.Heard]] {
        beats(ear.samples, names)
    }

    private static func beats(_ samples: [String: [RulerEar.Heard]], _ names: Set<String>) -> [String: [RulerEar.Heard]]
    {
        var found: [String: [RulerEar.Heard]] = [:]
        for (series, heard) in samples {
            guard let name = names.first(where: { series.contains("\($0)\"") || series.hasPrefix("\($0){") }) else {
                continue
            }
            found[name, default: []] += heard.filter { $0.value != "ends" }
        }
        return found.mapValues { Array(Set($0)).sorted { $0.milliseconds < $1.milliseconds } }
    }

    /// The samples; a marker that a change of rules puts between two ticks, or that ends a series for good with the change,
    /// is put at the change, since each ruler has instants of its own for it.
    private func normalised(_ samples: [RulerEar.Heard]) -> [RulerEar.Heard] {
        guard let change else { return samples }
        let moment = Int64(first + change) * 1000
        return samples.enumerated().map { place, sample in
            let isLast = place == samples.count - 1
            guard sample.value == "ends", ((moment - 3500)...(moment + 5500)).contains(sample.milliseconds),
                isLast || sample.milliseconds % 500 != 0
            else { return sample }
            return RulerEar.Heard(milliseconds: moment, value: "ends")
        }
    }

    private mutating func compareTold(_ side: AlignedRulers.Side, until end: Int64) {
        let (mine, theirs) = (told(side.ear, until: end), told(rulers.theirs.ear, until: end))
        compared += mine.count
        for text in mine.subtracting(theirs).sorted() {
            note(side.mode, about: "posted by us \(text.prefix { $0 != "," })", "only we posted \(text)")
        }
        for text in theirs.subtracting(mine).sorted() {
            note(side.mode, about: "posted by them \(text.prefix { $0 != "," })", "only they posted \(text)")
        }
    }

    /// The alerts posted that end by four seconds behind `end`.
    private func told(_ ear: RulerEar, until end: Int64) -> Set<String> {
        Set(
            ear.alerts.compactMap { alert in
                let ends = alert["endsAt"]?.string ?? ""
                guard InstantText.seconds(ends) <= Int(end / 1000) + 4,
                    !failing.contains(alert["labels"]?["alertname"]?.string ?? "")
                else { return nil }
                let (from, to) = (ShownGroup.instant(alert["startsAt"]?.string ?? ""), ShownGroup.instant(ends))
                return "\(ShownGroup.text(alert["labels"])) \(ShownGroup.text(alert["annotations"])) \(from) \(to) "
                    + ShownGroup.text(alert["generatorURL"])
            })
    }
}
