import Base
import BenchmarkSupport
import Glibc
import HTTPTransport
import TestSupport

// The 27 expressions over HTTP, beside a real Prometheus that holds the same samples: once from the embedded store,
// once computed here from samples that are fetched from that Prometheus.
// usage: bench-http [--series 2000,20000] [--hours 6] [--rounds 5] [--only TEXT] [--source store,local]

let sizes = BenchmarkArguments.text("series", "2000,20000").split(separator: ",").compactMap { Int($0) }
let hours = BenchmarkArguments.number("hours", 6)
let rounds = BenchmarkArguments.number("rounds", 5)
let only = BenchmarkArguments.text("only", "")
let sources = BenchmarkArguments.text("source", "store,local").split(separator: ",").map(String.init)
let client = HTTPClient()

func shown(_ number: Double) -> String { GoFloat.string(number, .fixed, precision: 2) }

/// One table: instant and range, peer, ruleval and their ratio.
func table(_ comparison: Comparison, _ title: String) async throws {
    print("\n\(title); milliseconds, best of \(rounds); cpu: ratio of processor times")
    print("instant: peer\truleval\tratio\tcpu\trange: peer\truleval\tratio\tcpu\tseries\texpression")
    var ratios = [[GeometricMean(), GeometricMean()], [GeometricMean(), GeometricMean()]]
    var worst = 0.0
    var fetching = [0.0, 0.0]
    for text in BenchmarkExpressions.all where only.isEmpty || text.contains(only) {
        var line = ""
        var series = ""
        for kind in [0, 1] {
            let (peer, own) = try await comparison.compare(text, isRange: kind == 1)
            let ratio = own.best / peer.best
            let processor = own.processor / peer.processor
            ratios[kind][0].add(ratio)
            ratios[kind][1].add(processor)
            worst = max(worst, ratio)
            fetching[kind] += own.peerProcessor
            line += "\(shown(peer.best))\t\(shown(own.best))\t\(shown(ratio))\t\(shown(processor))\t"
            series = peer.series == own.series ? "\(own.series)" : "\(peer.series) and \(own.series)"
        }
        print(line + series + "\t" + text)
        fflush(nil)
    }
    print(
        "\t\t\(shown(ratios[0][0].value))\t\(shown(ratios[0][1].value))\t\t\t\(shown(ratios[1][0].value))\t"
            + "\(shown(ratios[1][1].value))\t\tgeometric mean of \(ratios[0][0].count); "
            + "worst single ratio \(shown(worst))")
    if fetching[0] > 0 {
        print(
            "processor time of the peer while ruleval was asked, all expressions once: instant \(shown(fetching[0])) ms, "
                + "range \(shown(fetching[1])) ms")
    }
}

for size in sizes {
    let folder = try TemporaryFolder()
    guard let prometheus = try await BenchmarkServer.prometheus(folder) else { exit(0) }
    let own = try await BenchmarkServer.ruleval("{embedded: {retention: 30d, max_bytes: 4GB}}", TemporaryFolder())
    // Samples end now: a server refuses what is old.
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let start = Int64(now.tv_sec) - Int64(hours) * 3600 - 15
    let feeder = Feeder(BenchmarkData(series: size, hours: hours, start: start), client: client)
    let memory = own.residentMegabytes
    let seconds = try await feeder.feed([prometheus, own])
    print(
        "\n\(size) series: \(feeder.samples) samples by remote write; processor seconds prometheus \(shown(seconds[0])), "
            + "ruleval \(shown(seconds[1])); resident memory of ruleval grew by \(own.residentMegabytes - memory) MB")
    try await prometheus.settle()
    let end = start + Int64(hours) * 3600 - 60
    if sources.contains("store") {
        try await table(
            Comparison(peer: prometheus, ruleval: own, client: client, rounds: rounds, end: end),
            "\(size) series × \(hours) h, embedded store")
        print("resident memory: prometheus \(prometheus.residentMegabytes) MB, ruleval \(own.residentMegabytes) MB")
    }
    own.process.signal(15)
    if sources.contains("local") {
        let local = try await BenchmarkServer.ruleval(
            "{url: '\(prometheus.url)', evaluation: local, max_response_bytes: 1GB}", TemporaryFolder())
        try await table(
            Comparison(peer: prometheus, ruleval: local, client: client, rounds: rounds, end: end),
            "\(size) series × \(hours) h, samples fetched from Prometheus (local)")
        local.process.signal(15)
    }
    prometheus.process.signal(15)
    _ = await prometheus.process.waitForExit()
}
