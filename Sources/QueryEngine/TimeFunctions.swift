import Base
import PromQL
import TimeSeries

/// Functions of instants: parts of dates, and the times of samples.
enum TimeFunctions {
    static let table: [String: FunctionRegistry.Implementation] = [
        "days_in_month": date { Double(CivilDate.daysInMonth(year: $0.year, month: $0.month)) },
        "day_of_month": date { Double($0.day) },
        "day_of_week": date { Double($0.weekday) },
        "day_of_year": date { Double($0.yearDay) },
        "hour": date { Double($0.hour) },
        "minute": date { Double($0.minute) },
        "month": date { Double($0.month) },
        "year": date { Double($0.year) },
        "timestamp": { evaluator, call, times throws(QueryError) in
            if case .selector(let selector) = call.arguments[0].unmarked {
                return try evaluator.sampleTimes(selector, times, .time)
            }
            let input = try evaluator.evaluate(call.arguments[0], times)
            var table = input
            table.histograms = []
            for index in table.values.indices where Cell.isPresent(table.values[index]) {
                table.values[index] = Double(times.time(index % table.steps)) / 1000
            }
            evaluator.dropNames(&table)
            return try evaluator.replacing(input, by: evaluator.united(table))
        },
        "start_timestamp": { evaluator, call, times throws(QueryError) in
            if evaluator.usesStartTimestamps, case .selector(let selector) = call.arguments[0].unmarked {
                return try evaluator.sampleTimes(selector, times, .startTime)
            }
            let input = try evaluator.evaluate(call.arguments[0], times)
            return try evaluator.replacing(input, by: StepTable(steps: times.count))
        },
    ]

    private static func date(_ part: @escaping @Sendable (CivilDate) -> Double) -> FunctionRegistry.Implementation {
        { evaluator, call, times throws(QueryError) in
            guard !call.arguments.isEmpty else {
                let values = (0..<times.count).map { part(CivilDate(unixSeconds: times.time($0) / 1000)) }
                return try evaluator.counted(.scalar(values))
            }
            return try evaluator.mapped(call, times) { value, _ in part(civil(value)) }
        }
    }

    /// The date of a float as Go converts it: what is no int64 becomes the smallest one, and from 292 billion years
    /// before the epoch on the calendar wraps to as far behind it.
    private static func civil(_ seconds: Double) -> CivilDate {
        let whole = Int64(exactly: seconds.rounded(.towardZero)) ?? .min
        guard whole < -9_223_372_028_715_321_600 else { return CivilDate(unixSeconds: whole) }
        let cycle: UInt64 = 146_097 * 86_400
        let wrapped = UInt64(bitPattern: whole)
        var date = CivilDate(unixSeconds: Int64(wrapped % cycle))
        date.year += Int(wrapped / cycle) * 400
        return date
    }
}

extension Evaluator {
    func dropNames(_ table: inout StepTable) {
        for row in 0..<table.rows {
            table.labels[row] = withoutName(table.labels[row])
            table.dropsName[row] = true
        }
    }

    /// The samples' own times that a bare selector finds.
    func sampleTimes(_ selector: SelectorPlan, _ times: Timeline, _ shown: Shown) throws(QueryError) -> StepTable {
        var table = try select(selector, times, showing: shown)
        table.histograms = []
        dropNames(&table)
        return try counted(united(table))
    }
}
