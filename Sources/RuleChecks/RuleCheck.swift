import Base
import PromQL
import RuleFiles

/// A lint: something that a careful colleague would say about a rule that Prometheus accepts.
///
/// One type and one file a check; ``RuleCheckRegistry`` lists them all.
public protocol RuleCheck: Sendable {
    /// As it stands in brackets behind a message and in `# ruleval:ignore`: `lower-case-words`.
    static var name: String { get }
    /// One sentence: what it finds.
    static var summary: String { get }
    /// What is wrong with one rule.
    func problems(in rule: RuleContext) -> [Diagnostic]
    /// What is wrong with a file as a whole; by default nothing.
    func problems(in file: RuleFile) -> [Diagnostic]
}

extension RuleCheck {
    /// Nothing.
    public func problems(in file: RuleFile) -> [Diagnostic] { [] }

    /// Nothing.
    public func problems(in rule: RuleContext) -> [Diagnostic] { [] }

    /// A warning of this check.
    func warning(_ message: String, at position: SourcePosition?, hint: String? = nil) -> Diagnostic {
        Diagnostic(message, at: position, severity: .warning, check: Self.name, hint: hint)
    }
}

/// A rule and where it stands; made once and handed to every check.
public final class RuleContext: Sendable {
    /// The rule.
    public let rule: Rule
    /// Its group.
    public let group: RuleGroup
    /// The rule's expression and all below it, the outer before the inner.
    let parts: [Expr]

    /// A rule in its group.
    public init(rule: Rule, group: RuleGroup) {
        self.rule = rule
        self.group = group
        parts = rule.expression.expr.everything
    }

    /// The place in the file of a part of the rule's expression.
    public func position(of expr: Expr) -> SourcePosition? {
        rule.expression.position(ofUTF8Offset: expr.range.start) ?? rule.position
    }
}

/// Every check there is, in the order in which they run.
public enum RuleCheckRegistry {
    /// Those that run unless switched off.
    public static let all: [any RuleCheck] = [
        DuplicateRulesCheck(), IdenticalOperandsCheck(), AlertWithoutConditionCheck(), AggregationInRateCheck(),
        HistogramQuantileLabelCheck(), RateOfGaugeCheck(), IrateInAlertCheck(), ForBelowIntervalCheck(),
        TemplateLabelCheck(),
    ]

    /// What all checks say about `file`, by place, without what a comment in the file switches off.
    public static func problems(in file: RuleFile) -> [Diagnostic] {
        var found: [Diagnostic] = []
        for check in all { found += check.problems(in: file) }
        for group in file.groups {
            for rule in group.rules {
                let context = RuleContext(rule: rule, group: group)
                for check in all { found += check.problems(in: context) }
            }
        }
        if found.isEmpty { return [] }
        let suppressions = Suppressions(file)
        return found.filter { !suppressions.covers($0) }.sortedByPlace()
    }
}

extension [Diagnostic] {
    /// By line and column; equal places in the order found.
    func sortedByPlace() -> [Diagnostic] {
        enumerated().sorted { left, right in
            let leftKey = (left.element.position?.line ?? 0, left.element.position?.column ?? 0, left.offset)
            let rightKey = (right.element.position?.line ?? 0, right.element.position?.column ?? 0, right.offset)
            return leftKey < rightKey
        }.map(\.element)
    }
}
