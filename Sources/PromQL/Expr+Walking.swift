import TimeSeries

extension Expr {
    /// Calls `body` with every expression of the tree, from the root down and from left to right.
    public func forEach(_ body: (Expr) -> Void) {
        body(self)
        switch self {
        case .number, .string, .vectorSelector: break
        case .matrixSelector(let node): body(.vectorSelector(node.selector))
        case .subquery(let node): node.inner.forEach(body)
        case .unary(let node): node.operand.forEach(body)
        case .paren(let node): node.inner.forEach(body)
        case .binary(let node):
            node.left.forEach(body)
            node.right.forEach(body)
        case .aggregate(let node):
            node.parameter?.forEach(body)
            node.inner.forEach(body)
        case .call(let node): for argument in node.arguments { argument.forEach(body) }
        }
    }

    /// All selectors of series, those under a range included, from left to right.
    public var vectorSelectors: [VectorSelector] {
        var found: [VectorSelector] = []
        forEach { if case .vectorSelector(let selector) = $0 { found.append(selector) } }
        return found
    }

    /// The names of the metrics that are read, each once, in the order of the text. Selectors that match names by a
    /// pattern are not in it: see ``readsUnnamedMetrics``.
    public var metricNames: [String] {
        var seen: Set<String> = []
        return vectorSelectors.compactMap(\.metricName).filter { seen.insert($0).inserted }
    }

    /// Whether a selector reads metrics that it does not name.
    public var readsUnnamedMetrics: Bool { vectorSelectors.contains { $0.metricName == nil } }

    /// Whether the expression gives the same at every step of a range query: everything it reads is pinned by `@`,
    /// and no function looks at the evaluation time.
    public var isStepInvariant: Bool {
        switch self {
        case .number, .string: true
        case .vectorSelector(let node): node.at != nil
        case .matrixSelector(let node): node.selector.at != nil
        case .subquery(let node): node.at != nil
        case .call(let node): !node.readsEvaluationTime && node.arguments.allSatisfy(\.isStepInvariant)
        case .unary, .paren, .binary, .aggregate: children.allSatisfy(\.isStepInvariant)
        }
    }

    /// The features that must be enabled for the expression to be accepted, each once.
    public var requiredFeatures: [Feature] {
        var found: Set<Feature> = []
        forEach { expr in
            switch expr {
            case .call(let node):
                if let feature = FunctionTable.signature(of: node.function)?.feature { found.insert(feature) }
            case .aggregate(let node):
                if node.op == .limitk || node.op == .limitRatio { found.insert(.experimentalFunctions) }
            case .vectorSelector(let node):
                if node.edges != nil { found.insert(.extendedRangeSelectors) }
            case .binary(let node):
                if let matching = node.matching, matching.fillLeft != nil || matching.fillRight != nil {
                    found.insert(.binopFillModifiers)
                }
            default: break
            }
        }
        return Feature.allCases.filter { found.contains($0) }
    }

    /// The expression without parentheses around the whole of it.
    public var withoutParentheses: Expr {
        var expr = self
        while case .paren(let node) = expr { expr = node.inner }
        return expr
    }

    /// The value when the expression is a number, perhaps in parentheses or with a sign.
    public var constantNumber: Double? {
        switch withoutParentheses {
        case .number(let node): node.value
        case .unary(let node): node.operand.constantNumber.map { node.isNegative ? -$0 : $0 }
        default: nil
        }
    }
}

extension VectorSelector {
    /// The one metric name that the selector can match: written as such, or by `__name__="…"`; nil when there is none.
    public var metricName: String? {
        if let name { return name }
        let named = matchers.first { $0.name == Labels.metricName && $0.operation == .equal && !$0.value.isEmpty }
        return named?.value
    }
}

extension Call {
    /// Whether the result depends on the evaluation time beyond what the arguments select.
    public var readsEvaluationTime: Bool {
        switch function {
        case "time", "timestamp", "predict_linear", "minute", "hour", "month", "year", "day_of_month", "day_of_week",
            "day_of_year", "days_in_month":
            true
        default: false
        }
    }
}
