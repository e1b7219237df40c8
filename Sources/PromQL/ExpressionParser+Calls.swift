import Base

extension ExpressionParser {
    /// Whether the aggregation operator at hand begins an aggregation rather than being a metric's name.
    mutating func aggregationFollows() -> Bool {
        if lexer.parenthesisFollows() { return true }
        var ahead = lexer
        let next = ahead.next().kind
        return next == .by || next == .without
    }

    /// `sum by (a) (x)`, `sum(x) by (a)`, `topk(3, x)`.
    mutating func parseAggregation() throws(ParseFailure) -> Parsed {
        let token = current
        let outside = enclosing
        enclosing = "aggregation"
        advance()
        var grouping: (labels: [String], isWithout: Bool)?
        if current.kind == .by || current.kind == .without { grouping = try parseAggregateModifier() }
        guard current.kind == .leftParen else { throw unexpected() }
        let arguments = try parseArguments()
        enclosing = outside
        if grouping == nil, current.kind == .by || current.kind == .without {
            grouping = try parseAggregateModifier()
        }
        return try aggregation(token, arguments, grouping?.labels ?? [], isWithout: grouping?.isWithout ?? false)
    }

    private func aggregation(_ token: Token, _ arguments: [Parsed], _ grouping: [String], isWithout: Bool)
        throws(ParseFailure) -> Parsed
    {
        let whole = PositionRange(start: token.start, end: previousEnd)
        let name = text(token)
        guard let op = AggregateOperator(rawValue: name.lowercased()) else { throw unexpected() }
        if arguments.isEmpty {
            throw ParseFailure("no arguments for aggregate expression provided", at: whole)
        }
        if op == .limitk || op == .limitRatio {
            try require(
                .experimentalFunctions,
                "\(name)() is experimental and must be enabled with "
                    + "--enable-feature=promql-experimental-functions", at: whole)
        }
        let wanted = op.takesParameter ? 2 : 1
        guard arguments.count == wanted else {
            throw ParseFailure(
                "wrong number of arguments for aggregate expression provided, expected \(wanted), got "
                    + "\(arguments.count)", at: whole)
        }
        let height = 1 + arguments.reduce(0) { max($0, $1.height) }
        let node = AggregateExpr(
            op: op, inner: arguments[wanted - 1].expr, parameter: wanted == 2 ? arguments[0].expr : nil,
            grouping: grouping, isWithout: isWithout, range: whole)
        return Parsed(expr: .aggregate(node), height: height, type: .vector)
    }

    private mutating func parseAggregateModifier() throws(ParseFailure) -> (labels: [String], isWithout: Bool) {
        let isWithout = current.kind == .without
        advance()
        return (try parseGroupingLabels(), isWithout)
    }

    /// `(a, b,)`: the labels of by, without, on, ignoring and the group modifiers.
    mutating func parseGroupingLabels() throws(ParseFailure) -> [String] {
        let place = "grouping opts"
        guard current.kind == .leftParen else { throw unexpected(in: place, expected: "\"(\"") }
        advance()
        var labels: [String] = []
        while current.kind != .rightParen {
            if current.kind == .string {
                let name = unquote(current)
                if name.isEmpty { throw ParseFailure("invalid label name for grouping: \"\"", at: range(current)) }
                labels.append(name)
            } else if current.kind.isGroupingLabel {
                labels.append(text(current))
            } else {
                throw unexpected(in: place, expected: "label")
            }
            advance()
            if current.kind == .comma {
                advance()
            } else if current.kind != .rightParen {
                throw unexpected(in: place, expected: "\",\" or \")\"")
            }
        }
        advance()
        return labels
    }

    /// `function(arguments)`.
    mutating func parseCall() throws(ParseFailure) -> Parsed {
        let token = current
        advance()
        let arguments = try parseArguments()
        return try call(token, arguments)
    }

    private func call(_ token: Token, _ arguments: [Parsed]) throws(ParseFailure) -> Parsed {
        let written = text(token)
        let name = token.kind == .identifier ? written : written.lowercased()
        guard let signature = FunctionTable.signature(of: name) else {
            var failure = ParseFailure("unknown function with name \(quoted(written))", at: range(token))
            failure.details.found = written
            failure.details.hint = Self.functionHint(for: written)
            throw failure
        }
        if let feature = signature.feature {
            try require(feature, "function \(quoted(name)) is not enabled", at: range(token))
        }
        let height = 1 + arguments.reduce(0) { max($0, $1.height) }
        let node = Call(
            function: name, arguments: arguments.map(\.expr),
            range: PositionRange(start: token.start, end: previousEnd))
        return Parsed(expr: .call(node), height: height, type: signature.result)
    }

    private mutating func parseArguments() throws(ParseFailure) -> [Parsed] {
        advance()
        var arguments: [Parsed] = []
        if current.kind == .rightParen {
            advance()
            return arguments
        }
        while true {
            arguments.append(try parseExpression(minimum: Precedence.lowest))
            if current.kind == .rightParen {
                advance()
                return arguments
            }
            guard current.kind == .comma else { throw unexpected() }
            let comma = current
            advance()
            if !current.kind.beginsExpression, current.kind != .error {
                throw ParseFailure("trailing commas not allowed in function call args", at: range(comma))
            }
        }
    }

    /// A function or aggregation whose name is nearly `name`.
    static func functionHint(for name: String) -> String? {
        let known = FunctionTable.all.map(\.name) + AggregateOperator.allCases.map(\.rawValue)
        return NearMiss.best(for: name, among: known).map { "did you mean \($0)?" }
    }

    /// When the word at hand is nearly a keyword.
    func keywordHint() -> String? {
        guard current.kind == .identifier, current.end - current.start > 2 else { return nil }
        let word = text(current)
        let known = Keyword.all.map(\.word).filter { $0.utf8.count > 1 }
        return NearMiss.best(for: word, among: known).map { "did you mean \($0)?" }
    }
}
