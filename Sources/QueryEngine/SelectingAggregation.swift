import PromQL
import TimeSeries

extension Evaluator {
    /// `topk`, `bottomk`, `limitk`, `limit_ratio`: some samples of each group, with all their labels.
    func selecting(_ aggregate: AggregatePlan, _ input: StepTable, _ parameter: [Double])
        throws(QueryError) -> StepTable
    {
        guard try isWanted(aggregate, parameter), input.rows > 0 else { return StepTable(steps: input.steps) }
        let grouping = Grouping(input, aggregate.grouping, isWithout: aggregate.isWithout)
        let members = RowsByGroup(grouping)
        let isRatio = aggregate.op == .limitRatio
        let offsets = isRatio ? input.labels.map { Double($0.xxHash) / Double(UInt64.max) } : []
        var keeps = [Bool](repeating: false, count: input.values.count)
        var order: [Int] = []
        for step in 0..<input.steps {
            if step & 0xF == 0 { try check() }
            let limit = isRatio ? 0 : Int(parameter[step])
            for group in grouping.labels.indices {
                let chosen =
                    isRatio
                    ? sampled(members.rows(of: group), input, step, parameter[step], offsets)
                    : first(min(limit, input.rows), members.rows(of: group), input, step, aggregate)
                for row in chosen { keeps[row * input.steps + step] = true }
                if input.steps == 1 { order += chosen }
            }
        }
        // The order within a group is what an instant query shows.
        if input.steps == 1 { return input.selecting(rows: order) }
        var table = input
        for index in keeps.indices where !keeps[index] {
            table.values[index] = Cell.absent
            if table.hasHistograms { table.histograms[index] = nil }
        }
        let rows = (0..<table.rows).filter { row in
            keeps[row * table.steps..<(row + 1) * table.steps].contains(true)
        }
        return table.selecting(rows: rows)
    }

    /// Checks the parameter of all steps; false when nothing is wanted at any.
    private func isWanted(_ aggregate: AggregatePlan, _ parameter: [Double]) throws(QueryError) -> Bool {
        let numbers = parameter.filter { !$0.isNaN }
        let highest = numbers.max() ?? .nan
        let lowest = numbers.min() ?? .nan
        let hasNaN = numbers.count < parameter.count
        if aggregate.op == .limitRatio {
            if !hasNaN, highest == 0, lowest == 0 { return false }
            if hasNaN { throw .execution("Ratio value is NaN") }
            for (ratio, bound) in [(highest, 1.0), (lowest, -1.0)] where ratio.magnitude > 1 && ratio * bound > 0 {
                notes.warn(
                    "ratio value should be between -1 and 1, got \(GoText.g(ratio)), capping to \(GoText.g(bound))",
                    at: aggregate.parameterPosition)
            }
            return true
        }
        if highest < 1 { return false }
        if hasNaN { throw .execution("Parameter value is NaN") }
        if lowest <= -9_223_372_036_854_775_808 {
            throw .execution("Scalar value \(GoText.g(lowest)) underflows int64")
        }
        if highest >= 9_223_372_036_854_774_784 {
            throw .execution("Scalar value \(GoText.g(highest)) overflows int64")
        }
        return true
    }

    private func sampled(
        _ rows: ArraySlice<Int32>, _ input: StepTable, _ step: Int, _ parameter: Double, _ offsets: [Double]
    ) -> [Int] {
        let ratio = max(-1, min(1, parameter))
        if ratio == 0 { return [] }
        return rows.map(Int.init).filter { row in
            guard Cell.isPresent(input.values[row * input.steps + step]) else { return false }
            return ratio >= 0 ? offsets[row] < ratio : offsets[row] >= 1 + ratio
        }
    }

    private func first(
        _ limit: Int, _ rows: ArraySlice<Int32>, _ input: StepTable, _ step: Int, _ aggregate: AggregatePlan
    ) -> [Int] {
        if limit < 1 { return [] }
        var chosen: [Int] = []
        if aggregate.op == .limitk {
            for row in rows where Cell.isPresent(input.values[Int(row) * input.steps + step]) {
                chosen.append(Int(row))
                if chosen.count == limit { break }
            }
            return chosen
        }
        let descends = aggregate.op == .topk
        var best = BestRows(limit: limit, descends: descends)
        for row in rows {
            let value = input.values[Int(row) * input.steps + step]
            if Cell.isFloat(value) {
                best.offer(Int(row), value)
            } else if Cell.isHistogram(value) {
                informIgnoredHistogram(aggregate.op.rawValue, at: aggregate.position)
            }
        }
        return best.sorted
    }
}

/// The best rows so far: a heap with the worst of them on top; NaN is worse than all.
private struct BestRows {
    let limit: Int
    let descends: Bool
    private var heap: [(row: Int, value: Double)] = []

    init(limit: Int, descends: Bool) {
        self.limit = limit
        self.descends = descends
    }

    /// Whether `a` is to be thrown out before `b`.
    @inline(__always)
    private func isWorse(_ a: Double, _ b: Double) -> Bool {
        if a.isNaN { return !b.isNaN }
        return descends ? a < b : a > b
    }

    mutating func offer(_ row: Int, _ value: Double) {
        if heap.count < limit {
            heap.append((row, value))
            var child = heap.count - 1
            while child > 0, isWorse(heap[child].value, heap[(child - 1) / 2].value) {
                heap.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else if isWorse(heap[0].value, value) {
            heap[0] = (row, value)
            var parent = 0
            while true {
                var worst = parent
                for child in [2 * parent + 1, 2 * parent + 2]
                where child < heap.count && isWorse(heap[child].value, heap[worst].value) {
                    worst = child
                }
                if worst == parent { break }
                heap.swapAt(parent, worst)
                parent = worst
            }
        }
    }

    /// The rows, best first.
    var sorted: [Int] {
        // Equal values stay as the heap has them.
        heap.enumerated().sorted { first, second in
            if isWorse(second.element.value, first.element.value) { return true }
            return !isWorse(first.element.value, second.element.value) && first.offset < second.offset
        }.map(\.element.row)
    }
}
