import PromQL
import TimeSeries

/// Which rows of two tables may find each other: equal signatures have equal numbers.
struct Signatures {
    var left: [Int32] = []
    var right: [Int32] = []
    let count: Int

    init(_ left: StepTable, _ right: StepTable, _ matching: VectorMatching) {
        let names = LabelNames(matching.labels)
        var ordinals = OrdinalTable(capacity: left.rows + right.rows)
        func number(_ labels: Labels) -> Int32 {
            let hash = matching.isOn ? labels.hash(keeping: names) : labels.hash(droppingMetricNameAnd: names)
            return Int32(ordinals.ordinal(of: hash))
        }
        self.left.reserveCapacity(left.rows)
        self.right.reserveCapacity(right.rows)
        for labels in left.labels { self.left.append(number(labels)) }
        for labels in right.labels { self.right.append(number(labels)) }
        count = ordinals.count
    }
}

/// `and`, `or`, `unless`.
struct SetOperation {
    let op: BinaryOperator
    let matching: VectorMatching

    func apply(_ left: StepTable, _ right: StepTable, _ evaluator: Evaluator) throws(QueryError) -> StepTable {
        let signatures = Signatures(left, right, matching)
        if op == .or {
            let present = presence(left, signatures.left, signatures.count)
            return try evaluator.united(union(left, right, signatures, present))
        }
        let present = presence(right, signatures.right, signatures.count)
        let steps = left.steps
        var table = left
        for row in 0..<table.rows {
            let base = Int(signatures.left[row]) * steps
            for step in 0..<steps where present[base + step] != (op == .and) {
                table.values[row * steps + step] = Cell.absent
                if table.hasHistograms { table.histograms[row * steps + step] = nil }
            }
        }
        return table
    }

    /// For each signature and step whether a row has a sample there.
    private func presence(_ table: StepTable, _ signatures: [Int32], _ count: Int) -> [Bool] {
        var present = [Bool](repeating: false, count: count * table.steps)
        for row in 0..<table.rows {
            let base = Int(signatures[row]) * table.steps
            for step in 0..<table.steps where Cell.isPresent(table.values[row * table.steps + step]) {
                present[base + step] = true
            }
        }
        return present
    }

    private func union(_ left: StepTable, _ right: StepTable, _ signatures: Signatures, _ present: [Bool])
        -> StepTable
    {
        var table = left
        let steps = left.steps
        for row in 0..<right.rows {
            let base = Int(signatures.right[row]) * steps
            let isWanted = (0..<steps).contains { step in
                !present[base + step] && Cell.isPresent(right.values[row * steps + step])
            }
            guard isWanted else { continue }
            table.appendRow(right.labels[row], dropsName: right.dropsName[row])
            let target = table.values.count - steps
            for step in 0..<steps where !present[base + step] {
                table.copyCell(target + step, from: right, row * steps + step)
            }
        }
        return table
    }
}
