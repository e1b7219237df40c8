import TestSupport
import Testing

/// Prometheus' ruler and ruleval in each mode on random rules over random samples.
///
/// A failing seed is run again with `RULEVAL_SEED=N swift test --filter RandomRulerComparisonTests`.
@Suite(
    "Beside Prometheus' own ruler on random rules", .serialized, .enabled(if: Surroundings.hasPeer("prometheus")))
struct RandomRulerComparisonTests {
    /// How often seeds are tried again where the machine was too slow to tick in time.
    static let tries = 3

    static var batches: [[UInt64]] {
        let first = UInt64(Surroundings.number("RULEVAL_SEED") ?? 1)
        if let count = Surroundings.number("RULEVAL_SEEDS") {
            let size = UInt64(Surroundings.number("RULEVAL_BATCH") ?? 8)
            return stride(from: first, to: first + UInt64(count), by: Int(size)).map { start in
                Array(start..<min(start + size, first + UInt64(count)))
            }
        }
        if Surroundings.number("RULEVAL_SEED") != nil { return [[first]] }
        return Surroundings.isSoak ? (0..<15).map { Array($0 * 8 + 1...$0 * 8 + 8) } : [[1, 2, 3]]
    }

    private static let isLong = Surroundings.isSoak || Surroundings.number("RULEVAL_SEED") != nil

    @Test("each tick gives the same rules, alerts and series, before and after a change of rules", arguments: batches)
    func seeds(_ seeds: [UInt64]) async throws {
        try await compare(seeds, ticks: Self.isLong ? 24 : 14, .change(Self.isLong ? 12 : 6))
    }

    @Test("after a restart they agree again", .enabled(if: isLong), arguments: batches)
    func restarts(_ seeds: [UInt64]) async throws { try await compare(seeds, ticks: 24, .restart(6)) }

    private func compare(_ seeds: [UInt64], ticks: Int, _ event: RandomRulerRun.Event) async throws {
        var obstacle = ""
        var before: [String: String]?
        for _ in 0..<Self.tries {
            let rulers = try #require(try await AlignedRulers(modes: ["remote", "local", "auto"]))
            var run = RandomRulerRun(rulers, seeds: seeds, ticks: ticks, event: event)
            try await run.run()
            await rulers.stop()
            if let reason = run.obstacle {
                obstacle = reason
                Surroundings.say("random rulers \(seeds): tried again, \(reason)")
                continue
            }
            // A difference is one that is there again: a busy machine may show one ruler's tick late.
            if !run.differences.isEmpty, before == nil {
                before = run.differences
                continue
            }
            for (thing, text) in before ?? [:] where run.differences[thing] == nil {
                Surroundings.say("random rulers \(seeds): not seen again: \(text)")
            }
            let differences = run.differences.filter { before?[$0.key] != nil }
            if seeds.count == 1, !differences.isEmpty { Surroundings.say(run.texts.joined()) }
            let again = "RULEVAL_SEED=\(seeds[0]) RULEVAL_SEEDS=\(seeds.count) swift test --filter RandomRuler"
            for (_, text) in differences.sorted(by: { $0.key < $1.key }) { Issue.record("\(again): \(text)") }
            Surroundings.say("random rulers \(seeds): \(run.compared) rules, alerts and series compared")
            #expect(run.compared > 50)
            return
        }
        Surroundings.say("*** SKIPPED: random rulers \(seeds): \(obstacle) ***")
    }
}
