import PromQL
import TimeSeries

extension Evaluator {
    /// Evaluates an operator between two operands of any types.
    func evaluate(_ binary: BinaryPlan, _ times: Timeline) throws(QueryError) -> StepTable {
        let left = try evaluate(binary.left, times)
        let right = try evaluate(binary.right, times)
        let result: StepTable
        switch (binary.leftIsScalar, binary.rightIsScalar) {
        case (true, true):
            result = .scalar(
                zip(left.values, right.values).map { ElementOperation.scalars(binary.op, $0, $1) })
        case (false, true): result = try withScalar(binary, left, right.values, scalarIsLeft: false)
        case (true, false): result = try withScalar(binary, right, left.values, scalarIsLeft: true)
        case (false, false):
            let matching = binary.matching ?? VectorMatching()
            if binary.op.isSetOperator {
                result = try SetOperation(op: binary.op, matching: matching).apply(left, right, self)
            } else {
                result = try VectorOperation(binary: binary, matching: matching, evaluator: self).apply(left, right)
            }
        }
        return try replacing(left, right, by: result)
    }

    /// An operator between the samples of a vector and a scalar.
    private func withScalar(_ binary: BinaryPlan, _ vector: StepTable, _ scalar: [Double], scalarIsLeft: Bool)
        throws(QueryError) -> StepTable
    {
        let operation = ElementOperation(op: binary.op, returnsBool: binary.returnsBool, position: binary.position)
        var table = vector
        if operation.changesMeaning || binary.returnsBool { dropNames(&table) }
        let steps = table.steps
        let trims = binary.op == .trimUpper || binary.op == .trimLower
        for row in 0..<table.rows {
            if row & 0x3F == 0 { try check() }
            for step in 0..<steps {
                let index = row * steps + step
                let value = table.values[index]
                if Cell.isFloat(value), !trims {
                    let other = scalar[step]
                    table.values[index] =
                        scalarIsLeft
                        ? operation.floats(other, value, keeping: value)
                        : operation.floats(value, other, keeping: value)
                } else if Cell.isPresent(value) {
                    generalCell(operation, &table, index, scalar[step], scalarIsLeft)
                }
            }
        }
        guard operation.changesMeaning || binary.returnsBool else { return table }
        return try united(table)
    }

    private func generalCell(
        _ operation: ElementOperation, _ table: inout StepTable, _ index: Int, _ scalar: Double, _ scalarIsLeft: Bool
    ) {
        let box = table.histogram(at: index)
        let value = box == nil ? table.values[index] : 0
        let outcome =
            scalarIsLeft
            ? operation.general(scalar, nil, value, box, &notes) : operation.general(value, box, scalar, nil, &notes)
        if !table.histograms.isEmpty { table.histograms[index] = nil }
        switch outcome {
        case .histogram(let histogram): table.setHistogram(HistogramBox(histogram), at: index)
        case .none, .fails, .holds, .refused: table.values[index] = Cell.absent
        }
    }
}
