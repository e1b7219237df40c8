import PromQL
import TimeSeries

/// `info()`: series get the data labels of the info series of the same instance and job.
enum InfoFunction {
    static let table: [String: FunctionRegistry.Implementation] = [
        "info": { evaluator, call, times throws(QueryError) in
            guard let info = call.info else { throw .execution("info() was not planned") }
            let base = try evaluator.evaluate(call.arguments[0], times)
            return try evaluator.replacing(base, by: InfoJoin(info, base, times, evaluator).result())
        }
    ]
}

/// Joins the samples of a vector with info series, step by step.
struct InfoJoin {
    private static let identifying = LabelNames(["instance", "job"])

    let info: InfoPlan
    let base: StepTable
    let evaluator: Evaluator
    /// Cells are the samples' own times.
    private let infoTable: StepTable
    /// Rows that are info series themselves and stay as they are.
    private let isInfo: [Bool]

    init(_ info: InfoPlan, _ base: StepTable, _ times: Timeline, _ evaluator: Evaluator) throws(QueryError) {
        self.info = info
        self.base = base
        self.evaluator = evaluator
        isInfo = base.labels.map { labels in
            let name = labels.metricName
            return info.nameMatchers.allSatisfy { $0.matches(value: name) }
        }
        let selector = SelectorPlan(
            request: info.request, at: info.at, offset: info.offset, edges: nil, matchers: [],
            position: PositionRange(start: 0, end: 0))
        let found = try evaluator.select(selector, times)
        for index in found.values.indices where Cell.isHistogram(found.values[index]) {
            throw .execution(
                "this should be an info metric, with float samples: \(found.labels[index / found.steps])")
        }
        infoTable = try evaluator.select(selector, times, showing: .time)
    }

    /// The info rows that can belong to one of the base series at all.
    private func candidates() -> [Int] {
        var values: [String: Set<String>] = [:]
        for row in 0..<base.rows where !isInfo[row] {
            for name in Self.identifying.names {
                let value = base.labels[row].value(of: name)
                if !value.isEmpty { values[name, default: []].insert(value) }
            }
        }
        if values.isEmpty { return [] }
        return (0..<infoTable.rows).filter { row in
            values.allSatisfy { $0.value.contains(infoTable.labels[row].value(of: $0.key)) }
        }
    }

    func result() throws(QueryError) -> StepTable {
        let rows = candidates()
        let identities = infoTable.labels.map { $0.keeping(Self.identifying) }
        let names = Set(rows.map { infoTable.labels[$0].metricName }).sorted()
        var table = StepTable(steps: base.steps)
        var rowByHash: [UInt64: Int] = [:]
        for step in 0..<base.steps {
            if step & 0x3F == 0 { try evaluator.check() }
            var newest: [String: [Labels: Int]] = [:]
            for row in rows where Cell.isPresent(infoTable.values[row * base.steps + step]) {
                try take(row, step, identities[row], &newest)
            }
            for row in 0..<base.rows where Cell.isPresent(base.values[row * base.steps + step]) {
                guard let labels = try enriched(row, names, newest) else { continue }
                let target = rowByHash[labels.hash] ?? table.rows
                if target == table.rows {
                    rowByHash[labels.hash] = target
                    table.appendRow(labels, dropsName: base.dropsName[row])
                }
                let index = target * base.steps + step
                guard Cell.isAbsent(table.values[index]) else { throw .sameLabelSet }
                table.copyCell(index, from: base, row * base.steps + step)
            }
        }
        return table
    }

    /// Of info series that identify the same, the one with the newest sample counts.
    private func take(_ row: Int, _ step: Int, _ identity: Labels, _ newest: inout [String: [Labels: Int]])
        throws(QueryError)
    {
        let name = infoTable.labels[row].metricName
        guard let known = newest[name]?[identity] else {
            newest[name, default: [:]][identity] = row
            return
        }
        let time = infoTable.values[row * base.steps + step]
        let knownTime = infoTable.values[known * base.steps + step]
        if time == knownTime {
            let milliseconds = Int64((time * 1000).rounded())
            throw .execution(
                "found duplicate series for info metric: existing \(infoTable.labels[known]) @ \(milliseconds), "
                    + "new \(infoTable.labels[row]) @ \(milliseconds)")
        }
        if time > knownTime { newest[name, default: [:]][identity] = row }
    }

    /// The labels of a base series with what info series add; nil when a wanted label is not to be had.
    private func enriched(_ row: Int, _ names: [String], _ newest: [String: [Labels: Int]])
        throws(QueryError) -> Labels?
    {
        let labels = base.labels[row]
        if isInfo[row] { return labels }
        let identity = labels.keeping(Self.identifying)
        var added: [String: String] = [:]
        var isFound = false
        for name in names {
            guard let match = newest[name]?[identity] else { continue }
            isFound = true
            for (label, value) in infoTable.labels[match] where label != Labels.metricName {
                if !info.dataMatchers.isEmpty, info.dataMatchers[label] == nil { continue }
                if let other = added[label], other != value { throw .execution("conflicting label: \(label)") }
                if labels.contains(label) { continue }
                added[label] = value
            }
        }
        if !isFound, info.dataMatchers.values.contains(where: { $0.contains { !$0.matchesEmpty } }) { return nil }
        if added.isEmpty { return labels }
        var builder = LabelsBuilder(labels)
        for (label, value) in added { builder[label] = value }
        return builder.labels
    }
}
