import PromQL
import TimeSeries

extension Evaluator {
    /// What a cell of an instant selector shows of the sample it found.
    enum Shown {
        case value
        /// Its own time in seconds.
        case time
        /// Its start timestamp in seconds.
        case startTime
    }

    /// Evaluates an instant selector: at each step the newest sample within the lookback that no marker has ended.
    func select(_ selector: SelectorPlan, _ times: Timeline, showing shown: Shown = .value)
        throws(QueryError) -> StepTable
    {
        let behind = selector.edges == .smoothed ? lookback : 0
        let input = selected(
            selector, from: selector.reference(times.start) - lookback + 1,
            to: selector.reference(times.end) + behind)
        return try swept(input.count, steps: times.count, cost: input.isPacked ? 16 : 1, dropsName: false) { _ in
            SelectWorker(selector, input, times, lookback: lookback, shown: shown, isCounting: isCounting)
        }
    }
}
