import Base
import GoTemplate
import PromQL
import YAML

/// A recording or alerting rule.
public struct Rule: Sendable, Equatable {
    /// What becomes of the expression's result.
    public enum Kind: Hashable, Sendable {
        /// It is stored as series of this name.
        case recording(record: String)
        /// Each of its series is an alert of this name, pending for `for`, and kept firing for `keepFiringFor` after
        /// the expression stopped giving it.
        case alerting(alert: String, for: Duration, keepFiringFor: Duration)
    }

    /// What becomes of the result.
    public var kind: Kind
    /// What is evaluated.
    public var expression: RuleExpression
    /// The rule's own labels, in the order of the file; the group's are not among them (see ``labels(in:)``).
    /// Templates for alerting rules, plain text for recording rules.
    public var labels: [RuleField]
    /// Templates, in the order of the file; empty for recording rules.
    public var annotations: [RuleField]
    /// Where the rule begins; nil when it was built in code.
    public var node: YAMLNode?

    /// A rule.
    public init(
        kind: Kind, expression: RuleExpression, labels: [RuleField] = [], annotations: [RuleField] = [],
        node: YAMLNode? = nil
    ) {
        self.kind = kind
        self.expression = expression
        self.labels = labels
        self.annotations = annotations
        self.node = node
    }

    /// The alert's name or the recorded metric's.
    public var name: String {
        switch kind {
        case .recording(let record): record
        case .alerting(let alert, _, _): alert
        }
    }

    /// Whether it makes alerts.
    public var isAlerting: Bool {
        if case .alerting = kind { return true }
        return false
    }

    /// Where the rule begins.
    public var position: SourcePosition? { node?.position }

    /// The rule's labels and those of its group that it does not set itself; the group's stand first.
    public func labels(in group: RuleGroup) -> [RuleField] {
        if group.labels.isEmpty { return labels }
        let own = Set(labels.map(\.name))
        return group.labels.filter { !own.contains($0.name) } + labels
    }

    /// Lets go of the document it was read from.
    mutating func forgetPlaces() {
        node = nil
        expression.node = nil
        for index in labels.indices { labels[index].node = nil }
        for index in annotations.indices { annotations[index].node = nil }
    }

    /// Equal by content, wherever it stands in the text.
    public static func == (left: Rule, right: Rule) -> Bool {
        left.kind == right.kind && left.expression == right.expression && left.labels == right.labels
            && left.annotations == right.annotations
    }
}

/// A rule's expression: its text and what it means.
public struct RuleExpression: Sendable, Equatable {
    /// As written in the file, YAML's quoting and folding undone.
    public var text: String
    /// The parsed text.
    public var expr: Expr
    /// Where the text stands; nil when it was built in code.
    public var node: YAMLNode?

    /// An expression.
    public init(text: String, expr: Expr, node: YAMLNode? = nil) {
        self.text = text
        self.expr = expr
        self.node = node
    }

    /// The place of byte `offset` of ``text`` in the rule file.
    public func position(ofUTF8Offset offset: Int) -> SourcePosition? { node?.position(ofUTF8Offset: offset) }

    /// Equal by text.
    public static func == (left: RuleExpression, right: RuleExpression) -> Bool { left.text == right.text }
}

/// A label or annotation of a rule.
public struct RuleField: Sendable, Equatable {
    /// The label's or annotation's name.
    public var name: String
    /// Its value, or the template of it.
    public var text: String
    /// Where the text stands; nil when it was built in code.
    public var node: YAMLNode?
    /// What the template reads, as found when the file was loaded; nil for text without actions, for labels of
    /// recording rules and groups, and when it was built in code.
    public var references: TemplateReferences?

    /// A name and its text.
    public init(name: String, text: String, node: YAMLNode? = nil) {
        self.name = name
        self.text = text
        self.node = node
    }

    /// Equal by name and text.
    public static func == (left: RuleField, right: RuleField) -> Bool {
        left.name == right.name && left.text == right.text
    }
}
