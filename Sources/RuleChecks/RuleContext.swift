import Base
import PromQL
import RuleFiles
import YAML

/// A rule and where it stands, its expression taken apart by kind; made once and handed to every check.
public final class RuleContext: Sendable {
    /// The rule.
    public let rule: Rule
    /// Its group.
    public let group: RuleGroup
    /// What holds in the folder of its file.
    public let configuration: LintConfiguration
    /// The metrics that rules of the run record, as far as they are known; for checks that ask a server.
    let recorded: Set<String>
    /// All function calls of the expression, the outer before the inner.
    let calls: [Call]
    /// All operators between two operands.
    let binaries: [BinaryExpr]
    /// All aggregations.
    let aggregates: [AggregateExpr]
    /// All selectors, those under a range included.
    let selectors: [VectorSelector]
    /// All ranges of samples.
    let matrices: [MatrixSelector]

    /// A rule in its group.
    public init(rule: Rule, group: RuleGroup, configuration: LintConfiguration = .init(), recorded: Set<String> = []) {
        self.recorded = recorded
        self.rule = rule
        self.group = group
        self.configuration = configuration
        var calls: [Call] = []
        var binaries: [BinaryExpr] = []
        var aggregates: [AggregateExpr] = []
        var selectors: [VectorSelector] = []
        var matrices: [MatrixSelector] = []
        rule.expression.expr.forEach { expr in
            switch expr {
            case .call(let node): calls.append(node)
            case .binary(let node): binaries.append(node)
            case .aggregate(let node): aggregates.append(node)
            case .vectorSelector(let node): selectors.append(node)
            case .matrixSelector(let node): matrices.append(node)
            case .number, .string, .subquery, .unary, .paren: break
            }
        }
        self.calls = calls
        self.binaries = binaries
        self.aggregates = aggregates
        self.selectors = selectors
        self.matrices = matrices
    }

    /// The same rule, with the metrics that the run records.
    convenience init(_ other: RuleContext, recorded: Set<String>) {
        self.init(rule: other.rule, group: other.group, configuration: other.configuration, recorded: recorded)
    }

    /// The whole expression.
    var expr: Expr { rule.expression.expr }

    /// How often the rule is evaluated, when the file or the configuration says so.
    var interval: Duration? {
        if let interval = group.interval, interval > .zero { return interval }
        return configuration.evaluationInterval
    }

    /// What `tell` finds in parts of the expression, the first twenty: of a generated expression nobody reads more.
    func first<Part>(of parts: [Part], _ tell: (Part) -> Finding?) -> [Finding] {
        var found: [Finding] = []
        for part in parts where found.count < 20 {
            if let finding = tell(part) { found.append(finding) }
        }
        return found
    }

    /// As ``first(of:_:)``, where a part may have several.
    func first<Part>(of parts: [Part], _ tell: (Part) -> [Finding]) -> [Finding] {
        var found: [Finding] = []
        for part in parts where found.count < 20 { found += tell(part) }
        return found
    }

    /// The place in the file of a stretch of the rule's expression.
    func position(of range: PositionRange) -> SourcePosition? {
        rule.expression.position(ofUTF8Offset: range.start) ?? rule.position
    }

    /// The value of one of the rule's keys, else the rule itself.
    func position(ofKey key: String) -> SourcePosition? { rule.node?[key]?.position ?? rule.position }

    /// Replaces a stretch of the expression's text; nil where the file writes it otherwise than it reads.
    func edit(_ range: Range<Int>, _ replacement: String) -> TextEdit? {
        rule.expression.node?.sourceRange(ofUTF8Range: range).map { TextEdit($0, replacement) }
    }

    /// The text of a stretch of the expression.
    func text(of range: PositionRange) -> String {
        let bytes = Array(rule.expression.text.utf8)
        guard range.start >= 0, range.start <= range.end, range.end <= bytes.count else { return "" }
        return String(decoding: bytes[range.start..<range.end], as: UTF8.self)
    }
}
