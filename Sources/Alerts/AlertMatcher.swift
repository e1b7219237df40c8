import Base
import RegularExpressions
import TimeSeries

/// A condition on one label of an alert, as routes, silences, inhibitions and API filters have it.
///
/// Unlike a PromQL matcher, `.` does not match a newline. An absent label counts as an empty one.
public struct AlertMatcher: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The operator: `=`, `!=`, `=~`, `!~`.
    public typealias Operation = LabelMatcher.Operation

    /// The label's name, any UTF-8.
    public let name: String
    /// The operator.
    public let operation: Operation
    /// The text or pattern to compare with, as it was written.
    public let value: String
    fileprivate let compiled: LabelMatcher

    /// Makes a matcher; patterns must match the whole value.
    /// - Throws: `RegularExpressionError` when the pattern does not compile.
    public init(_ name: String, _ operation: Operation, _ value: String) throws(RegularExpressionError) {
        self.name = name
        self.operation = operation
        self.value = value
        switch operation {
        case .equal, .notEqual: compiled = try LabelMatcher(name, operation, value)
        case .matches, .notMatches:
            // Compiled as Alertmanager does, so that errors read the same.
            _ = try RegularExpression("^(?:\(value))$")
            compiled = try LabelMatcher(name, operation, "(?-s:\(value))")
        }
    }

    /// A matcher `name="value"`, which cannot fail.
    public init(_ name: String, equals value: String) {
        self.name = name
        operation = .equal
        self.value = value
        compiled = LabelMatcher(name, equals: value)
    }

    /// Whether `labels` meet the condition.
    public func matches(_ labels: Labels) -> Bool { compiled.matches(labels) }

    /// Whether a value meets the condition.
    public func matches(value: String) -> Bool { compiled.matches(value: value) }

    /// Whether an absent label would meet the condition.
    public var matchesEmpty: Bool { compiled.matchesEmpty }

    /// Compares name, operator and text.
    public static func == (left: AlertMatcher, right: AlertMatcher) -> Bool {
        left.name == right.name && left.operation == right.operation && left.value == right.value
    }

    /// Feeds name, operator and text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(operation)
        hasher.combine(value)
    }

    /// By name, then text, then operator in the order `=`, `!=`, `=~`, `!~`: the order within group keys.
    public static func < (left: AlertMatcher, right: AlertMatcher) -> Bool {
        if left.name != right.name { return left.name.utf8.lexicographicallyPrecedes(right.name.utf8) }
        if left.value != right.value { return left.value.utf8.lexicographicallyPrecedes(right.value.utf8) }
        return left.rank < right.rank
    }

    private var rank: Int {
        switch operation {
        case .equal: 0
        case .notEqual: 1
        case .matches: 2
        case .notMatches: 3
        }
    }

    /// `name="value"`; a name that has reserved characters is quoted, and then the value is quoted as Go does.
    public var description: String {
        if name.unicodeScalars.contains(where: MatcherSyntax.isReserved) {
            return GoQuote.quoted(name) + operation.rawValue + GoQuote.quoted(value)
        }
        var text = name + operation.rawValue + "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\"": text += "\\\""
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}

extension Sequence where Element == AlertMatcher {
    /// Whether all matchers accept `labels`.
    public func allMatch(_ labels: Labels) -> Bool {
        labels.isLongToSearch ? map(\.compiled).allMatch(labels) : allSatisfy { $0.matches(labels) }
    }
}
