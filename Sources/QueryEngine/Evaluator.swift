import Base
import PromQL
import TimeSeries

/// Walks a plan over fetched series; lives for one evaluation.
final class Evaluator {
    let plan: QueryPlan
    let responses: [SeriesResponse]
    let answers: [QueryValue]
    /// Milliseconds.
    let lookback: Int64
    let delaysNameRemoval: Bool
    let usesStartTimestamps: Bool
    let looksAtTypeLabels: Bool
    var notes = AnnotationSet()

    private let checkpoint: () throws(QueryError) -> Void
    private let sampleLimit: Int
    private var held = 0
    private var peak = 0
    /// Samples that were read, where that is counted.
    private var read = 0
    /// Whether it is asked for what was read.
    let isCounting: Bool

    init(
        plan: QueryPlan, responses: [SeriesResponse], answers: [QueryValue],
        checkpoint: @escaping () throws(QueryError) -> Void
    ) {
        self.plan = plan
        self.responses = responses
        self.answers = answers
        self.checkpoint = checkpoint
        lookback = plan.options.lookback.milliseconds
        let features = plan.options.features
        delaysNameRemoval = features.contains(.delayedNameRemoval)
        usesStartTimestamps = features.contains(.useStartTimestamps)
        looksAtTypeLabels = features.contains(.typeAndUnitLabels)
        sampleLimit = plan.options.limits.samples
        isCounting = plan.options.countsSamples
    }

    /// What the evaluation has cost so far; nil when nobody asks.
    var statistics: QueryStatistics? { isCounting ? QueryStatistics(samples: read, peakSamples: peak) : nil }

    /// Counts samples that are read.
    func count(_ samples: Int) { read += samples }

    /// Evaluates a subquery. What it reads is not counted: its results are, when they are read in turn.
    func uncounted(_ node: PlanNode, _ times: Timeline) throws(QueryError) -> StepTable {
        let before = read
        defer { read = before }
        return try evaluate(node, times)
    }

    /// Looks for cancellation; called once a chunk of work.
    func check() throws(QueryError) { try checkpoint() }

    /// Counts samples held in memory.
    func hold(_ samples: Int) throws(QueryError) {
        held += samples
        if held > peak { peak = held }
        if held > sampleLimit { throw .tooManySamples }
    }

    /// Refuses to let a table grow that holds too many samples already, or too many cells, most of them empty.
    func checkGrowth(cells: Int, samples: Int) throws(QueryError) {
        if held + samples > sampleLimit || cells > max(4 * sampleLimit, 10_000_000) { throw .tooManySamples }
    }

    /// Uncounts samples that are no longer held.
    func release(_ samples: Int) { held -= samples }

    /// Evaluates `node` at all instants of `times`.
    ///
    /// The samples of the result stay counted; who consumes it releases them.
    func evaluate(_ node: PlanNode, _ times: Timeline) throws(QueryError) -> StepTable {
        try check()
        guard times.count > 0 else { return StepTable(steps: 0) }
        switch node {
        case .number(let value):
            try hold(times.count)
            return .scalar([Double](repeating: value, count: times.count))
        case .string: return StepTable(steps: times.count)
        case .selector(let selector): return try counted(select(selector, times))
        case .answer(let place): return try table(answers[place])
        case .range: throw .execution("a range vector stands where an instant vector is wanted")
        case .negate(let inner): return try negated(evaluate(inner, times))
        case .binary(let binary): return try evaluate(binary, times)
        case .aggregate(let aggregate): return try evaluate(aggregate, times)
        case .call(let call): return try FunctionRegistry.evaluate(call, times, self)
        case .once(let inner):
            guard times.count > 1 else { return try evaluate(inner, times.first) }
            let before = read
            let table = try evaluate(inner, times.first)
            // As Prometheus counts: as if it had been read at every step.
            read = before + (read - before) * times.count
            release(table.sampleCount)
            try checkGrowth(cells: table.rows * times.count, samples: 0)
            return try counted(table.repeated(times.count))
        }
    }

    /// Counts a finished table.
    func counted(_ table: StepTable) throws(QueryError) -> StepTable {
        try hold(table.sampleCount)
        return table
    }

    /// Counts a result and uncounts what it was made of.
    func replacing(_ inputs: StepTable..., by result: StepTable) throws(QueryError) -> StepTable {
        try hold(result.sampleCount)
        for input in inputs { release(input.sampleCount) }
        return result
    }

    /// The labels that a row has after an operation that drops the metric's name.
    @inline(__always)
    func withoutName(_ labels: Labels) -> Labels { delaysNameRemoval ? labels : labels.droppingMetadata }

    /// The name shown in remarks.
    static func metricName(_ labels: Labels) -> String { labels.metricName }

    private func negated(_ input: StepTable) throws(QueryError) -> StepTable {
        var table = input
        for row in 0..<table.rows {
            table.labels[row] = withoutName(table.labels[row])
            table.dropsName[row] = true
        }
        for index in table.values.indices {
            if let box = table.histogram(at: index) {
                table.setHistogram(HistogramBox(box.value.scaled(by: -1)), at: index)
            } else if Cell.isPresent(table.values[index]) {
                table.values[index] = -table.values[index]
            }
        }
        return delaysNameRemoval ? table : try united(table)
    }

    /// Puts rows of equal labels together; two samples at one step are an error.
    ///
    /// With delayed removal of names an instant vector is only looked at when all is done.
    func united(_ table: StepTable) throws(QueryError) -> StepTable {
        if delaysNameRemoval, table.steps == 1 { return table }
        return try merged(table)
    }

    func merged(_ table: StepTable) throws(QueryError) -> StepTable {
        guard table.rows > 1 else { return table }
        var ordinals = OrdinalTable(capacity: table.rows)
        var target: [Int32] = []
        target.reserveCapacity(table.rows)
        for labels in table.labels { target.append(Int32(ordinals.ordinal(of: labels.hash))) }
        guard ordinals.count < table.rows else { return table }
        var result = StepTable(steps: table.steps)
        for row in 0..<table.rows where Int(target[row]) == result.rows {
            result.appendRow(table.labels[row], dropsName: table.dropsName[row])
        }
        let steps = table.steps
        // Of rows that are put together, the one with the first sample says whether the name is to be dropped.
        var first = [Int](repeating: .max, count: result.rows)
        for row in 0..<table.rows {
            let base = Int(target[row]) * steps
            for step in 0..<steps where Cell.isPresent(table.values[row * steps + step]) {
                if step < first[Int(target[row])] {
                    first[Int(target[row])] = step
                    result.dropsName[Int(target[row])] = table.dropsName[row]
                }
                guard Cell.isAbsent(result.values[base + step]) else { throw .sameLabelSet }
                result.copyCell(base + step, from: table, row * steps + step)
            }
        }
        return result
    }
}

extension Labels {
    private static let metadata = LabelNames(["__name__", "__type__", "__unit__"])

    /// The set without the metric's name, type and unit.
    var droppingMetadata: Labels { dropping(Self.metadata) }
}
