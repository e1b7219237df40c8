import Base
import TimeSeries

/// A PromQL expression: the tree that the parser makes and the engine walks.
///
/// - Source: Prometheus' documentation, "Querying Prometheus", and its parser's behaviour.
public indirect enum Expr: Hashable, Sendable {
    case number(NumberLiteral)
    case string(StringLiteral)
    case vectorSelector(VectorSelector)
    case matrixSelector(MatrixSelector)
    case subquery(Subquery)
    case unary(UnaryExpr)
    case binary(BinaryExpr)
    case aggregate(AggregateExpr)
    case call(Call)
    case paren(ParenExpr)
}

/// A stretch of the expression's text, in UTF-8 bytes from its beginning.
public struct PositionRange: Hashable, Sendable {
    /// First byte.
    public var start: Int
    /// Behind the last byte.
    public var end: Int

    /// A stretch from `start` up to `end`, not included.
    public init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }
}

/// The type of an expression's result.
public enum ValueType: String, Hashable, Sendable {
    case scalar
    case string
    /// One sample a series: "instant vector".
    case vector
    /// Many samples a series: "range vector".
    case matrix
}

/// A number, also one written as a duration.
public struct NumberLiteral: Hashable, Sendable {
    /// Its value; durations in seconds.
    public var value: Double
    /// Whether it was written as a duration, and is printed as one.
    public var isDuration: Bool
    /// Where it stands.
    public var range: PositionRange

    /// A literal.
    public init(value: Double, isDuration: Bool = false, range: PositionRange) {
        self.value = value
        self.isDuration = isDuration
        self.range = range
    }
}

/// A text in quotes.
public struct StringLiteral: Hashable, Sendable {
    /// With its escapes resolved.
    public var value: String
    /// Where it stands, quotes included.
    public var range: PositionRange

    /// A literal.
    public init(value: String, range: PositionRange) {
        self.value = value
        self.range = range
    }
}

/// A length of time in an expression: fixed, or calculated from the query's step and range.
public indirect enum DurationExpr: Hashable, Sendable {
    /// Milliseconds, may be negative.
    case literal(milliseconds: Int64)
    /// A plain number: seconds.
    case number(Double)
    /// `step()`: the query's step; 0 in an instant query.
    case step
    /// `range()`: end − start of the query.
    case range
    case negate(DurationExpr)
    case plus(DurationExpr)
    case binary(BinaryOperator, DurationExpr, DurationExpr)
    /// `min_of(a, b)`.
    case minimum(DurationExpr, DurationExpr)
    /// `max_of(a, b)`.
    case maximum(DurationExpr, DurationExpr)
    case paren(DurationExpr)
}

/// The `@` modifier.
public enum AtModifier: Hashable, Sendable {
    /// `@ 1609746000`, in milliseconds.
    case timestamp(Int64)
    /// `@ start()`.
    case start
    /// `@ end()`.
    case end
}

/// How a range or instant selector treats its edges (`promql-extended-range-selectors`).
public enum EdgeModifier: String, Hashable, Sendable {
    case anchored, smoothed
}

/// A selection of series by name and labels.
public struct VectorSelector: Hashable, Sendable {
    /// The metric's name when it was written before or without braces; nil when it stands in matchers only.
    public var name: String?
    /// All matchers, the one for the name included, in the order written (name first).
    public var matchers: [LabelMatcher]
    /// As written, nil when there is none.
    public var offset: DurationExpr?
    /// As written, nil when there is none.
    public var at: AtModifier?
    /// `anchored` or `smoothed`.
    public var edges: EdgeModifier?
    /// Where it stands, modifiers included.
    public var range: PositionRange

    /// A selector.
    public init(
        name: String?, matchers: [LabelMatcher], offset: DurationExpr? = nil, at: AtModifier? = nil,
        edges: EdgeModifier? = nil, range: PositionRange
    ) {
        self.name = name
        self.matchers = matchers
        self.offset = offset
        self.at = at
        self.edges = edges
        self.range = range
    }
}

/// A selection of series over a length of time: `selector[range]`. Its modifiers stand in `selector`.
public struct MatrixSelector: Hashable, Sendable {
    /// What is selected, with offset, `@` and edges.
    public var selector: VectorSelector
    /// How far it reaches back.
    public var window: DurationExpr
    /// Where it stands, modifiers included.
    public var range: PositionRange

    /// A range selector.
    public init(selector: VectorSelector, window: DurationExpr, range: PositionRange) {
        self.selector = selector
        self.window = window
        self.range = range
    }
}

/// An expression evaluated over and over along a range: `expr[range:step]`.
public struct Subquery: Hashable, Sendable {
    /// What is evaluated.
    public var inner: Expr
    /// How far it reaches back.
    public var window: DurationExpr
    /// Distance of evaluations; nil is the server's evaluation interval.
    public var step: DurationExpr?
    /// As written.
    public var offset: DurationExpr?
    /// As written.
    public var at: AtModifier?
    /// Where it stands, modifiers included.
    public var range: PositionRange

    /// A subquery.
    public init(
        inner: Expr, window: DurationExpr, step: DurationExpr?, offset: DurationExpr? = nil, at: AtModifier? = nil,
        range: PositionRange
    ) {
        self.inner = inner
        self.window = window
        self.step = step
        self.offset = offset
        self.at = at
        self.range = range
    }
}

/// `+x` or `-x`.
public struct UnaryExpr: Hashable, Sendable {
    /// Minus, or plus.
    public var isNegative: Bool
    /// The operand.
    public var operand: Expr
    /// Where it stands.
    public var range: PositionRange

    /// A sign before an operand.
    public init(isNegative: Bool, operand: Expr, range: PositionRange) {
        self.isNegative = isNegative
        self.operand = operand
        self.range = range
    }
}

/// `( x )`.
public struct ParenExpr: Hashable, Sendable {
    /// What stands between the parentheses.
    public var inner: Expr
    /// Where it stands, parentheses included.
    public var range: PositionRange

    /// An expression in parentheses.
    public init(inner: Expr, range: PositionRange) {
        self.inner = inner
        self.range = range
    }
}

/// Operators between two operands.
public enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case modulo = "%"
    case power = "^"
    case atan2 = "atan2"
    case equal = "=="
    case notEqual = "!="
    case greater = ">"
    case less = "<"
    case greaterOrEqual = ">="
    case lessOrEqual = "<="
    case and = "and"
    case or = "or"
    case unless = "unless"
    /// `</`: a histogram without its observations above a bound.
    case trimUpper = "</"
    /// `>/`: a histogram without its observations below a bound.
    case trimLower = ">/"

    /// Whether it compares.
    public var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .greater, .less, .greaterOrEqual, .lessOrEqual: true
        default: false
        }
    }

    /// Whether it is `and`, `or` or `unless`.
    public var isSetOperator: Bool { self == .and || self == .or || self == .unless }
}

/// How series of the two sides of an operator find each other.
public struct VectorMatching: Hashable, Sendable {
    /// Who may have several partners.
    public enum Cardinality: String, Hashable, Sendable {
        case oneToOne = "one-to-one"
        case manyToOne = "many-to-one"
        case oneToMany = "one-to-many"
        case manyToMany = "many-to-many"
    }

    /// `group_left` is many-to-one, `group_right` one-to-many; set operators are many-to-many.
    public var cardinality: Cardinality
    /// The labels of `on` or `ignoring`.
    public var labels: [String]
    /// `on` rather than `ignoring`.
    public var isOn: Bool
    /// Labels that `group_left`/`group_right` takes over from the "one" side.
    public var include: [String]
    /// `fill` and `fill_left`: value of a missing left partner.
    public var fillLeft: Double?
    /// `fill` and `fill_right`: value of a missing right partner.
    public var fillRight: Double?

    /// One-to-one on all labels, unless said otherwise.
    public init(
        cardinality: Cardinality = .oneToOne, labels: [String] = [], isOn: Bool = false, include: [String] = [],
        fillLeft: Double? = nil, fillRight: Double? = nil
    ) {
        self.cardinality = cardinality
        self.labels = labels
        self.isOn = isOn
        self.include = include
        self.fillLeft = fillLeft
        self.fillRight = fillRight
    }
}

/// `left op right`.
public struct BinaryExpr: Hashable, Sendable {
    /// The operator.
    public var op: BinaryOperator
    /// Left operand.
    public var left: Expr
    /// Right operand.
    public var right: Expr
    /// Nil unless both operands are instant vectors.
    public var matching: VectorMatching?
    /// `bool` behind a comparison.
    public var returnsBool: Bool
    /// Where it stands.
    public var range: PositionRange

    /// An operator between two operands.
    public init(
        op: BinaryOperator, left: Expr, right: Expr, matching: VectorMatching?, returnsBool: Bool = false,
        range: PositionRange
    ) {
        self.op = op
        self.left = left
        self.right = right
        self.matching = matching
        self.returnsBool = returnsBool
        self.range = range
    }
}

/// Operators over the samples of an instant vector.
public enum AggregateOperator: String, Hashable, Sendable, CaseIterable {
    case sum, avg, count, min, max, group, stddev, stdvar, topk, bottomk, quantile
    case countValues = "count_values"
    case limitk
    case limitRatio = "limit_ratio"

    /// Whether a parameter stands before the vector.
    public var takesParameter: Bool {
        switch self {
        case .topk, .bottomk, .quantile, .countValues, .limitk, .limitRatio: true
        default: false
        }
    }
}

/// `op by (labels) (parameter, inner)`.
public struct AggregateExpr: Hashable, Sendable {
    /// The operator.
    public var op: AggregateOperator
    /// What is aggregated.
    public var inner: Expr
    /// k, φ, ratio or label name.
    public var parameter: Expr?
    /// The labels of `by` or `without`.
    public var grouping: [String]
    /// `without` rather than `by`.
    public var isWithout: Bool
    /// Where it stands.
    public var range: PositionRange

    /// An aggregation.
    public init(
        op: AggregateOperator, inner: Expr, parameter: Expr? = nil, grouping: [String] = [], isWithout: Bool = false,
        range: PositionRange
    ) {
        self.op = op
        self.inner = inner
        self.parameter = parameter
        self.grouping = grouping
        self.isWithout = isWithout
        self.range = range
    }
}

/// `function(arguments)`.
public struct Call: Hashable, Sendable {
    /// The function's name; ``FunctionTable`` has its signature.
    public var function: String
    /// As written.
    public var arguments: [Expr]
    /// Where it stands.
    public var range: PositionRange

    /// A call.
    public init(function: String, arguments: [Expr], range: PositionRange) {
        self.function = function
        self.arguments = arguments
        self.range = range
    }
}

extension Expr {
    /// Where the expression stands in its text.
    public var range: PositionRange {
        switch self {
        case .number(let node): node.range
        case .string(let node): node.range
        case .vectorSelector(let node): node.range
        case .matrixSelector(let node): node.range
        case .subquery(let node): node.range
        case .unary(let node): node.range
        case .binary(let node): node.range
        case .aggregate(let node): node.range
        case .call(let node): node.range
        case .paren(let node): node.range
        }
    }

    /// The expressions directly below, in the order of the text (an aggregation's parameter first).
    public var children: [Expr] {
        switch self {
        case .number, .string, .vectorSelector: []
        case .matrixSelector(let node): [.vectorSelector(node.selector)]
        case .subquery(let node): [node.inner]
        case .unary(let node): [node.operand]
        case .binary(let node): [node.left, node.right]
        case .aggregate(let node): (node.parameter.map { [$0] } ?? []) + [node.inner]
        case .call(let node): node.arguments
        case .paren(let node): [node.inner]
        }
    }
}
