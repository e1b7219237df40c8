import Base
import PromQL
import TimeSeries

extension PlanBuilder {
    /// Functions whose result depends on the step although their arguments do not.
    static func readsStepTime(_ call: Call) -> Bool {
        switch call.function {
        case "time", "predict_linear", "timestamp", "start_timestamp": true
        case "days_in_month", "day_of_month", "day_of_week", "day_of_year", "hour", "minute", "month", "year":
            true
        // The reference time of info() comes from its argument; without `@` there that one is no invariant anyway.
        default: false
        }
    }

    /// Matchers that `absent` and `absent_over_time` name their result by: none unless the argument is a selector.
    static func absentMatchers(_ call: Call) -> [LabelMatcher] {
        guard call.function == "absent" || call.function == "absent_over_time" else { return [] }
        switch call.arguments.first?.withoutParens {
        case .vectorSelector(let selector): return selector.matchers
        case .matrixSelector(let matrix): return matrix.selector.matchers
        default: return []
        }
    }

    /// Refuses edges that a function cannot work with.
    func check(_ node: PlanNode, _ function: String) throws(QueryError) {
        guard case .range(let range) = node, let edges = range.edges else { return }
        let allowed =
            switch edges {
            case .anchored: ["changes", "delta", "increase", "rate", "resets"]
            case .smoothed: ["delta", "increase", "rate"]
            }
        if !allowed.contains(function) {
            throw .execution(
                "\(edges.rawValue) modifier can only be used with: \(allowed.joined(separator: ", "))"
                    + " - not with \(function)")
        }
    }

    /// Plans what `info()` fetches: info series at the instants its argument looks at.
    mutating func info(_ call: Call, _ times: Timeline) throws(QueryError) -> InfoPlan {
        var names: [LabelMatcher] = []
        var data: [String: [LabelMatcher]] = [:]
        var matchers: [LabelMatcher] = []
        if call.arguments.count > 1, case .vectorSelector(let selector) = call.arguments[1].withoutParens {
            for matcher in selector.matchers {
                if matcher.name == Labels.metricName {
                    names.append(matcher)
                } else {
                    data[matcher.name, default: []].append(matcher)
                    matchers.append(matcher)
                }
            }
        }
        if call.arguments.count < 2 || names.isEmpty {
            names = [LabelMatcher(Labels.metricName, equals: "target_info")]
        }
        let (at, offset) = try reference(of: call.arguments[0], at: nil, offset: 0) ?? (nil, 0)
        let first = (at ?? times.start) - offset - lookback + 1
        let last = (at ?? times.end) - offset
        return InfoPlan(
            request: request(names + matchers, from: first, to: last), nameMatchers: names, dataMatchers: data, at: at,
            offset: offset)
    }

    /// The instant that the first selector of `expression` looks at: its `@` and all offsets on the way to it.
    private func reference(of expression: Expr, at: Int64?, offset: Int64) throws(QueryError) -> (Int64?, Int64)? {
        switch expression {
        case .vectorSelector(let selector):
            var own: Int64 = 0
            if let stated = selector.offset { own = try duration(stated, mayBeNegative: true) }
            if let instant = instant(selector.at) { return (instant, own) }
            return (at, offset + own)
        case .subquery(let subquery):
            var own: Int64 = 0
            if let stated = subquery.offset { own = try duration(stated, mayBeNegative: true) }
            if let instant = instant(subquery.at) {
                return try reference(of: subquery.inner, at: instant, offset: own)
            }
            return try reference(of: subquery.inner, at: at, offset: offset + own)
        default:
            for child in expression.children {
                if let found = try reference(of: child, at: at, offset: offset) { return found }
            }
            return nil
        }
    }
}

extension PlanNode {
    var isRange: Bool {
        if case .range = self { return true }
        return false
    }

    /// The node without the mark that it is evaluated once.
    var unmarked: PlanNode {
        if case .once(let inner) = self { return inner }
        return self
    }
}

extension Expr {
    /// What stands inside of any parentheses.
    var withoutParens: Expr {
        var expression = self
        while case .paren(let paren) = expression { expression = paren.inner }
        return expression
    }
}
