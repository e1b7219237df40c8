/// What a function takes and gives: one row of the table that parser, engine, docs and completion read.
public struct FunctionSignature: Hashable, Sendable {
    /// As written in expressions.
    public var name: String
    /// Types of the arguments in order; the last may be left out or repeated as ``variadic`` says.
    public var arguments: [ValueType]
    /// 0: exactly ``arguments``; n > 0: the last may be left out or stand up to n times; -1: left out or any number.
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

    /// The fewest arguments that a call needs.
    public var minimumArguments: Int { variadic == 0 ? arguments.count : arguments.count - 1 }

    /// The most arguments that a call may have, nil when there is no bound.
    public var maximumArguments: Int? {
        if variadic < 0 { return nil }
        return variadic == 0 ? arguments.count : arguments.count - 1 + variadic
    }

    /// The type of argument `index` (from 0), nil when there is none: the last one stands for its repetitions.
    public func argumentType(_ index: Int) -> ValueType? {
        if index < arguments.count { return arguments[index] }
        return variadic == 0 ? nil : arguments.last
    }

    /// `name(type, type, …)` with optional arguments in brackets.
    public var usage: String {
        var parts = arguments.map(\.documentedName)
        if variadic != 0, let last = parts.popLast() {
            parts.append(variadic == 1 ? "[\(last)]" : "[\(last), ...]")
        }
        return "\(name)(\(parts.joined(separator: ", ")))"
    }
}

extension ValueType {
    /// As Prometheus' messages call it: `instant vector`, `range vector`, `scalar`, `string`.
    public var documentedName: String {
        switch self {
        case .vector: "instant vector"
        case .matrix: "range vector"
        case .scalar: "scalar"
        case .string: "string"
        }
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
