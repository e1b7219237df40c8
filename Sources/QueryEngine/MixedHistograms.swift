import Base
import PromQL
import TimeSeries

/// The histograms of a vector: classic ones put together from their buckets, and native ones.
struct MixedHistograms {
    /// One histogram at one step.
    enum Sample {
        /// Sorted by bounds.
        case classic(Labels, [ClassicBucket])
        case native(Labels, FloatHistogram)
    }

    let input: StepTable
    let times: Timeline
    let evaluator: Evaluator
    let position: PositionRange

    /// Labels without `le`, and the rows of the buckets by ascending bounds.
    private var classics: [(labels: Labels, buckets: [(upper: Double, row: Int)])] = []
    /// Rows whose `le` is no number.
    private var unreadable: [Int] = []
    /// For rows that hold native histograms: the classic one of the same name and labels, -1 where there is none.
    private var twin: [Int] = []

    init(_ input: StepTable, _ times: Timeline, _ evaluator: Evaluator, position: PositionRange) {
        self.input = input
        self.times = times
        self.evaluator = evaluator
        self.position = position
        let bound = LabelNames(["le"])
        var ordinals = OrdinalTable(capacity: input.rows)
        for row in 0..<input.rows {
            let base = row * input.steps
            let hasFloats =
                !input.hasHistograms || input.values[base..<base + input.steps].contains(where: Cell.isFloat)
            guard hasFloats else { continue }
            guard let upper = Double(input.labels[row].value(of: "le")) else {
                unreadable.append(row)
                continue
            }
            let labels = input.labels[row].dropping(bound)
            let number = ordinals.ordinal(of: labels.hash)
            if number == classics.count { classics.append((labels, [])) }
            classics[number].buckets.append((upper, row))
        }
        for index in classics.indices { classics[index].buckets.sort { $0.upper < $1.upper } }
        if input.hasHistograms { twin = input.labels.map { ordinals.known($0.hash) ?? -1 } }
    }

    private func name(_ labels: Labels) -> String { evaluator.delaysNameRemoval ? labels.metricName : "" }

    private static func naming(_ name: String) -> String {
        name.isEmpty ? "" : " for metric name \(GoQuote.quoted(name))"
    }

    /// A row for each histogram.
    func result(labels: (Labels) -> Labels, value: (Sample, Int) -> Double) throws(QueryError) -> StepTable {
        warnUnreadable()
        var table = StepTable(steps: input.steps)
        var row = [Double](repeating: Cell.absent, count: input.steps)
        let clashes = self.clashes()
        for index in classics.indices {
            try evaluator.check()
            var isEmpty = true
            for step in 0..<input.steps {
                let buckets = clashes.contains(index * input.steps + step) ? [] : self.buckets(index, step)
                row[step] = buckets.isEmpty ? Cell.absent : value(.classic(classics[index].labels, buckets), step)
                isEmpty = isEmpty && Cell.isAbsent(row[step])
            }
            if !isEmpty { append(row, labels(evaluator.withoutName(classics[index].labels)), to: &table) }
        }
        guard input.hasHistograms else { return try evaluator.united(table) }
        for number in 0..<input.rows {
            var isEmpty = true
            for step in 0..<input.steps {
                row[step] = Cell.absent
                guard let box = input.histogram(at: number * input.steps + step) else { continue }
                if twin[number] >= 0, clashes.contains(twin[number] * input.steps + step) { continue }
                row[step] = value(.native(input.labels[number], box.value), step)
                isEmpty = isEmpty && Cell.isAbsent(row[step])
            }
            if !isEmpty { append(row, labels(evaluator.withoutName(input.labels[number])), to: &table) }
        }
        return try evaluator.united(table)
    }

    private func append(_ row: [Double], _ labels: Labels, to table: inout StepTable) {
        table.labels.append(labels)
        table.dropsName.append(true)
        table.values.append(contentsOf: row)
    }

    private func buckets(_ index: Int, _ step: Int) -> [ClassicBucket] {
        var buckets: [ClassicBucket] = []
        buckets.reserveCapacity(classics[index].buckets.count)
        for (upper, row) in classics[index].buckets {
            let value = input.values[row * input.steps + step]
            if Cell.isFloat(value) { buckets.append(ClassicBucket(upper: upper, count: value)) }
        }
        return buckets
    }

    /// Classic histograms and steps where there is a native one of the same name and labels: neither counts.
    private func clashes() -> Set<Int> {
        var found: Set<Int> = []
        guard input.hasHistograms else { return found }
        for row in 0..<input.rows where twin[row] >= 0 {
            for step in 0..<input.steps where input.histogram(at: row * input.steps + step) != nil {
                if buckets(twin[row], step).isEmpty { continue }
                found.insert(twin[row] * input.steps + step)
                evaluator.notes.warn(
                    "vector contains a mix of classic and native histograms" + Self.naming(name(input.labels[row])),
                    at: position)
            }
        }
        return found
    }

    private func warnUnreadable() {
        for row in unreadable {
            evaluator.notes.warn(
                "bucket label \"le\" is missing or has a malformed value of "
                    + GoQuote.quoted(input.labels[row].value(of: "le")) + Self.naming(name(input.labels[row])),
                at: position)
        }
    }

    /// The φ-quantile of one histogram.
    func quantile(_ rank: Double, _ sample: Sample, _ step: Int, _ place: PositionRange) -> Double {
        switch sample {
        case .classic(let labels, var buckets):
            let (value, dips) = ClassicHistogram.quantile(rank, &buckets, at: times.time(step))
            if let dips { evaluator.notes.inform(dips: dips, metricName: name(labels), at: place) }
            return value
        case .native(let labels, let histogram):
            let (value, nan) = histogram.quantile(rank)
            switch nan {
            case .none: break
            case .skewed:
                evaluator.notes.inform(
                    "input to histogram_quantile has NaN observations, result is skewed higher"
                        + Self.naming(name(labels)), at: place)
            case .result:
                evaluator.notes.inform(
                    "input to histogram_quantile has NaN observations, result is NaN" + Self.naming(name(labels)),
                    at: place)
            }
            return value
        }
    }

    /// The share of observations between two bounds.
    func fraction(_ lower: Double, _ upper: Double, _ sample: Sample, _ place: PositionRange) -> Double {
        switch sample {
        case .classic(_, var buckets): return ClassicHistogram.fraction(from: lower, to: upper, &buckets)
        case .native(let labels, let histogram):
            if histogram.hasNaNObservations, lower < upper {
                evaluator.notes.inform(
                    "input to histogram_fraction has NaN observations, which are excluded from all fractions"
                        + Self.naming(name(labels)), at: place)
            }
            return histogram.fraction(from: lower, to: upper)
        }
    }
}

extension FloatHistogram {
    /// Whether observations that are no number were counted: the buckets then hold fewer than all.
    var hasNaNObservations: Bool {
        guard sum.isNaN, count != 0 else { return false }
        return positiveBuckets.reduce(0, +) + negativeBuckets.reduce(0, +) + zeroCount < count
    }
}
