import Base
import PromQL
import TimeSeries

/// Which group each row of a table belongs to.
struct Grouping {
    /// One a row.
    var groupOfRow: [Int32] = []
    /// One a group, in the order of their first rows.
    var labels: [Labels] = []

    init(_ table: StepTable, _ names: LabelNames, isWithout: Bool) {
        groupOfRow.reserveCapacity(table.rows)
        if !isWithout, names.names.isEmpty {
            groupOfRow = [Int32](repeating: 0, count: table.rows)
            if table.rows > 0 { labels = [.empty] }
            return
        }
        var ordinals = OrdinalTable(capacity: 64)
        for row in table.labels {
            let hash = isWithout ? row.hash(droppingMetricNameAnd: names) : row.hash(keeping: names)
            let group = ordinals.ordinal(of: hash)
            if group == labels.count {
                labels.append(isWithout ? row.droppingMetricNameAnd(names) : row.keeping(names))
            }
            groupOfRow.append(Int32(group))
        }
    }
}

extension Evaluator {
    /// Evaluates an aggregation.
    func evaluate(_ aggregate: AggregatePlan, _ times: Timeline) throws(QueryError) -> StepTable {
        if aggregate.op == .countValues {
            let input = try evaluate(aggregate.inner, times)
            return try replacing(input, by: countValues(aggregate, input))
        }
        var parameter: [Double] = []
        if let node = aggregate.parameter {
            let table = try evaluate(node, times)
            release(table.sampleCount)
            parameter = table.values
        }
        let input = try evaluate(aggregate.inner, times)
        let result: StepTable
        switch aggregate.op {
        case .topk, .bottomk, .limitk, .limitRatio: result = try selecting(aggregate, input, parameter)
        case .quantile: result = try quantile(aggregate, input, parameter)
        default: result = try folded(aggregate, input)
        }
        return try replacing(input, by: result)
    }

    /// One row a group, all cells absent; which rows' names are still to be dropped goes over to their groups.
    func groupTable(_ grouping: Grouping, _ input: StepTable) -> StepTable {
        var drops = [Bool](repeating: false, count: grouping.labels.count)
        if delaysNameRemoval {
            for row in 0..<input.rows where input.dropsName[row] { drops[Int(grouping.groupOfRow[row])] = true }
        }
        return StepTable(steps: input.steps, labels: grouping.labels, dropsName: drops)
    }

    private func quantile(_ aggregate: AggregatePlan, _ input: StepTable, _ ranks: [Double])
        throws(QueryError) -> StepTable
    {
        let wrong = [
            ranks.first(where: \.isNaN), ranks.filter { $0 > 1 }.max(), ranks.filter { $0 < 0 }.min(),
        ]
        for rank in wrong.compactMap({ $0 }) {
            notes.warn(
                "quantile value should be between 0 and 1, got \(GoText.g(rank))", at: aggregate.parameterPosition)
        }
        let grouping = Grouping(input, aggregate.grouping, isWithout: aggregate.isWithout)
        var table = groupTable(grouping, input)
        let steps = input.steps
        let members = RowsByGroup(grouping)
        var values: [Double] = []
        for group in 0..<table.rows {
            try check()
            for step in 0..<steps {
                values.removeAll(keepingCapacity: true)
                for row in members.rows(of: group) {
                    let value = input.values[Int(row) * steps + step]
                    if Cell.isFloat(value) {
                        values.append(value)
                    } else if Cell.isHistogram(value) {
                        informIgnoredHistogram("quantile", at: aggregate.innerPosition)
                    }
                }
                if !values.isEmpty { table.values[group * steps + step] = Quantile.of(ranks[step], &values) }
            }
        }
        return table
    }

    func informIgnoredHistogram(_ aggregation: String, at position: PositionRange) {
        notes.inform("ignored histogram in \(aggregation) aggregation", at: position)
    }

    private func countValues(_ aggregate: AggregatePlan, _ input: StepTable) throws(QueryError) -> StepTable {
        guard case .string(let name)? = aggregate.parameter?.unmarked else { return StepTable(steps: input.steps) }
        if name.isEmpty || StrayBytes.isAny(in: name) {
            throw .execution("invalid label name \(StrayBytes.quoted(name))")
        }
        let names = aggregate.isWithout ? aggregate.grouping : LabelNames(aggregate.grouping.names + [name])
        var table = StepTable(steps: input.steps)
        var rowByHash: [UInt64: Int] = [:]
        var rowByValue: [Double: [Int: Int]] = [:]
        let steps = input.steps
        for row in 0..<input.rows {
            try check()
            for step in 0..<steps {
                let value = input.values[row * steps + step]
                if Cell.isAbsent(value) { continue }
                let box = input.histogram(at: row * steps + step)
                let target: Int
                if box == nil, let known = rowByValue[value]?[row] {
                    target = known
                } else {
                    let text = box?.value.description ?? GoText.plain(value)
                    let full = input.labels[row].setting(name, to: text)
                    let labels = aggregate.isWithout ? full.droppingMetricNameAnd(names) : full.keeping(names)
                    target = rowByHash[labels.hash] ?? table.rows
                    if target == table.rows {
                        rowByHash[labels.hash] = target
                        table.appendRow(labels, dropsName: false)
                    }
                    if box == nil, !value.isNaN, value != 0 { rowByValue[value, default: [:]][row] = target }
                }
                let index = target * steps + step
                table.values[index] = Cell.isAbsent(table.values[index]) ? 1 : table.values[index] + 1
            }
        }
        return table
    }
}

/// The rows of each group, in their order.
struct RowsByGroup {
    private var starts: [Int]
    private var members: [Int32]

    init(_ grouping: Grouping) {
        starts = [Int](repeating: 0, count: grouping.labels.count + 1)
        for group in grouping.groupOfRow { starts[Int(group) + 1] += 1 }
        for group in grouping.labels.indices { starts[group + 1] += starts[group] }
        var next = starts
        members = [Int32](repeating: 0, count: grouping.groupOfRow.count)
        for (row, group) in grouping.groupOfRow.enumerated() {
            members[next[Int(group)]] = Int32(row)
            next[Int(group)] += 1
        }
    }

    func rows(of group: Int) -> ArraySlice<Int32> { members[starts[group]..<starts[group + 1]] }
}

extension GoText {
    /// `%f` with the fewest digits, never an exponent.
    static func plain(_ value: Double) -> String { GoFloat.string(value, .fixed) }
}
