import Base
import PromQL
import PrometheusAPI
import RuleFiles
import Ruler
import TimeSeries

extension CommandTable {
    static let explain = Command(
        name: "explain", operands: "EXPR | --rules FILE",
        summary: "Show an expression's tree with types, what it fetches, features it needs, and remarks.",
        options: [
            .one("--rules", "FILE", "explain every expression of a rule file, and where it is computed"),
            .one("--url", "URL", "a daemon that runs the rules: show what it has chosen, and at what cost"),
            .one("--enable-feature", "NAME,...", "Prometheus' feature names"),
        ],
        example: "ruleval explain 'sum by (job) (rate(http_requests_total[5m]))'", lastIsExpression: true,
        expressionReplacedBy: "--rules"
    ) { arguments, _ in
        if let path = arguments.value("--rules") {
            let figures = arguments.value("--url") == nil ? [] : try await figures(arguments)
            return explain(rules: path, try features(arguments), figures)
        }
        guard arguments.operands.count == 1, let text = arguments.operands.first else {
            throw UsageError("give one expression in quotes")
        }
        do throws(PromQLError) {
            let expression = try PromQLParser.parse(text, options: .init(features: Set(Feature.allCases)))
            Terminal.out(Explanation(expression).description + "\n")
            return ExitStatus.clean
        } catch {
            Terminal.error(error.rendered)
            return ExitStatus.problems
        }
    }

    /// The metrics of a running daemon.
    private static func figures(_ arguments: Arguments) async throws -> [Series] {
        let answer = try await DaemonClient(arguments).ask("/metrics")
        var text = ExpositionText()
        try text.read(answer.body, file: "/metrics", now: SystemClock().now())
        return text.series
    }

    private static func explain(rules path: String, _ features: Set<Feature>, _ figures: [Series]) -> Int32 {
        let outcome = RuleFileLoader.load(path: path, options: .init(features: features))
        for problem in outcome.diagnostics { Terminal.error("\(problem)") }
        guard let file = outcome.file, !outcome.diagnostics.contains(where: { $0.severity == .error }) else {
            return ExitStatus.problems
        }
        let recorded = RecordedNames(file.groups.flatMap(\.rules).filter { !$0.isAlerting }.map(\.name))
        for group in file.groups {
            let report = GroupPlanReport(group, recorded: recorded, features: features, figures: figures)
            Terminal.out(report.heading + "\n")
            for (index, rule) in group.rules.enumerated() {
                let place = rule.position.map { "\($0): " } ?? ""
                Terminal.out(
                    "\(place)\(group.name) / \(rule.name)\n\(Explanation(rule.expression.expr))\n\(report.line(index))\n"
                )
            }
        }
        return ExitStatus.clean
    }
}
