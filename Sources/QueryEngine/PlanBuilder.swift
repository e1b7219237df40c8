import Base
import PromQL
import TimeSeries

/// Makes plan nodes out of an expression and collects the requests of its selectors.
struct PlanBuilder {
    /// The query's own start and end in milliseconds, and its step, 0 for an instant query.
    let start: Int64
    let end: Int64
    let step: Int64
    let lookback: Int64
    let defaultSubqueryStep: Int64
    let answers: AnsweredSubtrees
    private(set) var requests: [SeriesRequest] = []
    /// Whether a function above looks at counts and sums of histograms only.
    private var wantsStats = false
    /// Whether something above needs their buckets all the same.
    private var wantsBuckets = false

    /// A node and whether its value is the same at all steps.
    struct Built {
        var node: PlanNode
        var isInvariant: Bool
        /// Literals are cheap enough as they are.
        var isWorthKeeping = true

        var once: PlanNode { isInvariant && isWorthKeeping ? .once(node) : node }
    }

    init(start: Int64, end: Int64, step: Int64, options: QueryOptions, answers: AnsweredSubtrees = [:]) {
        self.start = start
        self.end = end
        self.step = step
        self.answers = answers
        lookback = options.lookback.milliseconds
        defaultSubqueryStep = max(options.defaultSubqueryStep.milliseconds, 1)
    }

    mutating func build(_ expression: Expr, _ times: Timeline) throws(QueryError) -> Built {
        if let answer = answered(expression, times) { return Built(node: answer, isInvariant: false) }
        switch expression {
        case .number(let literal):
            return Built(node: .number(literal.value), isInvariant: true, isWorthKeeping: false)
        case .string(let literal):
            return Built(node: .string(literal.value), isInvariant: true, isWorthKeeping: false)
        case .paren(let paren): return try build(paren.inner, times)
        case .vectorSelector(let selector):
            let plan = try self.selector(selector, times, window: nil)
            return Built(node: .selector(plan), isInvariant: plan.at != nil)
        case .matrixSelector(let matrix):
            let window = try duration(matrix.window, mayBeNegative: false)
            let plan = try selector(matrix.selector, times, window: window)
            let range = RangePlan(
                source: .selector(plan), window: window, at: plan.at, offset: plan.offset, edges: plan.edges,
                position: matrix.range)
            return Built(node: .range(range), isInvariant: plan.at != nil, isWorthKeeping: false)
        case .subquery(let subquery): return try build(subquery, times)
        case .unary(let unary):
            let inner = try build(unary.operand, times)
            guard unary.isNegative else { return inner }
            return Built(node: .negate(inner.node), isInvariant: inner.isInvariant)
        case .binary(let binary): return try build(binary, times)
        case .aggregate(let aggregate): return try build(aggregate, times)
        case .call(let call): return try build(call, times)
        }
    }

    private mutating func build(_ subquery: Subquery, _ times: Timeline) throws(QueryError) -> Built {
        let window = try duration(subquery.window, mayBeNegative: false)
        let offset = try subquery.offset.map { expr throws(QueryError) in try duration(expr, mayBeNegative: true) } ?? 0
        var step = defaultSubqueryStep
        if let stated = subquery.step { step = try duration(stated, mayBeNegative: false) }
        let at = instant(subquery.at)
        let first = (at ?? times.start) - offset
        let last = (at ?? times.end) - offset
        // Steps stand on multiples of the step, the left end is open.
        var begin = step * ((first - window) / step)
        if begin <= first - window { begin += step }
        let inner = Timeline(start: begin, end: times.count == 0 ? begin - 1 : last, interval: step)
        let before = wantsBuckets
        wantsBuckets = true
        defer { wantsBuckets = before }
        let built = try build(subquery.inner, inner)
        let plan = RangePlan(
            source: .subquery(built.once, inner), window: window, at: at, offset: offset, edges: nil,
            position: subquery.range)
        return Built(node: .range(plan), isInvariant: at != nil, isWorthKeeping: false)
    }

    private mutating func build(_ binary: BinaryExpr, _ times: Timeline) throws(QueryError) -> Built {
        let before = wantsBuckets
        defer { wantsBuckets = before }
        if binary.op == .trimUpper || binary.op == .trimLower { wantsBuckets = true }
        let left = try build(binary.left, times)
        let right = try build(binary.right, times)
        let invariant = left.isInvariant && right.isInvariant
        let plan = BinaryPlan(
            op: binary.op, left: invariant ? left.node : left.once, right: invariant ? right.node : right.once,
            leftIsScalar: binary.left.type == .scalar, rightIsScalar: binary.right.type == .scalar,
            matching: binary.matching,
            returnsBool: binary.returnsBool, position: binary.range)
        return Built(node: .binary(plan), isInvariant: invariant)
    }

    private mutating func build(_ aggregate: AggregateExpr, _ times: Timeline) throws(QueryError) -> Built {
        var parameter: Built?
        if let expression = aggregate.parameter { parameter = try build(expression, times) }
        let inner = try build(aggregate.inner, times)
        let invariant = inner.isInvariant && (parameter?.isInvariant ?? true)
        let plan = AggregatePlan(
            op: aggregate.op, inner: invariant ? inner.node : inner.once,
            parameter: invariant ? parameter?.node : parameter?.once, grouping: LabelNames(aggregate.grouping),
            isWithout: aggregate.isWithout, position: aggregate.range, innerPosition: aggregate.inner.range,
            parameterPosition: aggregate.parameter?.range ?? aggregate.range)
        return Built(node: .aggregate(plan), isInvariant: invariant)
    }

    private mutating func build(_ call: Call, _ times: Timeline) throws(QueryError) -> Built {
        guard FunctionRegistry.knows(call.function) else {
            throw QueryError(.badData, "unknown function with name \"\(call.function)\"")
        }
        let before = (wantsStats, wantsBuckets)
        defer { (wantsStats, wantsBuckets) = before }
        switch call.function {
        case "histogram_count", "histogram_sum", "histogram_avg": wantsStats = true
        case "histogram_quantile", "histogram_quantiles", "histogram_fraction", "histogram_stddev",
            "histogram_stdvar":
            wantsBuckets = true
        default: break
        }
        var invariant = !Self.readsStepTime(call)
        var arguments: [Built] = []
        var info: InfoPlan?
        for (index, argument) in call.arguments.enumerated() {
            if call.function == "info", index == 1 { break }
            let built = try build(argument.withoutParens, times)
            if built.node.isRange { try check(built.node, call.function) }
            invariant = invariant && built.isInvariant
            arguments.append(built)
        }
        if call.function == "info" {
            let found = try self.info(call, times)
            invariant = invariant && found.at != nil
            info = found
        }
        let plan = CallPlan(
            function: call.function, arguments: arguments.map { invariant ? $0.node : $0.once },
            positions: call.arguments.map(\.withoutParens.range), position: call.range,
            absentMatchers: Self.absentMatchers(call), info: info)
        return Built(node: .call(plan), isInvariant: invariant)
    }

    /// Adds the request for what `matchers` select between `first` and `last` (both included) or widens an equal one.
    mutating func request(_ matchers: [LabelMatcher], from first: Int64, to last: Int64) -> Int {
        let wanted = SeriesRequest(
            matchers: matchers, start: Timestamp(milliseconds: first), end: Timestamp(milliseconds: max(first, last)))
        for (index, known) in requests.enumerated() where known.matchers == matchers {
            guard wanted.start <= known.end, known.start <= wanted.end else { continue }
            requests[index].start = min(known.start, wanted.start)
            requests[index].end = max(known.end, wanted.end)
            return index
        }
        requests.append(wanted)
        return requests.count - 1
    }

    private mutating func selector(_ selector: VectorSelector, _ times: Timeline, window: Int64?)
        throws(QueryError) -> SelectorPlan
    {
        let at = instant(selector.at)
        let offset =
            try selector.offset.map { expr throws(QueryError) in try duration(expr, mayBeNegative: true) } ?? 0
        var first = (at ?? times.start) - offset - (window ?? lookback) + 1
        var last = (at ?? times.end) - offset
        if window != nil, selector.edges != nil { first -= lookback }
        if selector.edges == .smoothed { last += lookback }
        return SelectorPlan(
            request: request(selector.matchers, from: first, to: last), at: at, offset: offset, edges: selector.edges,
            matchers: selector.matchers, position: selector.range, needsStatsOnly: wantsStats && !wantsBuckets)
    }

    func instant(_ modifier: AtModifier?) -> Int64? {
        switch modifier {
        case nil: nil
        case .timestamp(let time): time
        case .start: start
        case .end: end
        }
    }
}
