import Base
import RegularExpressions

/// A condition on one label; an absent label counts as one with an empty value.
public struct LabelMatcher: Hashable, Sendable, CustomStringConvertible {
    /// How the value is compared.
    public enum Operation: String, Hashable, Sendable, CaseIterable {
        case equal = "="
        case notEqual = "!="
        case matches = "=~"
        case notMatches = "!~"
    }

    /// The label's name.
    public let name: String
    /// The operator.
    public let operation: Operation
    /// The text or pattern to compare with.
    public let value: String
    private let regex: RegularExpression?
    private let utf8: [UInt8]

    /// Makes a matcher; patterns must match the whole value.
    /// - Throws: ``RegularExpressions/RegularExpressionError`` when the pattern does not compile.
    public init(_ name: String, _ operation: Operation, _ value: String) throws(RegularExpressionError) {
        self.name = name
        self.operation = operation
        self.value = value
        utf8 = Array(value.utf8)
        switch operation {
        case .equal, .notEqual: regex = nil
        case .matches, .notMatches: regex = try RegularExpression(value, anchored: true)
        }
    }

    /// A matcher `name="value"`, which cannot fail.
    public init(_ name: String, equals value: String) {
        self.name = name
        operation = .equal
        self.value = value
        regex = nil
        utf8 = Array(value.utf8)
    }

    /// Whether `candidate` meets the condition.
    public func matches(value candidate: String) -> Bool {
        var candidate = candidate
        return candidate.withUTF8 { matches($0) }
    }

    /// Whether a label set meets the condition.
    public func matches(_ labels: Labels) -> Bool { labels.withValue(of: name) { matches($0) } }

    /// Whether a value given as UTF-8 meets the condition.
    public func matches(_ candidate: UnsafeBufferPointer<UInt8>) -> Bool {
        switch operation {
        case .equal: candidate.elementsEqual(utf8)
        case .notEqual: !candidate.elementsEqual(utf8)
        case .matches: regex?.matches(candidate) ?? false
        case .notMatches: !(regex?.matches(candidate) ?? true)
        }
    }

    /// Whether an absent label would meet the condition.
    public var matchesEmpty: Bool { matches(value: "") }

    /// Compares name, operator and text.
    public static func == (left: LabelMatcher, right: LabelMatcher) -> Bool {
        left.name == right.name && left.operation == right.operation && left.value == right.value
    }

    /// Feeds name, operator and text.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(operation)
        hasher.combine(value)
    }

    /// `name="value"`, the name quoted where it must be.
    public var description: String {
        (LabelName.isLegacy(name) ? name : GoQuote.quoted(name)) + operation.rawValue + GoQuote.quoted(value)
    }
}

extension Sequence where Element == LabelMatcher {
    /// Whether all matchers accept `labels`.
    public func allMatch(_ labels: Labels) -> Bool {
        labels.isLongToSearch ? allMatchInOneWalk(labels) : allSatisfy { $0.matches(labels) }
    }

    /// As ``allMatch(_:)``, with one walk over the labels for all matchers: a hostile client sends a hundred thousand of both.
    private func allMatchInOneWalk(_ labels: Labels) -> Bool {
        let sorted = self.sorted { Labels.less($0.name, $1.name) }
        var next = 0
        var isMet = true
        labels.forEachUTF8 { name, value in
            while isMet, next < sorted.count {
                var wanted = sorted[next].name
                let order = wanted.withUTF8 { Labels.order($0, name) }
                if order > 0 { return }
                isMet = order < 0 ? sorted[next].matchesEmpty : sorted[next].matches(value)
                next += 1
            }
        }
        return isMet && sorted[next...].allSatisfy(\.matchesEmpty)
    }
}
