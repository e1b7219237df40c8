import Base
import PromQL
import PrometheusAPI
import QueryEngine
import TimeSeries

// The embedded store: takes bodies of remote write, each with one sample of 2,000 series, then answers a range query over
// all of it. Reports processor time and memory. usage: bench-store [--series 20000] [--hours 6]

func argument(_ name: String, _ otherwise: Int) -> Int {
    guard let index = CommandLine.arguments.firstIndex(of: name), index + 1 < CommandLine.arguments.count else {
        return otherwise
    }
    return Int(CommandLine.arguments[index + 1]) ?? otherwise
}

func print(_ what: String, _ value: Double, _ unit: String) {
    print("\(what)\t\(GoFloat.string(value, .fixed, precision: 2)) \(unit)")
}

let start: Int64 = 1_700_000_000_000
let scrapes = argument("--hours", 6) * 240
var all = (0..<argument("--series", 20_000)).map(ScrapedSeries.init)
let store = EmbeddedStore()
let before = Process.resident
var spent = 0.0
var sent = 0

for scrape in 0..<scrapes {
    for first in stride(from: 0, to: all.count, by: 2000) {
        var batch: [Series] = []
        for number in first..<min(first + 2000, all.count) {
            let time = start + Int64(scrape) * 15_000 + all[number].phase
            batch.append(Series(labels: all[number].labels, timestamps: [time], values: [all[number].next()]))
        }
        let body = RemoteWriteRequest.encode(batch)
        let began = Process.threadSeconds
        let read = try RemoteWriteRequest.decode(body, limit: 64 << 20)
        if let reason = store.commit(read.samples, latest: .distantFuture) { print("refused: \(reason)") }
        spent += Process.threadSeconds - began
        sent += batch.count
    }
}
let held = store.statistics
let full = Process.resident
print("series", Double(held.series), "")
print("samples", Double(held.samples) / 1e6, "million")
print("memory", Double(full - before) / 1e6, "MB")
print("memory a sample", Double(full - before) / Double(max(held.samples, 1)), "bytes")
print("ingestion", Double(sent) / max(spent, 1e-9) / 1e6, "million samples a second of one core")

let end = Timestamp(milliseconds: start + Int64(scrapes) * 15_000)
for text in [#"sum by (service) (rate({__name__=~".+"}[5m]))"#, #"max_over_time({__name__=~"queue.+"}[1h])"#] {
    _ = Process.peak
    let resident = Process.resident
    let began = Process.seconds
    let result = try await QueryEngine().range(
        PromQLParser.parse(text), text: text, start: Timestamp(milliseconds: start), end: end, step: .seconds(180),
        source: store)
    let cpu = Process.seconds - began
    guard case .matrix(let series) = result.value else { continue }
    print("\(text): \(series.count) series", cpu, "s")
    print("\(text): memory beside the samples", Double(Process.peak - resident) / 1e6, "MB")
}
