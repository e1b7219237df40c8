import Base
import PromQL
import RuleFiles

/// What unit tests prove about rules.
///
/// An alert is proven when one case expects it to fire and it does, and another case checks it, has data for it, and
/// it never fires there. A recording rule is proven when an expectation compares a value that it recorded.
public struct RuleCoverage: Sendable {
    /// A comparison in a rule's expression, and what it was seen to say.
    public struct Comparison: Sendable {
        /// As it is printed: `up == 0`.
        public var text: String
        /// Where it stands in the rule file.
        public var position: SourcePosition?
        /// Whether it held for some series at some step.
        public var wasTrue = false
        /// Whether it did not, for some series at some step.
        public var wasFalse = false

        /// Whether it told series or times apart.
        public var hasDecided: Bool { wasTrue && wasFalse }
    }

    /// A rule and what is known of it.
    public struct RuleFacts: Sendable {
        /// The alert's name or the recorded metric's.
        public var name: String
        /// Its group.
        public var group: String
        /// Whether it alerts.
        public var isAlerting: Bool
        /// Where it stands.
        public var position: SourcePosition?
        /// Whether it fired where a case checks it.
        public var hasFired = false
        /// Whether it stayed silent in a case that checks it and has data.
        public var stayedSilent = false
        /// Whether a value that it recorded was compared.
        public var wasCompared = false
        /// The comparisons of its expression, from left to right.
        public var comparisons: [Comparison] = []

        /// Whether tests prove it both ways.
        public var isProven: Bool { isAlerting ? hasFired && stayedSilent : wasCompared }

        /// What no test shows, one sentence each.
        public var gaps: [(position: SourcePosition?, message: String)] {
            let what = "\(isAlerting ? "alert" : "recording rule") \(name)"
            var gaps: [(position: SourcePosition?, message: String)] = []
            if isAlerting, !hasFired { gaps.append((position, "\(what): no test sees it fire")) }
            if isAlerting, !stayedSilent {
                gaps.append((position, "\(what): no test that has data sees it stay silent"))
            }
            if !isAlerting, !wasCompared { gaps.append((position, "\(what): no test compares its value")) }
            for comparison in comparisons where !comparison.hasDecided {
                let always =
                    switch (comparison.wasTrue, comparison.wasFalse) {
                    case (true, _): "was true wherever it was evaluated"
                    case (_, true): "was false wherever it was evaluated"
                    default: "had nothing to compare"
                    }
                gaps.append(
                    (
                        comparison.position ?? position,
                        "\(what): comparison '\(comparison.text)' never decided: it \(always)"
                    )
                )
            }
            return gaps
        }
    }

    private struct Key: Hashable {
        var file: String
        var group: String
        var number: Int
    }

    private var order: [Key] = []
    private var facts: [Key: RuleFacts] = [:]

    /// Of no rules.
    public init() {}

    /// All rules, in the order of their files.
    public var rules: [RuleFacts] { order.compactMap { facts[$0] } }

    /// Rules that are proven.
    public var provenCount: Int { facts.values.count { $0.isProven } }

    /// The share of rules that are proven, in percent; 100 when there are none.
    public var percentage: Double { facts.isEmpty ? 100 : Double(provenCount) * 100 / Double(facts.count) }

    /// Puts together what several files of tests prove.
    public mutating func merge(_ other: RuleCoverage) {
        for key in other.order {
            guard let more = other.facts[key] else { continue }
            guard var known = facts[key] else {
                order.append(key)
                facts[key] = more
                continue
            }
            known.take(more)
            facts[key] = known
        }
    }

    // MARK: collecting

    /// The keys of rules in the order of their evaluation: a rule is the same one in every file of tests.
    private static func keys(_ rules: PlayedRules) -> [Key] {
        var counts: [Key: Int] = [:]
        return rules.entries.map { entry in
            var key = Key(file: PathName.normal(entry.group.file), group: entry.group.name, number: 0)
            let number = counts[key, default: 0]
            counts[key] = number + 1
            key.number = number
            return key
        }
    }

    /// Lists rules of which nothing is known yet.
    mutating func add(_ rules: PlayedRules) {
        for (key, entry) in zip(Self.keys(rules), rules.entries) where facts[key] == nil {
            var one = RuleFacts(
                name: entry.rule.name, group: entry.group.name, isAlerting: entry.rule.isAlerting,
                position: entry.rule.position)
            one.comparisons = entry.rule.expression.expr.comparisons.map { comparison in
                Comparison(
                    text: Expr.binary(comparison).description,
                    position: entry.rule.expression.position(ofUTF8Offset: comparison.range.start))
            }
            order.append(key)
            facts[key] = one
        }
    }

    /// Adds what a case proves that was played and went well.
    mutating func add(_ player: CasePlayer) {
        for (index, key) in Self.keys(player.rules).enumerated() {
            guard var known = facts[key] else { continue }
            player.addEvidence(of: index, to: &known)
            facts[key] = known
        }
    }
}

extension RuleCoverage.RuleFacts {
    fileprivate mutating func take(_ other: Self) {
        hasFired = hasFired || other.hasFired
        stayedSilent = stayedSilent || other.stayedSilent
        wasCompared = wasCompared || other.wasCompared
        for index in comparisons.indices where index < other.comparisons.count {
            comparisons[index].wasTrue = comparisons[index].wasTrue || other.comparisons[index].wasTrue
            comparisons[index].wasFalse = comparisons[index].wasFalse || other.comparisons[index].wasFalse
        }
    }
}

extension Expr {
    /// All comparisons of the expression, from left to right.
    var comparisons: [BinaryExpr] {
        var found: [BinaryExpr] = []
        forEach { if case .binary(let node) = $0, node.op.isComparison { found.append(node) } }
        return found
    }
}

/// Paths as keys.
enum PathName {
    /// The path without `.` and with `x/..` taken away, so that a file that several tests name is one file.
    static func normal(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
        }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }
}
