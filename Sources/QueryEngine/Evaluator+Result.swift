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
        series.reserveCapacity(table.rows)
        // Rows that have a sample at every step share their instants.
        let times = (0..<table.steps).map(plan.times.time)
        for row in 0..<table.rows {
            if row & 0xFFF == 0 { try check() }
            let found = self.series(table, row, times)
            if found.count > 0 { series.append(found) }
        }
        try checkSize(series.count)
        let isSorted = zip(series, series.dropFirst()).allSatisfy { !($1.labels < $0.labels) }
        if !isSorted { series.sort { $0.labels < $1.labels } }
        return series
    }

    private func checkSize(_ count: Int) throws(QueryError) {
        if let limit = plan.options.limits.series, count > limit {
            throw .execution("query result exceeds the limit of \(limit) series")
        }
    }

    /// A row as a series: only the samples that are there.
    private func series(_ table: StepTable, _ row: Int, _ times: [Int64]) -> Series {
        var series = Series(labels: table.labels[row])
        let cells = table.values[row * table.steps..<(row + 1) * table.steps]
        let count = cells.count { Cell.isPresent($0) }
        if count == table.steps, !table.hasHistograms {
            series.timestamps = times
            series.values = Array(cells)
            return series
        }
        series.timestamps.reserveCapacity(count)
        series.values.reserveCapacity(count)
        for (step, index) in cells.indices.enumerated() {
            let value = cells[index]
            if Cell.isAbsent(value) { continue }
            if let box = table.histogram(at: index) {
                series.append(.histogram(box.value), at: times[step])
            } else {
                if !series.histograms.isEmpty { series.histograms.append(nil) }
                series.timestamps.append(times[step])
                series.values.append(value)
            }
        }
        return series
    }

    /// The samples of a range selector or subquery that is the whole query.
    private func rangeVector(_ range: RangePlan) throws(QueryError) -> [Series] {
        var result: [Series] = []
        let reference = range.reference(plan.queryStart)
        let input = try ranged(range, plan.times)
        let reach = range.reach(lookback: lookback)
        let minimum = reference - range.window
        let buffer = SampleBuffer()
        for number in 0..<input.count {
            if number & 0x3F == 0 { try check() }
            let labels = input.labels(number)
            var found = Series(
                labels: delaysNameRemoval && input.dropsName(number) ? labels.droppingMetadata : labels)
            let split = input.withColumns(number, buffer) { SplitSeries($0) }
            let floats = split.floats.window(after: minimum - reach.before, through: reference + reach.behind)
            let boxes = split.histograms.window(after: minimum - reach.before, through: reference + reach.behind)
            if let edges = range.edges {
                // As Prometheus' smoothed selectors: refused rather than left out.
                if !boxes.isEmpty {
                    throw .execution("smoothed and anchored modifiers do not work with native histograms")
                }
                for (time, value) in ExtendedRange(isSmoothed: edges == .smoothed, start: minimum, end: reference)
                    .samples(split.floats, floats)
                {
                    found.append(.float(value), at: time)
                }
            } else {
                appendMerged(split, floats, boxes, to: &found)
            }
            try hold(found.count)
            if isCounting {
                count(floats.count + boxes.reduce(0) { $0 + split.histograms.boxes[$1].value.sampleWeight })
            }
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
