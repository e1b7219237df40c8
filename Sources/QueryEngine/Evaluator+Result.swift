import Base
import PromQL
import TimeSeries

extension Evaluator {
    /// Evaluates the whole plan and gives its value the shape that clients see.
    func result() throws(QueryError) -> QueryValue {
        let time = Timestamp(milliseconds: plan.queryStart)
        if case .string(let text) = plan.root.unmarked { return .string(text, at: time) }
        if case .range(let range) = plan.root.unmarked { return try .matrix(rangeVector(range)) }
        var table = try evaluate(plan.root, plan.times)
        if delaysNameRemoval {
            for row in 0..<table.rows where table.dropsName[row] {
                table.labels[row] = table.labels[row].droppingMetadata
            }
            table = try merged(table)
        }
        switch plan.kind {
        case .instant:
            if plan.type == .scalar { return .scalar(table.values.first ?? .nan, at: time) }
            return try .vector(vector(table, at: time))
        case .range: return try .matrix(matrix(table))
        }
    }

    private func vector(_ table: StepTable, at time: Timestamp) throws(QueryError) -> [VectorSample] {
        var samples: [VectorSample] = []
        samples.reserveCapacity(table.rows)
        for row in 0..<table.rows where Cell.isPresent(table.values[row]) {
            let value = table.histogram(at: row).map { SampleValue.histogram($0.value) } ?? .float(table.values[row])
            samples.append(VectorSample(labels: table.labels[row], timestamp: time, value: value))
        }
        try checkSize(samples.count)
        return samples
    }

    private func matrix(_ table: StepTable) throws(QueryError) -> [Series] {
        var series: [Series] = []
        for row in 0..<table.rows {
            let found = self.series(table, row, plan.times)
            if found.count > 0 { series.append(found) }
        }
        try checkSize(series.count)
        series.sort { $0.labels < $1.labels }
        return series
    }

    private func checkSize(_ count: Int) throws(QueryError) {
        if let limit = plan.options.limits.series, count > limit {
            throw .execution("query result exceeds the limit of \(limit) series")
        }
    }

    /// A row as a series: only the samples that are there.
    private func series(_ table: StepTable, _ row: Int, _ times: Timeline) -> Series {
        var series = Series(labels: table.labels[row])
        let base = row * table.steps
        let count = table.values[base..<base + table.steps].count { Cell.isPresent($0) }
        series.timestamps.reserveCapacity(count)
        series.values.reserveCapacity(count)
        for step in 0..<table.steps {
            let value = table.values[base + step]
            if Cell.isAbsent(value) { continue }
            if let box = table.histogram(at: base + step) {
                series.append(.histogram(box.value), at: times.time(step))
            } else {
                series.append(.float(value), at: times.time(step))
            }
        }
        return series
    }

    /// The samples of a range selector or subquery that is the whole query.
    private func rangeVector(_ range: RangePlan) throws(QueryError) -> [Series] {
        var result: [Series] = []
        let reference = range.reference(plan.queryStart)
        let input = try ranged(range, plan.times)
        for series in input {
            var found = Series(
                labels: delaysNameRemoval && series.dropsName ? series.labels.droppingMetadata : series.labels)
            let split = SplitSeries(series)
            let reach = range.reach(lookback: lookback)
            let minimum = reference - range.window
            let floats = split.floats.window(after: minimum - reach.before, through: reference + reach.behind)
            let boxes = split.histograms.window(after: minimum - reach.before, through: reference + reach.behind)
            if let edges = range.edges {
                for (time, value) in ExtendedRange(isSmoothed: edges == .smoothed, start: minimum, end: reference)
                    .samples(split.floats, floats)
                {
                    found.append(.float(value), at: time)
                }
            } else {
                appendMerged(split, floats, boxes, to: &found)
            }
            try hold(found.count)
            if found.count > 0 { result.append(found) }
        }
        try checkSize(result.count)
        return result.sorted { $0.labels < $1.labels }
    }

    private func appendMerged(_ split: SplitSeries, _ floats: Range<Int>, _ boxes: Range<Int>, to series: inout Series)
    {
        var i = floats.lowerBound
        var j = boxes.lowerBound
        while i < floats.upperBound || j < boxes.upperBound {
            let floatTime = i < floats.upperBound ? split.floats.times[i] : .max
            let boxTime = j < boxes.upperBound ? split.histograms.times[j] : .max
            if floatTime < boxTime {
                series.append(.float(split.floats.values[i]), at: floatTime)
                i += 1
            } else {
                series.append(.histogram(split.histograms.boxes[j].value), at: boxTime)
                j += 1
            }
        }
    }
}
