/// What a function takes and gives: one row of the table that parser, engine, docs and completion read.
public struct FunctionSignature: Hashable, Sendable {
    /// As written in expressions.
    public var name: String
    /// Types of the arguments in order; the last may be left out or repeated as ``variadic`` says.
    public var arguments: [ValueType]
    /// 0: all arguments are required; n > 0: the last n may be left out; -1: the last may be repeated and left out.
    public var variadic: Int
    /// Type of the result.
    public var result: ValueType
    /// The feature that must be enabled, nil when the function is stable.
    public var feature: Feature?
    /// One sentence for help and docs.
    public var summary: String

    /// A row.
    public init(
        _ name: String, _ arguments: [ValueType], variadic: Int = 0, _ result: ValueType, feature: Feature? = nil,
        summary: String
    ) {
        self.name = name
        self.arguments = arguments
        self.variadic = variadic
        self.result = result
        self.feature = feature
        self.summary = summary
    }
}

/// Parts of the language that a stock server has switched off, by the names Prometheus gives them.
public enum Feature: String, Hashable, Sendable, CaseIterable {
    case experimentalFunctions = "promql-experimental-functions"
    case extendedRangeSelectors = "promql-extended-range-selectors"
    case binopFillModifiers = "promql-binop-fill-modifiers"
    case delayedNameRemoval = "promql-delayed-name-removal"
    case durationExpressions = "promql-duration-expr"
    case useStartTimestamps = "use-start-timestamps"
    case typeAndUnitLabels = "type-and-unit-labels"
}
