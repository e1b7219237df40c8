import Base
import TestSupport
import Testing
import TimeSeries

@Suite("Matchers of labels")
struct LabelMatcherTests {
    /// Matchers on names that are there, that are not, and that come before, between and after those that are.
    private static func matchers(_ generator: inout SeededGenerator, of labels: Labels) throws -> [LabelMatcher] {
        let names = labels.map(\.name) + ["", "a", "l", "l5x", "zz"]
        return try (0..<Int.random(in: 0...6, using: &generator)).map { _ in
            let name = names.randomElement(using: &generator) ?? ""
            let value = Bool.random(using: &generator) ? labels.value(of: name) : "other"
            let operation = LabelMatcher.Operation.allCases.randomElement(using: &generator) ?? .equal
            return try LabelMatcher(name, operation, value)
        }
    }

    @Test func allMatchIsWhatEachSays() throws {
        var generator = SeededGenerator(seed: 20_261_128)
        let few = Labels([("l1", "a"), ("l5", "b"), ("m", "c")])
        let many = Labels((0..<4000).map { ("l\($0)", String(repeating: "v", count: $0 % 9)) })
        #expect(!few.isLongToSearch)
        #expect(many.isLongToSearch)
        var accepted = 0
        for _ in 0..<300 {
            for labels in [few, many] {
                let matchers = try Self.matchers(&generator, of: labels)
                let isMet = matchers.allSatisfy { $0.matches(labels) }
                #expect(matchers.allMatch(labels) == isMet, "\(matchers)")
                accepted += isMet ? 1 : 0
            }
        }
        #expect(accepted > 50)
    }

    @Test func manyMatchersOnManyLabelsAreOneWalk() {
        let labels = Labels((0..<100_000).map { ("l\($0)", "v") })
        let matchers = (0..<50_000).map { LabelMatcher("l\($0 * 2)", equals: "v") }
        let began = ContinuousClock.now
        #expect(matchers.allMatch(labels))
        #expect(!(matchers + [LabelMatcher("m", equals: "v")]).allMatch(labels))
        // Each for itself is minutes.
        #expect(ContinuousClock.now - began < .seconds(30))
    }
}
