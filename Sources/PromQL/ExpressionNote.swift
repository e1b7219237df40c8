import TimeSeries

/// A remark about an expression that is valid but may not say what was meant.
public struct ExpressionNote: Hashable, Sendable {
    /// What it is about.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A counter's value is used as it stands.
        case counterWithoutRate = "counter-without-rate"
        /// A label is asked for that cannot be there any more.
        case droppedLabel = "dropped-label"
        /// A comparison holds for every sample, or for none.
        case constantComparison = "constant-comparison"
        /// Both sides of an operator are the same.
        case identicalOperands = "identical-operands"
    }

    /// What it is about.
    public var kind: Kind
    /// One sentence, lower case, without a final stop.
    public var message: String
    /// The stretch of the text that is meant.
    public var range: PositionRange

    /// A remark.
    public init(_ kind: Kind, _ message: String, at range: PositionRange) {
        self.kind = kind
        self.message = message
        self.range = range
    }
}

extension Expr {
    /// Remarks, in the order of the text.
    public var notes: [ExpressionNote] {
        var finder = NoteFinder()
        finder.visit(self, counterIsExpected: false)
        return finder.notes.sorted { ($0.range.start, $0.range.end) < ($1.range.start, $1.range.end) }
    }
}

/// Walks a tree and collects remarks.
private struct NoteFinder {
    var notes: [ExpressionNote] = []

    /// - Parameter counterIsExpected: whether what stands above makes sense of a counter's bare value.
    mutating func visit(_ expr: Expr, counterIsExpected: Bool) {
        switch expr {
        case .number, .string: break
        case .vectorSelector(let node): if !counterIsExpected { checkCounter(node) }
        case .matrixSelector(let node): checkRange(node, isCounterFunction: counterIsExpected)
        case .subquery(let node): visit(node.inner, counterIsExpected: counterIsExpected)
        case .unary(let node): visit(node.operand, counterIsExpected: false)
        case .paren(let node): visit(node.inner, counterIsExpected: counterIsExpected)
        case .binary(let node):
            checkOperands(node)
            checkMatching(node)
            checkComparison(node)
            let isExpected = node.op.isSetOperator ? counterIsExpected : false
            visit(node.left, counterIsExpected: isExpected)
            visit(node.right, counterIsExpected: isExpected || node.op.isSetOperator && node.op != .or)
        case .aggregate(let node):
            checkGrouping(node)
            if let parameter = node.parameter { visit(parameter, counterIsExpected: false) }
            let ignoresValues = node.op == .count || node.op == .group || node.op == .limitk || node.op == .limitRatio
            visit(node.inner, counterIsExpected: ignoresValues || counterIsExpected)
        case .call(let node):
            checkSource(node)
            let isExpected = Self.takesCounters(node.function) || (counterIsExpected && Self.keepsValues(node.function))
            for argument in node.arguments { visit(argument, counterIsExpected: isExpected) }
        }
    }

    // MARK: Counters

    /// Functions that make sense of a counter, or do not look at values.
    private static func takesCounters(_ function: String) -> Bool {
        switch function {
        case "rate", "irate", "increase", "resets", "changes", "absent", "absent_over_time", "count_over_time",
            "present_over_time", "timestamp", "start_timestamp", "last_over_time", "first_over_time",
            "ts_of_first_over_time", "ts_of_last_over_time", "info":
            true
        default: false
        }
    }

    private static func keepsValues(_ function: String) -> Bool {
        switch function {
        case "label_replace", "label_join", "sort", "sort_desc", "sort_by_label", "sort_by_label_desc", "info": true
        default: false
        }
    }

    private mutating func checkCounter(_ node: VectorSelector) {
        guard let name = node.metricName, name.hasSuffix("_total") else { return }
        notes.append(
            .init(
                .counterWithoutRate,
                "\(name) looks like a counter: its value only grows until a restart, rate() or increase() give the growth",
                at: node.range))
    }

    private mutating func checkRange(_ node: MatrixSelector, isCounterFunction: Bool) {
        guard !isCounterFunction, let name = node.selector.metricName, name.hasSuffix("_total") else { return }
        notes.append(
            .init(
                .counterWithoutRate,
                "\(name) looks like a counter: resets are seen only by rate(), irate(), increase() and resets()",
                at: node.range))
    }

    // MARK: Labels

    private mutating func checkGrouping(_ node: AggregateExpr) {
        guard !node.isWithout else { return }
        let inside = node.inner.possibleLabels
        for label in node.grouping where !inside.contains(label) {
            dropped(label, "by (\(label))", node.inner, node.range)
        }
    }

    private mutating func checkMatching(_ node: BinaryExpr) {
        guard let matching = node.matching else { return }
        if matching.isOn {
            for label in matching.labels {
                for side in [node.left, node.right] where !side.possibleLabels.contains(label) {
                    dropped(label, "on (\(label))", side, side.range)
                }
            }
        }
        let isLeft = matching.cardinality == .manyToOne
        guard isLeft || matching.cardinality == .oneToMany else { return }
        let one = isLeft ? node.right : node.left
        for label in matching.include where !one.possibleLabels.contains(label) {
            dropped(label, "\(isLeft ? "group_left" : "group_right") (\(label))", one, one.range)
        }
    }

    private mutating func checkSource(_ node: Call) {
        guard node.function == "label_replace" || node.function == "label_join", let series = node.arguments.first
        else { return }
        // A fixed text where the label is not there is a default, set on purpose.
        if node.function == "label_replace", node.arguments.count == 5,
            case .string(let replacement) = node.arguments[2].withoutParentheses, !replacement.value.contains("$"),
            case .string(let pattern) = node.arguments[4].withoutParentheses,
            (try? LabelMatcher("label", .matches, pattern.value))?.matchesEmpty ?? true
        {
            return
        }
        let sources =
            node.function == "label_replace" ? node.arguments.dropFirst(3).prefix(1) : node.arguments.dropFirst(3)
        for case .string(let source) in sources
        where !source.value.isEmpty && !series.possibleLabels.contains(source.value) {
            dropped(source.value, "\(node.function)()", series, source.range)
        }
    }

    private mutating func dropped(_ label: String, _ place: String, _ series: Expr, _ range: PositionRange) {
        var text = series.description
        if text.utf8.count > 60 { text = String(String.UnicodeScalarView(text.unicodeScalars.prefix(57))) + "…" }
        notes.append(
            .init(.droppedLabel, "\(place) asks for the label \(label), which \(text) cannot have", at: range))
    }

    // MARK: Operators

    private mutating func checkOperands(_ node: BinaryExpr) {
        guard node.left.constantNumber == nil, node.left.withoutParentheses.isSame(as: node.right.withoutParentheses)
        else { return }
        switch node.op {
        case .add, .multiply, .power, .atan2, .trimLower, .trimUpper: return
        default: break
        }
        notes.append(
            .init(.identicalOperands, "both sides of \(node.op.rawValue) are the same expression", at: node.range))
    }

    private mutating func checkComparison(_ node: BinaryExpr) {
        guard let verdict = node.constantVerdict else { return }
        let series = node.left.constantNumber == nil || node.right.constantNumber == nil
        notes.append(
            .init(
                .constantComparison,
                verdict
                    ? "the comparison is always true" + (series ? " where there is a series" : "")
                    : "the comparison is never true", at: node.range))
    }
}

extension BinaryExpr {
    /// Whether a comparison with a number holds for every sample that the other side can have (true), or for none
    /// (false); nil when that depends on the samples, and for all other operators.
    public var constantVerdict: Bool? {
        guard op.isComparison else { return nil }
        if let value = right.constantNumber { return left.valueRange.verdict(op, value) }
        if let value = left.constantNumber { return right.valueRange.verdict(op.mirrored, value) }
        return nil
    }
}

extension BinaryOperator {
    /// The comparison that says the same with its sides exchanged.
    fileprivate var mirrored: BinaryOperator {
        switch self {
        case .greater: .less
        case .less: .greater
        case .greaterOrEqual: .lessOrEqual
        case .lessOrEqual: .greaterOrEqual
        default: self
        }
    }
}
