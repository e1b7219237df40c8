import Base
import Glibc
import PromQL
import QueryEngine
import TimeSeries

// Evaluates 27 rule-like expressions over series in memory: instant, and as a range of 121 steps.
// usage: bench-engine [--series 20000] [--hours 6] [--rounds 3] [--only TEXT]

func argument(_ name: String, _ otherwise: String) -> String {
    guard let index = CommandLine.arguments.firstIndex(of: name), index + 1 < CommandLine.arguments.count else {
        return otherwise
    }
    return CommandLine.arguments[index + 1]
}

let wanted = Int(argument("--series", "20000")) ?? 20_000
let hours = Int(argument("--hours", "6")) ?? 6
let rounds = Int(argument("--rounds", "3")) ?? 3
let only = argument("--only", "")

let data = BenchmarkData(series: wanted, hours: hours)
print("\(data.count) series, \(hours) h at 15 s; best of \(rounds) rounds, milliseconds")
print("instant\trange\tseries\texpression")

/// The shortest of several runs in milliseconds, and how many series came out.
func measure(_ text: String, _ kind: QueryPlan.Kind) throws -> (milliseconds: Double, series: Int) {
    let plan = try QueryPlan(PromQLParser.parse(text), source: text, kind: kind)
    let responses = plan.requests.map(data.answer)
    var best = Double.infinity
    var count = 0
    for _ in 0..<rounds {
        let clock = ContinuousClock()
        let begin = clock.now
        let result = try plan.evaluate(responses: responses)
        best = min(best, (clock.now - begin).seconds * 1000)
        switch result.value {
        case .vector(let samples): count = samples.count
        case .matrix(let series): count = series.count
        case .scalar, .string: count = 1
        }
    }
    return (best, count)
}

func shown(_ milliseconds: Double) -> String { GoFloat.string(milliseconds, .fixed, precision: 2) }

let end = Timestamp(seconds: Double(BenchmarkData.start + Int64(hours) * 3600 - 60))
let range = QueryPlan.Kind.range(start: end - .seconds(7200), end: end, step: .seconds(60))
var logs = (instant: 0.0, range: 0.0)
var measured = 0
for text in BenchmarkExpressions.all where only.isEmpty || text.contains(only) {
    do {
        let instant = try measure(text, .instant(end))
        let ranged = try measure(text, range)
        print("\(shown(instant.milliseconds))\t\(shown(ranged.milliseconds))\t\(ranged.series)\t\(text)")
        logs.instant += log(instant.milliseconds)
        logs.range += log(ranged.milliseconds)
        measured += 1
    } catch {
        print("-\t-\t-\t\(text): \(error)")
    }
}
let mean = { (sum: Double) in shown(exp(sum / Double(max(measured, 1)))) }
print("\(mean(logs.instant))\t\(mean(logs.range))\t\tgeometric mean of \(measured)")
