import Base
import HTTPTransport
import JSON
import PrometheusAPI
import TestSupport
import Testing
import TimeSeries

@Suite(
    "The query API of the built binary against a real Prometheus", .serialized,
    .enabled(if: Surroundings.hasPeer("prometheus")))
struct DaemonDifferentialTests {
    static let count = Surroundings.isSoak ? 2000 : 300

    @Test("gives the same bodies from that server's samples and from an embedded store", .timeLimit(.minutes(30)))
    func sameBodies() async throws {
        guard let program = Surroundings.peer("prometheus") else { return }
        let seed = Surroundings.seed &+ 7
        let peer = try await PeerServer(program)
        var data = RandomSeries(random: Random(seed: seed), start: Int64(RandomExpression.start) * 1000)
        let series = data.all()
        _ = try await peer.load(series)
        let local = try await QueryDaemon("{url: '\(peer.url.text)', evaluation: local}")
        let embedded = try await QueryDaemon("{embedded: {retention: 100d}}")
        var settings = RemoteWriteSettings(url: try #require(HTTPURL(embedded.url + "/api/v1/write")))
        settings.sendNativeHistograms = true
        try await RemoteWriteClient(settings, http: peer.http).send(series)

        var expressions = RandomExpression(random: Random(seed: seed &+ 1))
        var differences: [String] = []
        var tally = BodyComparison.Tally()
        for number in 0..<Self.count {
            let text = number % 10 == 9 ? expressions.broken() : expressions.next()
            let offset = expressions.random.below(2600)
            let call = BodyComparison(text: text, isRange: number % 2 == 1, offset: offset)
            let wanted = try await call.ask(peer.url.text, peer.http)
            for (name, daemon) in [("local", local), ("embedded", embedded)] {
                let found = try await call.ask(daemon.url, peer.http)
                guard let problem = call.difference(found, wanted, &tally) else { continue }
                // The peer reuses buckets of native histograms from step to step: asked alone it is right.
                if text.contains("size"), try await call.agreesStepByStep(daemon.url, peer.url.text, peer.http) {
                    continue
                }
                differences.append("\(name): \(call): \(problem)")
            }
        }
        let report =
            "\(Self.count) expressions from two sources: \(tally.identical) bodies the same byte for byte, "
            + "\(tally.equal) but for order and last digits, \(tally.refused) refusals, "
            + "\(differences.count) different (seed \(seed))"
        Surroundings.say("query API: " + report)
        for difference in differences.prefix(20) { Issue.record("\(difference)") }
        #expect(differences.isEmpty, "\(report)")
        #expect(await local.end() == 0)
        #expect(await embedded.end() == 0)
    }
}
