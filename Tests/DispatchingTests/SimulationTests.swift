import Base
import TestSupport
import Testing

/// The dispatcher under a seeded world of routes, alerts, silences, inhibition, failing receivers, reloads and restarts.
@Suite("Dispatching in a simulated world")
struct SimulationTests {
    static let parts: UInt64 = 4
    static let seedsPerPart: UInt64 = Surroundings.isSoak ? 2500 : 125
    /// RULEVAL_SEED plays one seed alone and tells what happens.
    static let only = Surroundings.environment("RULEVAL_SEED").flatMap { UInt64($0) }

    @Test(
        "loses no group, tells none twice within its repeat interval, and lets resolved follow firing",
        arguments: UInt64(0)..<parts)
    func seeds(_ part: UInt64) {
        var seeds = part * Self.seedsPerPart..<(part + 1) * Self.seedsPerPart
        if let only = Self.only { seeds = part == 0 ? only..<(only + 1) : 0..<0 }
        for seed in seeds {
            var world = SimulatedWorld(seed: seed)
            world.isTold = Self.only != nil
            world.run()
            for problem in world.problems {
                Issue.record(
                    "seed \(seed): \(problem); again: RULEVAL_SEED=\(seed) swift test --filter SimulationTests")
            }
        }
    }

    @Test("would notice a dispatcher that forgets, repeats, or tells of what is silenced")
    func noticesFaults() {
        var forgetful = SimulatedWorld(seed: 1)
        forgetful.dropsLogWrites = true
        forgetful.run()
        #expect(!forgetful.problems.isEmpty)
        var deaf = SimulatedWorld(seed: 1)
        deaf.swallowsNotifications = true
        deaf.run()
        #expect(!deaf.problems.isEmpty)
        let careless = (UInt64(0)..<20).contains { seed in
            var world = SimulatedWorld(seed: seed)
            world.dropsSilences = true
            world.run()
            return !world.problems.isEmpty
        }
        #expect(careless)
    }

    @Test("is the same for the same seed")
    func isRepeatable() {
        func trace(_ seed: UInt64) -> [String] {
            var world = SimulatedWorld(seed: seed)
            world.isTraced = true
            world.run()
            return world.trace
        }
        #expect(trace(7) == trace(7))
        #expect(trace(7) != trace(8))
    }
}
