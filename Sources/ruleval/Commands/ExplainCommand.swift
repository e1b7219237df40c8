import Base
import PromQL
import RuleFiles

extension CommandTable {
    static let explain = Command(
        name: "explain", operands: "EXPR | --rules FILE",
        summary: "Show an expression's tree with types, what it fetches, features it needs, and remarks.",
        options: [
            .one("--rules", "FILE", "explain every expression of a rule file"),
            .one("--enable-feature", "NAME,...", "Prometheus' feature names"),
        ],
        example: "ruleval explain 'sum by (job) (rate(http_requests_total[5m]))'", lastIsExpression: true,
        expressionReplacedBy: "--rules"
    ) { arguments, _ in
        if let path = arguments.value("--rules") { return explain(rules: path, try features(arguments)) }
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

    private static func explain(rules path: String, _ features: Set<Feature>) -> Int32 {
        let outcome = RuleFileLoader.load(path: path, options: .init(features: features))
        for problem in outcome.diagnostics { Terminal.error("\(problem)") }
        guard let file = outcome.file, !outcome.diagnostics.contains(where: { $0.severity == .error }) else {
            return ExitStatus.problems
        }
        for group in file.groups {
            for rule in group.rules {
                let place = rule.position.map { "\($0): " } ?? ""
                Terminal.out("\(place)\(group.name) / \(rule.name)\n\(Explanation(rule.expression.expr))\n\n")
            }
        }
        return ExitStatus.clean
    }
}
