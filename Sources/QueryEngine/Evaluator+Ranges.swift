import PromQL
import TimeSeries

extension Evaluator {
    /// The series of a selector, and what is looked at of them: from `start` to `end`, both included.
    func selected(_ selector: SelectorPlan, from start: Int64, to end: Int64) -> SelectedSeries {
        SelectedSeries(
            responses[selector.request], from: start, to: end, usesStartTimestamps: usesStartTimestamps)
    }

    /// The series that a range selector or subquery gives its function.
    func ranged(_ range: RangePlan, _ times: Timeline) throws(QueryError) -> RangeInput {
        switch range.source {
        case .selector(let selector):
            let reach = range.reach(lookback: lookback)
            return .selected(
                selected(
                    selector, from: range.reference(times.start) - range.window - reach.before + 1,
                    to: range.reference(times.end) + reach.behind))
        case .subquery(let inner, let timeline):
            let table = try uncounted(inner, timeline)
            release(table.sampleCount)
            return .rows(table, timeline)
        }
    }

    /// Evaluates a function over windows: for each series, windows move forward over its columns.
    func overRange<Kernel: RangeKernel>(_ kernel: Kernel, _ call: CallPlan, _ times: Timeline, keepsName: Bool)
        throws(QueryError) -> StepTable
    {
        var scalars: [[Double]] = []
        var found: (RangePlan, PositionRange)?
        for (index, argument) in call.arguments.enumerated() {
            if case .range(let range) = argument.unmarked {
                found = (range, call.position(of: index))
            } else {
                let table = try evaluate(argument, times)
                release(table.sampleCount)
                scalars.append(table.values)
            }
        }
        guard let (range, position) = found else { throw .execution("\(call.function) wants a range vector") }
        let input = try ranged(range, times)
        // What keeps the name brings back one that was to be dropped, as Prometheus does.
        var table = try swept(input.count, steps: times.count, cost: 32, dropsName: !keepsName) { poll in
            RangeWorker(
                kernel, RangeContext(call: call, range: range, rangePosition: position, scalars: scalars), input, times,
                keepsName: keepsName, evaluator: self, poll: poll)
        }
        if !keepsName { table = try united(table) }
        return try counted(table)
    }
}
