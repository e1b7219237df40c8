import PromQL
import TimeSeries

/// Matches the samples of two vectors one step after the other: the general case.
struct StepMatcher {
    let operation: VectorOperation
    let many: StepTable
    let one: StepTable
    let signatures: Signatures
    let isOneToOne: Bool
    let isSwapped: Bool
    private(set) var table: StepTable

    /// The row of the "one" side that has a sample at this step, by signature.
    private var partner: [Int32]
    /// Signatures that have found each other at this step.
    private var isMatched: [Bool]
    /// Result labels that a signature has given at this step, where several are allowed.
    private var inserted: Set<[UInt64]> = []
    private var rowByHash: [UInt64: Int] = [:]
    private var labelsByPair: [[Int32]: Labels] = [:]

    init(
        operation: VectorOperation, many: StepTable, one: StepTable, signatures: Signatures, isOneToOne: Bool,
        isSwapped: Bool
    ) {
        self.operation = operation
        self.many = many
        self.one = one
        self.signatures = signatures
        self.isOneToOne = isOneToOne
        self.isSwapped = isSwapped
        table = StepTable(steps: many.steps)
        partner = [Int32](repeating: -1, count: signatures.count)
        isMatched = [Bool](repeating: false, count: signatures.count)
    }

    mutating func match(_ step: Int) throws(QueryError) {
        let manyRows = (0..<many.rows).filter { Cell.isPresent(many.values[$0 * many.steps + step]) }
        let oneRows = (0..<one.rows).filter { Cell.isPresent(one.values[$0 * one.steps + step]) }
        let fillMany = operation.matching.fillLeft
        let fillOne = operation.matching.fillRight
        if manyRows.isEmpty, oneRows.isEmpty { return }
        if manyRows.isEmpty || oneRows.isEmpty, fillMany == nil, fillOne == nil { return }
        for signature in partner.indices {
            partner[signature] = -1
            isMatched[signature] = false
        }
        inserted.removeAll(keepingCapacity: true)
        for row in oneRows {
            let signature = Int(signatures.right[row])
            if partner[signature] >= 0 {
                throw operation.duplicate(one.labels[row], one.labels[Int(partner[signature])])
            }
            partner[signature] = Int32(row)
        }
        for row in manyRows {
            let signature = Int(signatures.left[row])
            if partner[signature] >= 0 {
                try combine(Side(many, row, step), Side(one, Int(partner[signature]), step), signature, step)
            } else if let fillOne {
                try combine(
                    Side(many, row, step), Side(operation.matchedLabels(many.labels[row]), fillOne), signature, step)
            }
        }
        guard let fillMany else { return }
        for row in oneRows where !isMatched[Int(signatures.right[row])] {
            let signature = Int(signatures.right[row])
            try combine(
                Side(operation.matchedLabels(one.labels[row]), fillMany), Side(one, row, step), signature, step)
        }
    }

    /// A sample of one side, or the value that stands for a missing one.
    private struct Side {
        let labels: Labels
        let row: Int32
        let value: Double
        let box: HistogramBox?

        init(_ table: StepTable, _ row: Int, _ step: Int) {
            labels = table.labels[row]
            self.row = Int32(row)
            value = table.values[row * table.steps + step]
            box = table.histogram(at: row * table.steps + step)
        }

        init(_ labels: Labels, _ fill: Double) {
            self.labels = labels
            row = -1
            value = fill
            box = nil
        }
    }

    private mutating func combine(_ manySide: Side, _ oneSide: Side, _ signature: Int, _ step: Int)
        throws(QueryError)
    {
        let left = isSwapped ? oneSide : manySide
        let right = isSwapped ? manySide : oneSide
        var cell = Cell.absent
        var box: HistogramBox?
        let element = operation.operation
        let trims = element.op == .trimUpper || element.op == .trimLower
        if left.box == nil, right.box == nil, !trims {
            cell = element.floats(left.value, right.value, keeping: left.value)
        } else {
            switch element.general(left.value, left.box, right.value, right.box, &operation.evaluator.notes) {
            case .refused: return
            case .none: break
            case .fails: if element.returnsBool { cell = 0 }
            case .holds:
                cell = element.returnsBool ? 1 : Cell.histogram
                box = element.returnsBool ? nil : left.box
            case .histogram(let histogram):
                cell = Cell.histogram
                box = HistogramBox(histogram)
            }
        }
        let labels = self.labels(manySide, oneSide)
        try note(signature, labels)
        if Cell.isAbsent(cell) { return }
        try put(cell, box, labels, step)
    }

    private mutating func labels(_ manySide: Side, _ oneSide: Side) -> Labels {
        guard manySide.row >= 0, oneSide.row >= 0 else {
            return operation.resultLabels(manySide.labels, oneSide.labels)
        }
        let key = [manySide.row, oneSide.row]
        if let known = labelsByPair[key] { return known }
        let labels = operation.resultLabels(manySide.labels, oneSide.labels)
        labelsByPair[key] = labels
        return labels
    }

    private mutating func note(_ signature: Int, _ labels: Labels) throws(QueryError) {
        if isOneToOne {
            if isMatched[signature] {
                throw .execution(
                    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)")
            }
        } else if !inserted.insert([UInt64(signature), labels.hash]).inserted {
            throw .execution("multiple matches for labels: grouping labels must ensure unique matches")
        }
        isMatched[signature] = true
    }

    private mutating func put(_ cell: Double, _ box: HistogramBox?, _ labels: Labels, _ step: Int)
        throws(QueryError)
    {
        var row = rowByHash[labels.hash] ?? table.rows
        if row < table.rows, Cell.isPresent(table.values[row * table.steps + step]) {
            // With delayed removal of names an instant vector is only looked at when all is done.
            guard operation.evaluator.delaysNameRemoval, table.steps == 1 else { throw .sameLabelSet }
            row = table.rows
        }
        if row == table.rows {
            table.appendRow(labels, dropsName: operation.operation.returnsBool)
            rowByHash[labels.hash] = row
        }
        if let box {
            table.setHistogram(box, at: row * table.steps + step)
        } else {
            table.values[row * table.steps + step] = cell
        }
    }
}
