import TimeSeries

/// The state of one parse: the token at hand and how deep we are.
struct ExpressionParser {
    var lexer: Lexer
    let options: ParserOptions
    /// The token that is looked at.
    var current: Token
    /// End of the token before it.
    var previousEnd = 0
    /// What an error is "in" when no narrower place says so: the innermost enclosing aggregation, if any.
    var enclosing: String?
    private var depth = 0

    /// An expression, the height of its tree and its type.
    struct Parsed {
        var expr: Expr
        var height: Int
        var type: ValueType

        init(expr: Expr, height: Int, type: ValueType) {
            self.expr = expr
            self.height = height
            self.type = type
        }
    }

    init(_ bytes: [UInt8], options: ParserOptions) throws(ParseFailure) {
        guard bytes.count <= options.maximumLength else {
            throw ParseFailure(
                "expression is longer than \(options.maximumLength) bytes", at: PositionRange(start: 0, end: 0))
        }
        lexer = Lexer(bytes)
        self.options = options
        current = lexer.next()
    }

    mutating func parseWhole() throws(ParseFailure) -> Expr {
        if current.kind == .endOfInput {
            throw ParseFailure("no expression found in input", at: PositionRange(start: 0, end: 0))
        }
        let parsed = try parseExpression(minimum: Precedence.lowest)
        if current.kind != .endOfInput { throw unexpected() }
        return parsed.expr
    }

    mutating func parseWholeSelector() throws(ParseFailure) -> VectorSelector {
        guard current.kind.isMetricName || current.kind == .leftBrace else { throw unexpected() }
        let selector = try parseVectorSelector()
        if current.kind != .endOfInput { throw unexpected() }
        return selector
    }

    // MARK: Tokens

    mutating func advance() {
        previousEnd = current.end
        current = lexer.next()
    }

    /// The text of a token.
    func text(_ token: Token) -> String { String(decoding: lexer.bytes[token.start..<token.end], as: UTF8.self) }

    func range(_ token: Token) -> PositionRange { PositionRange(start: token.start, end: token.end) }

    /// The error that the token at hand is out of place.
    func unexpected(in context: String? = nil, expected: String? = nil) -> ParseFailure {
        if current.kind == .error { return ParseFailure(lexer.errorMessage, at: range(current)) }
        let found = describe(current)
        var message = "unexpected " + found
        if let place = context ?? enclosing { message += " in " + place }
        if let expected { message += ", expected " + expected }
        var failure = ParseFailure(message, at: range(current))
        failure.details.found = found
        failure.details.expected = expected
        if context == nil { failure.details.hint = keywordHint() }
        return failure
    }

    /// Levels of nesting are counted, so that hostile text cannot exhaust the stack.
    mutating func enter() throws(ParseFailure) {
        depth += 1
        if depth > options.maximumDepth { throw tooDeep() }
    }

    mutating func leave() { depth -= 1 }

    func tooDeep() -> ParseFailure {
        ParseFailure("expression is nested deeper than \(options.maximumDepth) levels", at: range(current))
    }

    func require(_ feature: Feature, _ message: String, at range: PositionRange) throws(ParseFailure) {
        if options.features.contains(feature) { return }
        var failure = ParseFailure(message, at: range)
        failure.details.hint = "enable the feature \(feature.rawValue)"
        failure.details.feature = feature
        throw failure
    }

    // MARK: Operators

    /// An expression of operators that bind at least as strongly as `minimum`.
    mutating func parseExpression(minimum: Int) throws(ParseFailure) -> Parsed {
        try enter()
        var left = try parseOperand()
        while let (operation, precedence) = current.kind.binaryOperator, precedence >= minimum {
            advance()
            let modifiers = try parseBinaryModifiers()
            let right = try parseExpression(minimum: operation == .power ? precedence : precedence + 1)
            left = try joined(left, operation, modifiers, right)
        }
        leave()
        return left
    }

    private func joined(_ left: Parsed, _ operation: BinaryOperator, _ modifiers: BinaryModifiers, _ right: Parsed)
        throws(ParseFailure) -> Parsed
    {
        let height = max(left.height, right.height) + 1
        if height > options.maximumDepth { throw tooDeep() }
        let node = BinaryExpr(
            op: operation, left: left.expr, right: right.expr,
            matching: matching(
                modifiers.matching, operation, areVectors: left.type == .vector && right.type == .vector),
            returnsBool: modifiers.returnsBool,
            range: PositionRange(start: left.expr.range.start, end: right.expr.range.end))
        let areScalars = left.type == .scalar && right.type == .scalar
        return Parsed(expr: .binary(node), height: height, type: areScalars ? .scalar : .vector)
    }

    /// Set operators match many to many; without two vectors there is nothing to match, unless that is a mistake
    /// that the type checker has to see.
    private func matching(_ written: VectorMatching, _ op: BinaryOperator, areVectors: Bool) -> VectorMatching? {
        var matching = written
        if op.isSetOperator, matching.cardinality == .oneToOne { matching.cardinality = .manyToMany }
        if matching.labels.isEmpty, matching.fillLeft == nil, matching.fillRight == nil, !areVectors {
            return nil
        }
        return matching
    }

    private mutating func parseOperand() throws(ParseFailure) -> Parsed {
        current.kind == .add || current.kind == .subtract ? try parseSigned() : try parsePrimary()
    }

    private mutating func parseSigned() throws(ParseFailure) -> Parsed {
        let sign = current
        advance()
        let operand = try parseExpression(minimum: Precedence.power)
        let isNegative = sign.kind == .subtract
        if case .number(var literal) = operand.expr {
            if isNegative { literal.value.negate() }
            literal.range.start = sign.start
            return Parsed(expr: .number(literal), height: operand.height, type: .scalar)
        }
        let node = UnaryExpr(
            isNegative: isNegative, operand: operand.expr,
            range: PositionRange(start: sign.start, end: operand.expr.range.end))
        return Parsed(expr: .unary(node), height: operand.height + 1, type: operand.type)
    }

    // MARK: Primaries

    /// An operand with the modifiers behind it. Each case is a function of its own to keep the stack shallow.
    private mutating func parsePrimary() throws(ParseFailure) -> Parsed {
        var parsed = try parseAtom()
        while current.kind.isModifier {
            try applyModifier(to: &parsed)
            if parsed.height > options.maximumDepth { throw tooDeep() }
        }
        return parsed
    }

    private mutating func parseAtom() throws(ParseFailure) -> Parsed {
        switch current.kind {
        case .number, .duration, .string: try parseLiteral()
        case .leftParen: try parseParentheses()
        case .aggregator where aggregationFollows(): try parseAggregation()
        default:
            try current.kind.isFunctionName && lexer.parenthesisFollows() ? parseCall() : parseSelector()
        }
    }

    private mutating func applyModifier(to parsed: inout Parsed) throws(ParseFailure) {
        switch current.kind {
        case .leftBracket: parsed = try parseRange(of: parsed)
        case .offset: parsed.expr = try parseOffset(of: parsed.expr)
        case .at: parsed.expr = try parseAt(of: parsed.expr)
        default: parsed.expr = try parseEdges(of: parsed.expr)
        }
    }

    private mutating func parseLiteral() throws(ParseFailure) -> Parsed {
        let token = current
        advance()
        switch token.kind {
        case .number:
            return Parsed(
                expr: .number(.init(value: try number(token), range: range(token))), height: 1, type: .scalar)
        case .duration:
            let seconds = Double(try duration(token)) / 1000
            return Parsed(
                expr: .number(.init(value: seconds, isDuration: true, range: range(token))), height: 1, type: .scalar)
        default:
            return Parsed(expr: .string(.init(value: unquote(token), range: range(token))), height: 1, type: .string)
        }
    }

    private mutating func parseParentheses() throws(ParseFailure) -> Parsed {
        let start = current.start
        advance()
        let inner = try parseExpression(minimum: Precedence.lowest)
        guard current.kind == .rightParen else { throw unexpected() }
        advance()
        let whole = PositionRange(start: start, end: previousEnd)
        return Parsed(
            expr: .paren(.init(inner: inner.expr, range: whole)), height: inner.height + 1, type: inner.type)
    }

    private mutating func parseSelector() throws(ParseFailure) -> Parsed {
        guard current.kind == .leftBrace || current.kind.isMetricName else { throw unexpected() }
        return Parsed(expr: .vectorSelector(try parseVectorSelector()), height: 1, type: .vector)
    }

    /// The value of a number token.
    func number(_ token: Token) throws(ParseFailure) -> Double {
        do throws(NumberText.Problem) {
            return try NumberText.value(of: lexer.bytes[token.start..<token.end])
        } catch {
            let text = text(token)
            throw ParseFailure(
                "error parsing number: strconv.ParseFloat: parsing \"\(text)\": \(error.reason)", at: range(token))
        }
    }

    func unquote(_ token: Token) -> String { StringText.unquote(lexer.bytes[token.start..<token.end]) }
}
