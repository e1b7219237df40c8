import Base
import PromQL
import RuleFiles

/// What the rules of a run have to know of each other: small, so that a thousand files fit.
public struct RuleCatalogue: Sendable {
    /// A rule of the run.
    struct Entry: Sendable {
        var name: String
        var isAlerting: Bool
        /// Names and values of its labels with those of the group, sorted, one after the other.
        var labelKey: [String]
        var expression: String
        /// The metrics of which the expression reads the newest sample.
        var reads: [String]
        /// The metrics that it sums or averages.
        var averages: [String]
        /// Whether what it records may be NaN when nothing happens.
        var mayBeNaN: Bool
        var group: Int
        var position: SourcePosition?

        var severity: String? {
            stride(from: 0, to: labelKey.count, by: 2).first { labelKey[$0] == "severity" }.map { labelKey[$0 + 1] }
        }

        /// Whether both expressions say the same, however they are written.
        func hasSameExpression(as other: Entry) -> Bool {
            if expression == other.expression { return true }
            guard let own = expr, let theirs = other.expr else { return false }
            return own.withoutParentheses.isSame(as: theirs.withoutParentheses)
        }

        /// Whether the expressions are the same but for numbers and lengths of time.
        func differsInNumbersOnly(from other: Entry) -> Bool {
            guard let own = expr, let theirs = other.expr else { return false }
            return own.withoutNumbers.isSame(as: theirs.withoutNumbers)
        }

        private var expr: Expr? {
            try? PromQLParser.parse(expression, options: .init(features: Set(Feature.allCases)))
        }
    }

    /// A group of the run.
    struct Group: Sendable {
        var name: String
        var file: String
        var interval: Duration?
        /// The threshold of ``RecordedElsewhereCheck`` in its folder.
        var longer: Double
    }

    private(set) var entries: [Entry] = []
    private(set) var groups: [Group] = []
    /// The rules that record a metric, in order.
    private(set) var recorders: [String: [Int]] = [:]
    /// The alerts of a name, in order.
    private(set) var alerts: [String: [Int]] = [:]

    mutating func begin(_ group: RuleGroup, _ configuration: LintConfiguration) {
        let interval = group.interval.flatMap { $0 > .zero ? $0 : nil } ?? configuration.evaluationInterval
        groups.append(
            Group(
                name: group.name, file: group.file, interval: interval,
                longer: configuration.threshold("longer", of: RecordedElsewhereCheck.description)))
    }

    /// Forgets the groups and rules that came after there were so many.
    mutating func forget(groups groupCount: Int, entries entryCount: Int) {
        while entries.count > entryCount {
            let entry = entries.removeLast()
            if entry.isAlerting { alerts[entry.name]?.removeLast() } else { recorders[entry.name]?.removeLast() }
        }
        groups.removeLast(groups.count - groupCount)
    }

    /// Adds a rule of the group that began last.
    mutating func add(_ context: RuleContext) {
        let rule = context.rule
        if rule.isAlerting {
            alerts[rule.name, default: []].append(entries.count)
        } else {
            recorders[rule.name, default: []].append(entries.count)
        }
        let fields = rule.labels(in: context.group)
        let sorted = fields.count > 1 ? fields.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } : fields
        var reads: [String] = []
        if context.matrices.isEmpty {
            for selector in context.selectors where selector.offset == nil && selector.at == nil {
                if let name = selector.metricName, !reads.contains(name) { reads.append(name) }
            }
        } else {
            let ranges = Set(context.matrices.map(\.selector.range))
            for selector in context.selectors
            where selector.offset == nil && selector.at == nil && !ranges.contains(selector.range) {
                if let name = selector.metricName, !reads.contains(name) { reads.append(name) }
            }
        }
        entries.append(
            Entry(
                name: rule.name, isAlerting: rule.isAlerting, labelKey: sorted.flatMap { [$0.name, $0.text] },
                expression: rule.expression.text, reads: reads, averages: ZeroTrafficCheck.averages(context),
                mayBeNaN: !rule.isAlerting && ZeroTrafficCheck.mayBeNaN(context), group: groups.count - 1,
                position: rule.position))
    }

    /// Recording rules whose metric no rule of the run reads, not even over a range.
    var unreadRecordings: [Entry] {
        var read: Set<String> = []
        for entry in entries {
            read.formUnion(
                (try? PromQLParser.parse(entry.expression, options: .init(features: Set(Feature.allCases))))?
                    .metricNames ?? [])
        }
        return entries.filter { !$0.isAlerting && !read.contains($0.name) }
    }

    /// The file in which a rule stands.
    func file(of entry: Entry) -> String { groups[entry.group].file }

    /// `line 12`, or `other.yml:12` for a rule of another file than `entry`'s.
    func place(of other: Entry, from entry: Entry) -> String {
        let line = other.position?.line ?? 0
        return file(of: other) == file(of: entry) ? "line \(line)" : "\(file(of: other)):\(line)"
    }

    /// What `tell` says about each rule that reads the newest sample of a recorded metric: the rule, its number, the
    /// metric, and the numbers of the rules that record it.
    func readers(_ tell: (Entry, Int, String, [Int]) -> Finding?) -> [Finding] {
        var found: [Finding] = []
        for (index, entry) in entries.enumerated() {
            for name in entry.reads {
                guard let recorders = recorders[name], let finding = tell(entry, index, name, recorders) else {
                    continue
                }
                found.append(finding)
            }
        }
        return found
    }
}

extension Expr {
    /// The tree with all numbers 0 and all ranges alike.
    fileprivate var withoutNumbers: Expr {
        switch withoutParentheses {
        case .number(var node):
            node.value = 0
            node.isDuration = false
            return .number(node)
        case .matrixSelector(var node):
            node.window = .literal(milliseconds: 0)
            return .matrixSelector(node)
        case .subquery(var node):
            node.inner = node.inner.withoutNumbers
            node.window = .literal(milliseconds: 0)
            node.step = nil
            return .subquery(node)
        case .unary(let node): return node.operand.withoutNumbers
        case .binary(var node):
            node.left = node.left.withoutNumbers
            node.right = node.right.withoutNumbers
            return .binary(node)
        case .aggregate(var node):
            node.inner = node.inner.withoutNumbers
            node.parameter = node.parameter?.withoutNumbers
            return .aggregate(node)
        case .call(var node):
            node.arguments = node.arguments.map(\.withoutNumbers)
            return .call(node)
        case let other: return other
        }
    }
}
