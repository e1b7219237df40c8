import Base
import BenchmarkSupport
import CAllocations
import PromQL
import QueryEngine
import TimeSeries

// Evaluates 27 rule-like expressions over series in memory: instant, and as a range of 121 steps.
// usage: bench-engine [--series 20000] [--hours 6] [--rounds 3] [--only TEXT]

let wanted = BenchmarkArguments.number("series", 20_000)
let hours = BenchmarkArguments.number("hours", 6)
let rounds = BenchmarkArguments.number("rounds", 3)
let only = BenchmarkArguments.text("only", "")

let data = BenchmarkData(series: wanted, hours: hours)
print(
    "\(data.count) series, \(hours) h at 15 s; best of \(rounds) rounds, milliseconds; cpu: of all threads; "
        + "allocations of one run")
print("instant\tcpu\trange\tcpu\tallocations\t\tseries\texpression")

/// What one expression costs.
struct Cost {
    var milliseconds = Double.infinity
    var processor = Double.infinity
    var allocations = UInt.max
    var series = 0
}

/// The least of several runs.
func measure(_ text: String, _ kind: QueryPlan.Kind) throws -> Cost {
    let plan = try QueryPlan(PromQLParser.parse(text), source: text, kind: kind)
    let responses = plan.requests.map(data.answer)
    var cost = Cost()
    for _ in 0..<rounds {
        let clock = ContinuousClock()
        let before = allocations_count()
        let processor = ProcessorTime.now
        let begin = clock.now
        let result = try plan.evaluate(responses: responses)
        cost.milliseconds = min(cost.milliseconds, (clock.now - begin).seconds * 1000)
        cost.processor = min(cost.processor, (ProcessorTime.now - processor).seconds * 1000)
        cost.allocations = min(cost.allocations, allocations_count() - before)
        switch result.value {
        case .vector(let samples): cost.series = samples.count
        case .matrix(let series): cost.series = series.count
        case .scalar, .string: cost.series = 1
        }
    }
    return cost
}

func shown(_ milliseconds: Double) -> String { GoFloat.string(milliseconds, .fixed, precision: 2) }

let end = Timestamp(seconds: Double(data.start + Int64(hours) * 3600 - 60))
let range = QueryPlan.Kind.range(start: end - .seconds(7200), end: end, step: .seconds(60))
var means = [GeometricMean](repeating: GeometricMean(), count: 4)
for text in BenchmarkExpressions.all where only.isEmpty || text.contains(only) {
    do {
        let instant = try measure(text, .instant(end))
        let ranged = try measure(text, range)
        print(
            "\(shown(instant.milliseconds))\t\(shown(instant.processor))\t\(shown(ranged.milliseconds))\t"
                + "\(shown(ranged.processor))\t\(instant.allocations)\t\(ranged.allocations)\t\(ranged.series)\t\(text)"
        )
        means[0].add(instant.milliseconds)
        means[1].add(instant.processor)
        means[2].add(ranged.milliseconds)
        means[3].add(ranged.processor)
    } catch {
        print("-\t-\t-\t-\t-\t-\t-\t\(text): \(error)")
    }
}
print(means.map { shown($0.value) }.joined(separator: "\t") + "\t\t\t\tgeometric mean of \(means[0].count)")
