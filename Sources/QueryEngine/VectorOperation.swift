import PromQL
import TimeSeries

/// Arithmetic and comparisons between the samples of two vectors.
///
/// Mostly each row has one partner for all steps: then partners and labels are found once and cells calculated row by
/// row. Where partners change from step to step, each step is matched by itself.
struct VectorOperation {
    let operation: ElementOperation
    let matching: VectorMatching
    let evaluator: Evaluator
    private let names: LabelNames

    init(binary: BinaryPlan, matching: VectorMatching, evaluator: Evaluator) {
        operation = ElementOperation(op: binary.op, returnsBool: binary.returnsBool, position: binary.position)
        self.matching = matching
        self.evaluator = evaluator
        names = LabelNames(matching.labels)
    }

    private var isOneToOne: Bool { matching.cardinality == .oneToOne }
    private var isSwapped: Bool { matching.cardinality == .oneToMany }
    private var hasFill: Bool { matching.fillLeft != nil || matching.fillRight != nil }

    func apply(_ left: StepTable, _ right: StepTable) throws(QueryError) -> StepTable {
        if left.rows == 0, right.rows == 0 { return StepTable(steps: left.steps) }
        if left.rows == 0 || right.rows == 0, !hasFill { return StepTable(steps: left.steps) }
        var signatures = Signatures(left, right, matching)
        if isSwapped { swap(&signatures.left, &signatures.right) }
        let many = isSwapped ? right : left
        let one = isSwapped ? left : right
        if !hasFill, !many.hasHistograms, !one.hasHistograms, operation.op != .trimUpper, operation.op != .trimLower,
            let table = try fixedPartners(many, one, signatures)
        {
            return table
        }
        return try stepByStep(many, one, signatures)
    }

    /// The result when every row has at most one partner and result labels are unique; nil otherwise.
    private func fixedPartners(_ many: StepTable, _ one: StepTable, _ signatures: Signatures)
        throws(QueryError) -> StepTable?
    {
        var partner = [Int32](repeating: -1, count: signatures.count)
        for row in 0..<one.rows {
            let signature = Int(signatures.right[row])
            guard partner[signature] < 0 else { return nil }
            partner[signature] = Int32(row)
        }
        var pairs: [(many: Int, one: Int)] = []
        pairs.reserveCapacity(many.rows)
        var isTaken = [Bool](repeating: false, count: isOneToOne ? signatures.count : 0)
        for row in 0..<many.rows {
            let signature = Int(signatures.left[row])
            if isOneToOne {
                guard !isTaken[signature] else { return nil }
                isTaken[signature] = true
            }
            if partner[signature] >= 0 { pairs.append((row, Int(partner[signature]))) }
        }
        var table = StepTable(steps: many.steps)
        table.labels.reserveCapacity(pairs.count)
        var ordinals = OrdinalTable(capacity: pairs.count)
        for (number, pair) in pairs.enumerated() {
            let labels = resultLabels(many.labels[pair.many], one.labels[pair.one])
            guard ordinals.ordinal(of: labels.hash) == number else { return nil }
            table.labels.append(labels)
        }
        // A filter forgets that a name was to be dropped, as Prometheus does.
        table.dropsName = [Bool](repeating: operation.returnsBool, count: pairs.count)
        table.values.reserveCapacity(pairs.count * many.steps)
        for (number, pair) in pairs.enumerated() {
            if number & 0x3F == 0 { try evaluator.check() }
            calculate(many, one, pair, &table.values)
        }
        return table
    }

    @inline(__always)
    private func calculate(
        _ many: StepTable, _ one: StepTable, _ pair: (many: Int, one: Int), _ out: inout [Double]
    ) {
        let steps = many.steps
        many.values.withUnsafeBufferPointer { manyValues in
            one.values.withUnsafeBufferPointer { oneValues in
                for step in 0..<steps {
                    let a = manyValues[pair.many * steps + step]
                    let b = oneValues[pair.one * steps + step]
                    if Cell.isAbsent(a) || Cell.isAbsent(b) {
                        out.append(Cell.absent)
                    } else {
                        let (left, right) = isSwapped ? (b, a) : (a, b)
                        out.append(operation.floats(left, right, keeping: left))
                    }
                }
            }
        }
    }

    /// The labels of the result of a row of the "many" side and its partner.
    func resultLabels(_ many: Labels, _ one: Labels) -> Labels {
        var labels = operation.changesMeaning ? many.droppingMetadata : many
        if isOneToOne { labels = matching.isOn ? labels.keeping(names) : labels.dropping(names) }
        for name in matching.include { labels = labels.setting(name, to: one.value(of: name)) }
        if operation.returnsBool { labels = evaluator.withoutName(labels) }
        return labels
    }

    /// The labels that two rows have matched on.
    func matchedLabels(_ labels: Labels) -> Labels {
        matching.isOn ? labels.keeping(names) : labels.droppingMetricNameAnd(names)
    }

    func duplicate(_ first: Labels, _ second: Labels) -> QueryError {
        .execution(
            "found duplicate series for the match group \(matchedLabels(first)) on the "
                + "\(isSwapped ? "left" : "right") hand-side of the operation: [\(first.bracedText), \(second.bracedText)]"
                + ";many-to-many matching not allowed: matching labels must be unique on one side")
    }

    private func stepByStep(_ many: StepTable, _ one: StepTable, _ signatures: Signatures)
        throws(QueryError) -> StepTable
    {
        var matcher = StepMatcher(
            operation: self, many: many, one: one, signatures: signatures, isOneToOne: isOneToOne,
            isSwapped: isSwapped)
        for step in 0..<many.steps {
            if step & 0x7 == 0 { try evaluator.check() }
            try matcher.match(step)
        }
        return matcher.table
    }
}
