import Base
import PromQL
import PrometheusAPI
import QueryEngine
import RuleFiles
import Ruler
import TimeSeries

/// What is said about how a group is evaluated: what a server is asked, what is computed, and what a daemon has chosen.
struct GroupPlanReport {
    private let group: RuleGroup
    private let plan: GroupPlan
    private let figures: [Series]

    /// - Parameter figures: the metrics of a running daemon; none without one.
    init(_ group: RuleGroup, recorded: RecordedNames, features: Set<Feature>, figures: [Series]) {
        self.group = group
        self.figures = figures
        var options = QueryOptions()
        options.features = features
        plan = GroupPlan(
            group.rules.map { ($0.expression.expr, $0.expression.text) }, mayAsk: true, recorded: recorded,
            options: options)
    }

    /// The group's part: one paragraph.
    var heading: String {
        let rules = "\(group.rules.count) rule\(group.rules.count == 1 ? "" : "s")"
        let questions = plan.questions.count
        let asked = questions == 1 ? "1 question" : "\(questions) questions"
        return "group \(group.name): \(rules), \(asked) to the server a tick when it computes\(chosen)\n"
    }

    /// How one rule is evaluated.
    func line(_ index: Int) -> String {
        let expression = plan.expressions[index]
        let rest = Set(plan.expressions.indices.filter { $0 != index }.flatMap { plan.expressions[$0].pieces })
        let shared = Set(rest.map(\.question))
        if expression.pieces.isEmpty { return "  computed here: it reads only what rules record here\n" }
        if expression.pieces.count == 1, expression.pieces[0].question == expression.question {
            let also = shared.contains(expression.pieces[0].question) ? ", once for several rules" : ""
            return "  asked of the server as a whole\(also)\n"
        }
        return expression.pieces.map { piece in
            "  asked of the server: \(piece.question)\(shared.contains(piece.question) ? " (once for several rules)" : "")\n"
        }.joined() + "  the rest is computed here\n"
    }

    /// What the daemon has chosen, and why.
    private var chosen: String {
        func value(_ metric: String, _ place: EvaluationPlace) -> Double? {
            figures.first { series in
                series.labels.metricName == metric && series.labels["place"] == place.rawValue
                    && isThis(series.labels["rule_group"] ?? "")
            }?.values.last
        }
        guard let place = EvaluationPlace.allCases.first(where: { value("ruleval_rule_group_evaluation", $0) == 1 })
        else { return figures.isEmpty ? "" : "; not known to the daemon" }
        let costs = EvaluationPlace.allCases.compactMap { place in
            value("ruleval_rule_group_evaluation_cost_seconds", place).map {
                "\(place.rawValue) \(GoFloat.string($0 * 1000, .fixed, precision: 1)) ms"
            }
        }
        return "; at present \(place.rawValue)"
            + (costs.isEmpty ? "" : ", a tick takes \(costs.joined(separator: ", "))")
    }

    /// Files go by their names: the daemon may know another path to the same file.
    private func isThis(_ name: String) -> Bool {
        func base(_ path: some StringProtocol) -> String { String(path.split(separator: "/").last ?? "") }
        guard let separator = name.lastIndex(of: ";") else { return false }
        return name[name.index(after: separator)...] == group.name && base(name[..<separator]) == base(group.file)
    }
}
