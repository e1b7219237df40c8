import TimeSeries

/// An expression explained: its tree with types, what each selector fetches, the features it needs, and remarks.
public struct Explanation: Hashable, Sendable {
    /// A node of the tree.
    public struct Node: Hashable, Sendable {
        /// What stands here, in one line: `sum by (job)`, `rate()`, `/ on (job)`, a selector, a number.
        public var label: String
        /// The type of its result.
        public var type: ValueType
        /// What is fetched here; nil unless this is a selector.
        public var fetch: Fetch?
        /// The stretch of the text.
        public var range: PositionRange
        /// What stands below.
        public var children: [Node]
    }

    /// The samples that a selector asks for.
    public struct Fetch: Hashable, Sendable {
        /// All matchers, the one for the metric's name included.
        public var matchers: [LabelMatcher]
        /// The stretch of time in words: `the last 5m up to the evaluation time`.
        public var time: String
    }

    /// The tree.
    public var root: Node
    /// What must be enabled beyond the stable language.
    public var features: [Feature]
    /// Remarks, in the order of the text.
    public var notes: [ExpressionNote]
    /// Which labels the result can have.
    public var labels: PossibleLabels
    /// Whether the result is the same at every step of a range query.
    public var isStepInvariant: Bool

    /// Explains `expr`.
    /// - Parameter lookback: how far an instant selector looks back, in milliseconds.
    public init(_ expr: Expr, lookback: Int64 = 300_000) {
        root = Node(expr, context: [], lookback: lookback)
        features = expr.requiredFeatures
        notes = expr.notes
        labels = expr.possibleLabels
        isStepInvariant = expr.isStepInvariant
    }
}

extension Explanation.Node {
    /// - Parameter context: the subqueries around, the outermost first.
    fileprivate init(_ expr: Expr, context: [Subquery], lookback: Int64) {
        type = expr.type
        range = expr.range
        switch expr {
        case .number, .string: label = expr.description
        case .vectorSelector(let node):
            label = expr.description
            fetch = .init(matchers: node.matchers, time: node.timeText(window: nil, context, lookback))
        case .matrixSelector(let node):
            label = expr.description
            fetch = .init(
                matchers: node.selector.matchers, time: node.selector.timeText(window: node.window, context, lookback))
        case .subquery(let node):
            label = "subquery"
            node.writeSuffix(to: &label)
        case .unary(let node): label = node.isNegative ? "-" : "+"
        case .paren: label = "( )"
        case .binary(let node): label = node.operatorText
        case .aggregate(let node): label = node.head
        case .call(let node): label = node.function + "()"
        }
        while label.hasSuffix(" ") { label.removeLast() }
        var inside = context
        if case .subquery(let node) = expr { inside.append(node) }
        if case .matrixSelector = expr {
            children = []
        } else {
            children = expr.children.map { Explanation.Node($0, context: inside, lookback: lookback) }
        }
    }
}

extension VectorSelector {
    fileprivate func timeText(window: DurationExpr?, _ context: [Subquery], _ lookback: Int64) -> String {
        var text =
            window.map { "samples of the last \($0)" }
            ?? "the newest sample of the last \(NumberPrinting.duration(milliseconds: lookback))"
        if let edges {
            text += edges == .anchored ? ", with the sample before it," : ", with interpolated edges,"
        }
        text +=
            " before " + Self.moment(at: at, offset: offset, of: context.isEmpty ? "the evaluation time" : "each step")
        for subquery in context.reversed() where at == nil {
            let step = subquery.step.map { "every \($0)" } ?? "at every evaluation interval"
            text += ", \(step) in the \(subquery.window) before "
            text += Self.moment(at: subquery.at, offset: subquery.offset, of: "the evaluation time")
            if subquery.at != nil { break }
        }
        return text
    }

    private static func moment(at: AtModifier?, offset: DurationExpr?, of base: String) -> String {
        let moment: String
        switch at {
        case .timestamp(let milliseconds): moment = "Unix time \(NumberPrinting.fixed(Double(milliseconds) / 1000))"
        case .start: moment = "the start of the query"
        case .end: moment = "the end of the query"
        case nil: moment = base
        }
        return offset.map { "\(moment) shifted back by \($0)" } ?? moment
    }
}

extension Explanation: CustomStringConvertible {
    /// The explanation as text: the tree with types, then fetches, features and remarks.
    public var description: String {
        var lines: [String] = []
        append(root, prefix: "", connector: "", to: &lines)
        var fetches: [(text: String, fetch: Fetch)] = []
        collect(root, into: &fetches)
        if !fetches.isEmpty {
            lines.append("")
            lines.append("fetches:")
            for (text, fetch) in fetches {
                lines.append("  \(text)")
                lines.append("    {\(fetch.matchers.map(\.description).joined(separator: ", "))}")
                lines.append("    \(fetch.time)")
            }
        }
        lines.append("")
        lines.append("result: \(root.type.documentedName)\(root.type == .vector ? ", labels: \(labelsText)" : "")")
        if isStepInvariant { lines.append("the same at every step of a range query") }
        if !features.isEmpty { lines.append("needs features: " + features.map(\.rawValue).joined(separator: ", ")) }
        for note in notes { lines.append("note: \(note.message) [\(note.kind.rawValue)]") }
        return lines.joined(separator: "\n")
    }

    private var labelsText: String {
        switch labels {
        case .only(let names): names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
        case .allExcept(let names):
            names.isEmpty ? "any" : "any but " + names.sorted().joined(separator: ", ")
        }
    }

    private func append(_ node: Node, prefix: String, connector: String, to lines: inout [String]) {
        lines.append("\(prefix)\(connector)\(node.label)  : \(node.type.documentedName)")
        let below = connector.isEmpty ? prefix : prefix + (connector == "└─ " ? "   " : "│  ")
        for (index, child) in node.children.enumerated() {
            append(child, prefix: below, connector: index + 1 == node.children.count ? "└─ " : "├─ ", to: &lines)
        }
    }

    private func collect(_ node: Node, into fetches: inout [(text: String, fetch: Fetch)]) {
        if let fetch = node.fetch { fetches.append((node.label, fetch)) }
        for child in node.children { collect(child, into: &fetches) }
    }
}
