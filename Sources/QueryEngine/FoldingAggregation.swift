import Base
import PromQL
import TimeSeries

extension Evaluator {
    /// Aggregations that fold the samples of a group one after the other.
    func folded(_ aggregate: AggregatePlan, _ input: StepTable) throws(QueryError) -> StepTable {
        let grouping = Grouping(input, aggregate.grouping, isWithout: aggregate.isWithout)
        var table = groupTable(grouping, input)
        if input.hasHistograms {
            try foldGeneral(aggregate, input, grouping, &table)
        } else {
            foldFloats(aggregate.op, input, grouping, &table)
        }
        return table
    }

    /// Floats only: row by row; large tables on all cores, each of which has steps of its own.
    private func foldFloats(
        _ op: AggregateOperator, _ input: StepTable, _ grouping: Grouping, _ table: inout StepTable
    ) {
        let steps = input.steps
        let pieces = input.values.count < 100_000 ? 1 : min(8, steps)
        table.values.withUnsafeMutableBufferPointer { cells in
            input.values.withUnsafeBufferPointer { values in
                grouping.groupOfRow.withUnsafeBufferPointer { groups in
                    let cells = cells
                    WorkSharing.shared.run(pieces: pieces) { piece, _ in
                        let part = steps * piece / pieces..<steps * (piece + 1) / pieces
                        FloatFold(values: values, groups: groups, steps: steps, part: part).fold(op, into: cells)
                    }
                }
            }
        }
    }

    /// Floats and histograms: cell by cell.
    private func foldGeneral(
        _ aggregate: AggregatePlan, _ input: StepTable, _ grouping: Grouping, _ table: inout StepTable
    ) throws(QueryError) {
        let steps = input.steps
        let members = RowsByGroup(grouping)
        for group in 0..<table.rows {
            try check()
            for step in 0..<steps {
                var cell = MixedCell(aggregate: aggregate)
                for row in members.rows(of: group) {
                    let index = Int(row) * steps + step
                    let value = input.values[index]
                    if Cell.isAbsent(value) { continue }
                    cell.add(value, input.histogram(at: index), input.labels[Int(row)], &notes)
                }
                switch cell.result(&notes) {
                case nil: break
                case .float(let value): table.values[group * steps + step] = value
                case .histogram(let histogram):
                    table.setHistogram(HistogramBox(histogram), at: group * steps + step)
                }
            }
        }
    }
}

/// Mean and squared distances by Welford: variance of the population.
struct Spread {
    private var count = 1.0
    private var mean: Double
    private var squares: Double

    init(_ first: Double) {
        mean = first
        squares = first.isFinite ? 0 : StaleMarker.normalNaN
    }

    mutating func add(_ value: Double) {
        count += 1
        let delta = value - mean
        mean += delta / count
        squares += delta * (value - mean)
    }

    var variance: Double { squares / count }
}

/// One group at one step where histograms may be among the samples.
private struct MixedCell {
    let aggregate: AggregatePlan
    private var samples = 0.0
    private var float: Double?
    private var sum = KahanSum()
    private var mean: CompensatedMean?
    private var spread: Spread?
    private var histogram: HistogramFold?
    private var isIncompatible = false

    init(aggregate: AggregatePlan) { self.aggregate = aggregate }

    mutating func add(_ value: Double, _ box: HistogramBox?, _ labels: Labels, _ notes: inout AnnotationSet) {
        samples += 1
        switch aggregate.op {
        case .count, .group: return
        case .sum, .avg:
            guard let box else { break }
            if isIncompatible { return }
            if histogram == nil {
                histogram = HistogramFold(box.value, isAverage: aggregate.op == .avg)
            } else if histogram?.add(box.value) == false {
                isIncompatible = true
                notes.warn(
                    "vector contains a mix of histograms with exponential and custom buckets schemas for metric name "
                        + GoQuote.quoted(labels.metricName), at: aggregate.innerPosition)
            }
            return
        default:
            guard box != nil else { break }
            notes.inform("ignored histogram in \(aggregate.op.rawValue) aggregation", at: aggregate.innerPosition)
            return
        }
        addFloat(value)
    }

    private mutating func addFloat(_ value: Double) {
        guard let before = float else {
            float = value
            sum = KahanSum(value)
            mean = CompensatedMean(value)
            spread = Spread(value)
            return
        }
        switch aggregate.op {
        case .sum: sum.add(value)
        case .avg: mean?.add(value)
        case .min: if before > value || before.isNaN { float = value }
        case .max: if before < value || before.isNaN { float = value }
        case .stddev, .stdvar: spread?.add(value)
        default: break
        }
    }

    func result(_ notes: inout AnnotationSet) -> SampleValue? {
        switch aggregate.op {
        case .count: return samples > 0 ? .float(samples) : nil
        case .group: return samples > 0 ? .float(1) : nil
        default: break
        }
        if let histogram {
            if float != nil {
                notes.warn("encountered a mix of histograms and floats for aggregation", at: aggregate.innerPosition)
                return nil
            }
            if isIncompatible { return nil }
            if histogram.hasConflictingResets {
                notes.warn("conflicting counter resets during histogram aggregation", at: aggregate.innerPosition)
            }
            if histogram.hasReconciledBounds {
                notes.inform(
                    "mismatched custom buckets were reconciled during aggregation", at: aggregate.innerPosition)
            }
            return .histogram(histogram.result.compacted)
        }
        guard let float else { return nil }
        switch aggregate.op {
        case .sum: return .float(sum.total)
        case .avg: return mean.map { .float($0.result) }
        case .stddev: return spread.map { .float($0.variance.squareRoot()) }
        case .stdvar: return spread.map { .float($0.variance) }
        default: return .float(float)
        }
    }
}
