import Base
import Glibc
import TestSupport

// Evaluates the same rules with vmalert, Prometheus' own ruler and ruleval, one after the other, several rounds, against one
// real Prometheus that scrapes a synthetic exporter.
// usage: bench-evaluation [--series 20000] [--rules 1000] [--interval 5] [--seconds 40] [--rounds 3] [--only a,b] [--binary P]

func argument(_ name: String, _ otherwise: String) -> String {
    guard let index = CommandLine.arguments.firstIndex(of: name), index + 1 < CommandLine.arguments.count else {
        return otherwise
    }
    return CommandLine.arguments[index + 1]
}

func number(_ name: String, _ otherwise: Int) -> Int { Int(argument(name, "")) ?? otherwise }

func median(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.sorted()[values.count / 2]
}

func shown(_ value: Double, _ digits: Int = 3) -> String {
    value.isNaN ? "–" : GoFloat.string(value, .fixed, precision: digits)
}

/// What one run of one contestant took.
struct Run {
    /// CPU seconds a thousand evaluations.
    var evaluator = 0.0
    var source = 0.0
    var resident = 0.0
    /// Seconds from the scrape that shows a raised value to its alert.
    var lags: [Double] = []
}

/// Lets one contestant work for a while.
func run(_ contestant: Contestant, _ arena: Arena, baseline: Double, rules: Int, interval: Int, seconds: Int)
    async throws
    -> Run
{
    arena.exporter.beginRun()
    let process = try await contestant.start(arena)
    // Until all groups have ticked, a window is full, and what is new is known.
    try await Task.sleep(for: .seconds(interval * 3 + 10))
    let meter = process.map { Meter(id: $0.id) }
    let source = Meter(id: arena.source.id)
    let before = (meter?.cpu ?? 0, source.cpu)
    let began = ContinuousClock.now
    var next = 0
    while ContinuousClock.now - began < .seconds(seconds) {
        try await Task.sleep(for: .milliseconds(Int.random(in: 300...1700)))
        if next < Arena.flips, ContinuousClock.now - began < .seconds(seconds - 2 * interval - 6) {
            arena.exporter.raise(next)
            next += 1
        }
    }
    let took = (ContinuousClock.now - began).seconds
    let evaluations = took / Double(interval) * Double(rules) / 1000
    var result = Run()
    result.evaluator = ((meter?.cpu ?? 0) - before.0) / evaluations
    result.source = max(0, source.cpu - before.1 - baseline * took) / evaluations
    result.resident = meter?.resident ?? .nan
    for flip in 0..<next {
        guard let seen = arena.exporter.servedAt(flip),
            let arrived = arena.catcher.arrivedAt(arena.exporter.number(flip))
        else { continue }
        result.lags.append((arrived - seen).seconds)
    }
    if let process {
        process.signal(SIGTERM)
        _ = await process.waitForExit(within: .seconds(10))
    } else {
        try await arena.evaluateInSource(false)
    }
    return result
}

func main() async throws {
    let rules = number("--rules", 1000)
    let interval = number("--interval", 5)
    let seconds = number("--seconds", 40)
    let names = argument("--only", "vmalert,prometheus,remote,local,auto").split(separator: ",")
    let contestants = names.compactMap { Contestant(rawValue: String($0)) }
    let arena = try await Arena(
        series: number("--series", 20_000), rules: rules, seconds: interval,
        binary: argument("--binary", ".build/release/ruleval"))
    print("\(number("--series", 20_000)) series, \(rules) rules every \(interval) s, \(seconds) s a run")
    fflush(nil)
    try await Task.sleep(for: .seconds(number("--warm", 60)))
    var runs: [Contestant: [Run]] = [:]
    for round in 0..<number("--rounds", 3) {
        let source = Meter(id: arena.source.id)
        let before = source.cpu
        try await Task.sleep(for: .seconds(20))
        let baseline = (source.cpu - before) / 20
        for contestant in contestants {
            let result = try await run(
                contestant, arena, baseline: baseline, rules: rules, interval: interval, seconds: seconds)
            runs[contestant, default: []].append(result)
            print(
                "round \(round + 1) \(contestant.rawValue): evaluator \(shown(result.evaluator)) source "
                    + "\(shown(result.source)) RSS \(shown(result.resident, 1)) MB, lag "
                    + "\(shown(median(result.lags), 2)) s of \(result.lags.count); idle source \(shown(baseline))")
            fflush(nil)
        }
    }
    print("\n| | evaluator | source | sum | RSS MB | lag s | evaluator / vmalert | source | sum | RSS | lag |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    func figures(_ contestant: Contestant) -> [Double] {
        let all = runs[contestant] ?? []
        return [
            median(all.map(\.evaluator)), median(all.map(\.source)), median(all.map { $0.evaluator + $0.source }),
            median(all.map(\.resident)), median(all.flatMap(\.lags)),
        ]
    }
    let peer = figures(.vmalert)
    for contestant in contestants {
        let own = figures(contestant)
        let ratios = zip(own, peer).map { shown($0 / $1, 2) }
        let cells = own.enumerated().map { shown($1, $0 < 3 ? 3 : $0 == 3 ? 1 : 2) } + ratios
        print("| \(contestant.rawValue) | \(cells.joined(separator: " | ")) |")
    }
}

do { try await main() } catch {
    print("bench-evaluation: \(error)")
    exit(3)
}
