import PromQL
import RuleFiles
import Ruler
import TimeSeries

/// The rules of a file of unit tests in the order of their evaluation, made ready to be played many times.
struct PlayedRules: Sendable {
    /// One rule.
    struct Entry: Sendable {
        let rule: Rule
        let group: RuleGroup
        /// Its labels and its group's.
        let labels: [(name: String, value: String)]
        /// Nil for recording rules.
        let texts: AlertTexts?
        /// Whether its results at many steps can be had by one range query.
        let allowsRange: Bool
    }

    let entries: [Entry]
    /// Whether a rule reads what it or a later one writes, or the future: then one step is played after the other.
    let needsSingleSteps: Bool
    /// Whether rules or their templates may read ALERTS or ALERTS_FOR_STATE.
    let readAlertSeries: Bool
    /// Whether two alerting rules have one name: their series may be the same.
    let shareAlertNames: Bool
    /// Names that several rules write, or several alerts have.
    let sharedNames: Set<String>
    /// What recording rules write, and the names of alert series.
    let written: WrittenNames

    init(_ groups: [RuleGroup]) {
        var entries: [Entry] = []
        for group in groups {
            for rule in group.rules {
                entries.append(
                    Entry(
                        rule: rule, group: group, labels: rule.labels(in: group).map { ($0.name, $0.text) },
                        texts: rule.isAlerting ? try? AlertTexts(rule, in: group) : nil,
                        allowsRange: rule.expression.expr.isSameInRangeQuery))
            }
        }
        self.entries = entries
        var later = WrittenNames()
        var needsSingleSteps = false
        for entry in entries.reversed() {
            later.insert(entry.rule)
            if needsSingleSteps { continue }
            let expression = entry.rule.expression.expr
            needsSingleSteps =
                expression.mayLookAhead || later.mayBeRead(by: expression) || entry.texts?.asksForQueries == true
        }
        self.needsSingleSteps = needsSingleSteps
        written = later
        var counts: [String: Int] = [:]
        for entry in entries { counts[entry.rule.name, default: 0] += 1 }
        sharedNames = Set(counts.filter { $0.value > 1 }.keys)
        shareAlertNames = entries.contains { $0.rule.isAlerting && counts[$0.rule.name, default: 0] > 1 }
        let alerts = WrittenNames.ofAlerts
        readAlertSeries = entries.contains { entry in
            alerts.mayBeRead(by: entry.rule.expression.expr) || entry.texts?.asksForQueries == true
        }
    }
}

/// Names of series that rules write.
struct WrittenNames: Sendable {
    private(set) var names: Set<String> = []

    /// ALERTS and ALERTS_FOR_STATE.
    static let ofAlerts: WrittenNames = {
        var names = WrittenNames()
        names.names = [RuleSeries.alerts, RuleSeries.alertsForState]
        return names
    }()

    mutating func insert(_ rule: Rule) {
        switch rule.kind {
        case .recording(let record): names.insert(record)
        case .alerting: names.formUnion(Self.ofAlerts.names)
        }
    }

    /// Whether a selector of `expression` may select one of them.
    func mayBeRead(by expression: Expr) -> Bool {
        if names.isEmpty { return false }
        return expression.vectorSelectors.contains { selector in
            if let name = selector.metricName { return names.contains(name) }
            let conditions = selector.matchers.filter { $0.name == Labels.metricName }
            return names.contains { name in conditions.allSatisfy { $0.matches(value: name) } }
        }
    }
}

extension Expr {
    /// Whether samples later than the evaluation may be looked at.
    var mayLookAhead: Bool {
        var found = false
        func look(_ offset: DurationExpr?, _ at: AtModifier?, _ edges: EdgeModifier?) {
            if case .timestamp? = at { found = true }
            if edges != nil { found = true }
            switch offset {
            case nil: break
            case .literal(let milliseconds): if milliseconds < 0 { found = true }
            case .number(let seconds): if !(seconds >= 0) { found = true }
            default: found = true
            }
        }
        forEach { node in
            switch node {
            case .vectorSelector(let selector): look(selector.offset, selector.at, selector.edges)
            case .subquery(let subquery): look(subquery.offset, subquery.at, nil)
            default: break
            }
        }
        return found
    }

    /// Whether a range query gives at each step what an instant query gives there.
    var isSameInRangeQuery: Bool {
        if PinnedExpression.asksForTheRange(self) { return false }
        var isSame = true
        forEach { node in
            switch node {
            case .vectorSelector(let selector): if selector.at != nil { isSame = false }
            case .subquery(let subquery): if subquery.at != nil { isSame = false }
            case .aggregate(let aggregate):
                let takesSome = aggregate.op == .limitk || aggregate.op == .limitRatio
                if takesSome || aggregate.parameter.map({ $0.constantNumber == nil && !$0.isString }) == true {
                    isSame = false
                }
            case .call(let call): if call.function == "info" { isSame = false }
            default: break
            }
        }
        return isSame
    }

    private var isString: Bool {
        if case .string = withoutParentheses { return true }
        return false
    }
}
