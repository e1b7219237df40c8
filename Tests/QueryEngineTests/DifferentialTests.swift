import Base
import Glibc
import PromQL
import PrometheusAPI
import TestSupport
import Testing
import TimeSeries

@testable import QueryEngine

@Suite("Random queries against a real Prometheus", .enabled(if: Surroundings.hasPeer("prometheus")))
struct DifferentialTests {
    static let count = Surroundings.isSoak ? 10_000 : 500

    @Test(
        "have the same answers and refusals", .timeLimit(.minutes(30)), .serialized,
        arguments: [[], [Feature.experimentalFunctions, .delayedNameRemoval]])
    func sameAnswers(_ features: [Feature]) async throws {
        guard let program = Surroundings.peer("prometheus") else { return }
        let seed = Surroundings.seed &+ UInt64(features.count)
        let server = try await PeerServer(program, features: features.map(\.rawValue))
        var data = RandomSeries(random: Random(seed: seed), start: Int64(RandomExpression.start) * 1000)
        let series = try await server.load(data.all())
        #expect(series.count > 60)
        var expressions = RandomExpression(
            random: Random(seed: seed &+ 1), isExperimental: features.contains(.experimentalFunctions))
        var doubtful: [(DifferentialCase, time: Int64?, text: String)] = []
        var refused = 0
        var done = 0
        while done < Self.count {
            var batch: [DifferentialCase] = []
            for number in done..<min(done + 50, Self.count) {
                let text = number % 10 == 9 ? expressions.broken() : expressions.next()
                batch.append(
                    DifferentialCase(
                        text: text, isRange: number % 2 == 1, features: Set(features),
                        offset: expressions.random.below(2600)))
            }
            done += batch.count
            let found = await withTaskGroup(of: (DifferentialCase, DifferentialCase.Outcome).self) { group in
                for one in batch { group.addTask { (one, await one.compare(server.client, series)) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for (one, outcome) in found {
                switch outcome {
                case .same(let isRefusal): refused += isRefusal ? 1 : 0
                case .different(let text, let time):
                    if await one.compareAlone(at: time, server.client, series) == nil {
                        doubtful.append((one, time, text))
                    }
                }
            }
        }
        // After thousands of queries some of the peer's buckets are spoiled for good: a new one judges.
        var differences: [String] = []
        if !doubtful.isEmpty {
            let fresh = try await PeerServer(program, features: features.map(\.rawValue))
            _ = try await fresh.load(series)
            for (one, time, text) in doubtful where await one.compareAlone(at: time, fresh.client, series) == nil {
                differences.append(text)
            }
        }
        let report = "\(Self.count) queries, \(refused) refused by both, \(differences.count) different (seed \(seed))"
        Surroundings.say("differential \(features.map(\.rawValue)): " + report)
        for difference in differences.prefix(40) { Issue.record("\(difference)") }
        #expect(differences.isEmpty, "\(report)")
    }
}

extension Surroundings {
    /// RULEVAL_SEED, else a fixed one.
    static var seed: UInt64 { getenv("RULEVAL_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_260_801 }
}
