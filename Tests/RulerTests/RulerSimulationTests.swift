import TestSupport
import Testing

@testable import Ruler

/// The ruler under a seeded world, held against an independent reading of its rules.
///
/// A failing seed is run again with `RULEVAL_SEED=N swift test --filter RulerSimulationTests`.
@Suite("The ruler in a simulated world")
struct RulerSimulationTests {
    static let seedsPerPart: UInt64 = Surroundings.isSoak ? 2500 : 125
    static let parts: [UInt64] = Surroundings.number("RULEVAL_SEED") == nil ? [0, 1, 2, 3] : [0]

    @Test("alerts, recorded samples and what is told are what the rules mean", arguments: parts)
    func seeds(_ part: UInt64) async {
        var seeds = part * Self.seedsPerPart..<(part + 1) * Self.seedsPerPart
        if let one = Surroundings.number("RULEVAL_SEED") { seeds = UInt64(one)..<UInt64(one) + 1 }
        var firings = 0
        for seed in seeds {
            let world = SimulatedRuler(seed: seed)
            await world.run(ticks: 60)
            firings += world.firings
            for problem in world.problems.prefix(5) {
                Issue.record("RULEVAL_SEED=\(seed) swift test --filter RulerSimulationTests: \(problem)")
            }
            if world.problems.isEmpty { continue }
            if Surroundings.number("RULEVAL_SEED") != nil { Surroundings.say(world.journal.joined(separator: "\n")) }
            return
        }
        #expect(firings > 0)
    }
}
