import TimeSeries

extension Expr: CustomStringConvertible {
    /// The expression on one line, in the form that Prometheus prints; reading it gives the same tree.
    public var description: String {
        var out = ""
        write(to: &out)
        return out
    }

    func write(to out: inout String) {
        switch self {
        case .number(let node): out += node.description
        case .string(let node): out += TextPrinting.quoted(node.value)
        case .vectorSelector(let node): node.write(to: &out)
        case .matrixSelector(let node): node.write(to: &out)
        case .subquery(let node):
            node.inner.write(to: &out)
            node.writeSuffix(to: &out)
        case .unary(let node):
            out += node.isNegative ? "-" : "+"
            node.operand.write(to: &out)
        case .paren(let node):
            out += "("
            node.inner.write(to: &out)
            out += ")"
        case .binary(let node):
            if node.leftNeedsBareInfinity { out += "Inf" } else { node.left.write(to: &out) }
            out += " \(node.operatorText) "
            node.right.write(to: &out)
        case .aggregate(let node):
            out += node.head + "("
            if let parameter = node.parameter {
                parameter.write(to: &out)
                out += ", "
            }
            node.inner.write(to: &out)
            out += ")"
        case .call(let node):
            out += node.function + "("
            for (index, argument) in node.arguments.enumerated() {
                if index > 0 { out += ", " }
                argument.write(to: &out)
            }
            out += ")"
        }
    }
}

extension NumberLiteral: CustomStringConvertible {
    /// The number without exponent, or the duration.
    public var description: String {
        guard isDuration, let milliseconds = Int64(exactly: (value * 1000).rounded()) else {
            return NumberPrinting.fixed(value)
        }
        return NumberPrinting.duration(milliseconds: milliseconds)
    }
}

extension VectorSelector {
    func write(to out: inout String) {
        writeSeries(to: &out)
        writeModifiers(to: &out)
    }

    /// Name and matchers; the latter sorted as texts.
    func writeSeries(to out: inout String) {
        var shown = matchers[...]
        if let name {
            out += name
            if shown.first?.name == Labels.metricName { shown = shown.dropFirst() }
            if shown.isEmpty { return }
        }
        let texts = shown.map { $0.printed }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        out += "{" + texts.joined(separator: ",") + "}"
    }

    func writeModifiers(to out: inout String) {
        if let edges { out += " " + edges.rawValue }
        writePlace(at: at, offset: offset, to: &out)
    }
}

extension LabelMatcher {
    /// As selectors print it: the name in quotes only where it must be.
    fileprivate var printed: String { LabelText.printed(name) + operation.rawValue + TextPrinting.quoted(value) }
}

extension MatrixSelector {
    func write(to out: inout String) {
        selector.writeSeries(to: &out)
        out += "[\(window)]"
        selector.writeModifiers(to: &out)
    }
}

extension Subquery {
    func writeSuffix(to out: inout String) {
        out += "[\(window):\(step.map(\.description) ?? "")]"
        writePlace(at: at, offset: offset, to: &out)
    }
}

/// `@` first, then `offset`.
private func writePlace(at: AtModifier?, offset: DurationExpr?, to out: inout String) {
    switch at {
    case .timestamp(let milliseconds): out += " @ " + AtModifier.seconds(milliseconds)
    case .start: out += " @ start()"
    case .end: out += " @ end()"
    case nil: break
    }
    if let offset { out += " offset \(offset)" }
}

extension AtModifier {
    /// Seconds with three digits behind the point.
    fileprivate static func seconds(_ milliseconds: Int64) -> String {
        let magnitude = milliseconds.magnitude
        let fraction = String(magnitude % 1000)
        return (milliseconds < 0 ? "-" : "") + "\(magnitude / 1000)."
            + String(repeating: "0", count: 3 - fraction.utf8.count) + fraction
    }
}

extension BinaryExpr {
    /// Whether the left operand must be written as `Inf`: the plus of `+Inf` would be read as a sign before the power.
    var leftNeedsBareInfinity: Bool {
        guard op == .power, case .number(let literal) = left else { return false }
        return literal.value == .infinity
    }

    /// The operator with `bool` and the matching of its sides.
    var operatorText: String {
        var text = op.rawValue
        if returnsBool { text += " bool" }
        guard let matching else { return text }
        let isGrouped = matching.cardinality == .manyToOne || matching.cardinality == .oneToMany
        if matching.isOn || !matching.labels.isEmpty || isGrouped {
            text += " \(matching.isOn ? "on" : "ignoring") (\(LabelText.list(matching.labels)))"
        }
        if isGrouped {
            let word = matching.cardinality == .manyToOne ? "group_left" : "group_right"
            text += " \(word) (\(LabelText.list(matching.include)))"
        }
        switch (matching.fillLeft, matching.fillRight) {
        case (let left?, let right?) where left.bitPattern == right.bitPattern:
            text += " fill (\(NumberPrinting.fixed(left)))"
        case (let left, let right):
            if let left { text += " fill_left (\(NumberPrinting.fixed(left)))" }
            if let right { text += " fill_right (\(NumberPrinting.fixed(right)))" }
        }
        return text
    }
}

extension AggregateExpr {
    /// The operator with its grouping, ready for a parenthesis.
    var head: String {
        if isWithout { return "\(op.rawValue) without (\(LabelText.list(grouping))) " }
        return grouping.isEmpty ? op.rawValue : "\(op.rawValue) by (\(LabelText.list(grouping))) "
    }
}

/// Names of labels in the text of an expression.
enum LabelText {
    static func printed(_ name: String) -> String { LabelName.isLegacy(name) ? name : TextPrinting.quoted(name) }

    /// A list for `by`, `on` and their like, where names with colons stand without quotes too.
    static func list(_ names: [String]) -> String {
        names.map { name in
            // `without` is the one keyword that may not stand there bare.
            LabelName.isLegacyMetricName(name) && !isReserved(name) ? name : TextPrinting.quoted(name)
        }.joined(separator: ", ")
    }

    private static func isReserved(_ name: String) -> Bool {
        switch Keyword.kind(of: Array(name.utf8)[...]) {
        case .without, .number: true
        default: false
        }
    }
}

extension DurationExpr: CustomStringConvertible {
    /// As it is written in ranges and offsets.
    public var description: String {
        switch self {
        case .literal(let milliseconds): NumberPrinting.duration(milliseconds: milliseconds)
        case .number(let seconds): NumberPrinting.fixed(seconds)
        case .step: "step()"
        case .range: "range()"
        case .negate(let inner): "-\(inner)"
        case .plus(let inner): "+\(inner)"
        case .binary(let op, let left, let right): "\(left) \(op.rawValue) \(right)"
        case .minimum(let left, let right): "min_of(\(left), \(right))"
        case .maximum(let left, let right): "max_of(\(left), \(right))"
        case .paren(let inner): "(\(inner))"
        }
    }
}
