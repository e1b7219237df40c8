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
        // Of floats and histograms in turn the server takes the floats first, and what is older no more.
        let series = try await peer.load(data.all())
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
                let hasHistograms = ["size", "swing", "custom", "mixed"].contains { text.contains($0) }
                if hasHistograms, try await call.agreesStepByStep(daemon.url, peer.url.text, peer.http) {
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

    @Test("counts the samples that are read as that server counts them")
    func sameCounts() async throws {
        guard let program = Surroundings.peer("prometheus") else { return }
        let peer = try await PeerServer(program)
        var data = RandomSeries(random: Random(seed: 11), start: Int64(RandomExpression.start) * 1000)
        let series = data.all()
        _ = try await peer.load(series)
        let embedded = try await QueryDaemon("{embedded: {retention: 100d}}")
        var settings = RemoteWriteSettings(url: try #require(HTTPURL(embedded.url + "/api/v1/write")))
        settings.sendNativeHistograms = true
        try await RemoteWriteClient(settings, http: peer.http).send(series)
        for text in [
            "load", "sum(load)", "load + on (job, instance) load", "rate(hits_total[5m])", "load[5m]", "1",
            "absent(nothing)",
            "max_over_time(load[5m:1m])", "max_over_time(rate(hits_total[2m])[10m:1m])", "timestamp(load)", "size",
            "rate(size[5m])", "load @ \(RandomExpression.start + 900)",
            "rate(hits_total[5m] @ \(RandomExpression.start + 900)) + rate(hits_total[5m])",
            "sum_over_time(load[5m] offset 1m) / count_over_time(load[5m])", "topk(2, load)",
            "label_replace(load, \"a\", \"b\", \"job\", \".*\")",
            "histogram_quantile(0.9, sum by (le) (rate(latency_bucket[5m])))", "load > 3 and on (job) owner",
        ] {
            for isRange in [false, true] {
                let call = BodyComparison(text: text, isRange: isRange, offset: 1200, parameters: [("stats", "all")])
                let (wanted, found) = (
                    try await call.ask(peer.url.text, peer.http), try await call.ask(embedded.url, peer.http)
                )
                let read = { (body: BodyComparison.Body) in
                    body.json["data"]?["stats"]?["samples"]?["totalQueryableSamples"]
                }
                #expect(read(found) == read(wanted), "\(call)")
                let keys = { (body: BodyComparison.Body) in body.json["data"]?["stats"]?["timings"]?.object?.map(\.key)
                }
                #expect(keys(found) == keys(wanted))
            }
        }
        #expect(await embedded.end() == 0)
    }
}
