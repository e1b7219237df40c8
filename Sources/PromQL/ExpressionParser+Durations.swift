import Base

extension ExpressionParser {
    /// The milliseconds of a duration token.
    func duration(_ token: Token) throws(ParseFailure) -> Int64 {
        let written = text(token)
        if let duration = PrometheusDuration.parse(written) { return duration.milliseconds }
        throw ParseFailure(DurationText.problem(with: written), at: range(token))
    }

    /// A range or step: what stands in brackets. Plain ones must be above 0.
    mutating func parsePositiveDuration(in place: String, expected: String) throws(ParseFailure) -> DurationExpr {
        let start = current
        let written = try parseDuration(minimum: Precedence.lowest, place: (place, expected))
        let whole = PositionRange(start: start.start, end: previousEnd)
        guard let seconds = written.expr.plainSeconds else { return written.expr }
        if seconds <= 0 || seconds.isNaN { throw ParseFailure("duration must be greater than 0", at: whole) }
        return try plain(written.expr, at: whole)
    }

    /// The duration behind `offset`: a literal or a call takes in no operator behind it; what begins with parentheses
    /// or two signs does.
    mutating func parseOffsetDuration() throws(ParseFailure) -> DurationExpr {
        let place = (context: "offset", expected: "number, duration, step(), or range()")
        let start = current
        let isSigned = current.kind == .add || current.kind == .subtract
        if current.kind == .leftParen || (isSigned && lexer.signFollows()) {
            let written = try parseDuration(minimum: Precedence.lowest, place: place)
            let whole = PositionRange(start: start.start, end: previousEnd)
            // Without parentheses of its own the printed form would end at the first operator.
            if case .binary = written.expr { return .paren(written.expr) }
            return try plain(written.expr, at: whole)
        }
        if isSigned { advance() }
        var written = try parseDurationPrimary(place: place)
        if isSigned {
            switch (written.expr, start.kind == .subtract) {
            case (.literal, true), (.number, true): written.expr = written.expr.negated
            case (.literal, false), (.number, false), (.paren, false): break
            case (_, true): written.expr = .negate(written.expr)
            case (_, false): written.expr = .plus(written.expr)
            }
        }
        return try plain(written.expr, at: PositionRange(start: start.start, end: previousEnd))
    }

    /// A plain number of seconds as a duration in milliseconds, cut as Prometheus cuts it; others as they are.
    private func plain(_ expr: DurationExpr, at range: PositionRange) throws(ParseFailure) -> DurationExpr {
        guard case .number(let seconds) = expr else { return expr }
        let nanoseconds = (seconds * 1e9).rounded()
        guard let exact = Int64(exactly: nanoseconds) else { throw ParseFailure("duration out of range", at: range) }
        return .literal(milliseconds: exact / 1_000_000)
    }

    struct ParsedDuration {
        var expr: DurationExpr
        var height: Int
    }

    private mutating func parseDuration(minimum: Int, place: (context: String, expected: String))
        throws(ParseFailure) -> ParsedDuration
    {
        try enter()
        var left: ParsedDuration
        if current.kind == .add || current.kind == .subtract {
            let isNegative = current.kind == .subtract
            advance()
            left = try parseDuration(minimum: Precedence.power, place: place)
            if isNegative {
                switch left.expr {
                case .literal, .number: left.expr = left.expr.negated
                default: left = ParsedDuration(expr: .negate(left.expr), height: left.height + 1)
                }
            }
        } else {
            left = try parseDurationPrimary(place: place)
        }
        while let (operation, precedence) = current.kind.binaryOperator, operation.isDurationOperator,
            precedence >= minimum
        {
            let sign = current
            advance()
            let right = try parseDuration(
                minimum: operation == .power ? precedence : precedence + 1, place: place)
            if operation == .divide || operation == .modulo, right.expr.plainSeconds == 0 {
                throw ParseFailure(
                    operation == .divide ? "division by zero" : "modulo by zero", at: range(sign))
            }
            let height = max(left.height, right.height) + 1
            if height > options.maximumDepth { throw tooDeep() }
            left = ParsedDuration(expr: .binary(operation, left.expr, right.expr), height: height)
        }
        leave()
        return left
    }

    private mutating func parseDurationPrimary(place: (context: String, expected: String)) throws(ParseFailure)
        -> ParsedDuration
    {
        let token = current
        switch token.kind {
        case .number:
            advance()
            let seconds = try number(token)
            if abs(seconds) > 0x1p63 / 1e9 { throw ParseFailure("duration out of range", at: range(token)) }
            return ParsedDuration(expr: .number(seconds), height: 1)
        case .duration:
            advance()
            return ParsedDuration(expr: .literal(milliseconds: try duration(token)), height: 1)
        case .leftParen:
            advance()
            let inner = try parseDuration(minimum: Precedence.lowest, place: place)
            guard current.kind == .rightParen else { throw unexpected(in: place.context, expected: place.expected) }
            advance()
            if inner.expr.plainSeconds != nil { return inner }
            return ParsedDuration(expr: .paren(inner.expr), height: inner.height + 1)
        case .step, .range:
            advance()
            try expect(.leftParen, place)
            try expect(.rightParen, place)
            return ParsedDuration(expr: token.kind == .step ? .step : .range, height: 1)
        case .minimumOf, .maximumOf:
            advance()
            try expect(.leftParen, place)
            let first = try parseDuration(minimum: Precedence.lowest, place: place)
            try expect(.comma, place)
            let second = try parseDuration(minimum: Precedence.lowest, place: place)
            try expect(.rightParen, place)
            let height = max(first.height, second.height) + 1
            return ParsedDuration(
                expr: token.kind == .minimumOf
                    ? .minimum(first.expr, second.expr) : .maximum(first.expr, second.expr), height: height)
        default: throw unexpected(in: place.context, expected: place.expected)
        }
    }

    private mutating func expect(_ kind: TokenKind, _ place: (context: String, expected: String))
        throws(ParseFailure)
    {
        guard current.kind == kind else { throw unexpected(in: place.context, expected: place.expected) }
        advance()
    }
}

extension BinaryOperator {
    /// Whether it may stand in a duration expression.
    var isDurationOperator: Bool {
        switch self {
        case .add, .subtract, .multiply, .divide, .modulo, .power: true
        default: false
        }
    }
}

extension DurationExpr {
    /// Its seconds when it is a plain number or duration.
    var plainSeconds: Double? {
        switch self {
        case .literal(let milliseconds): Double(milliseconds) / 1000
        case .number(let seconds): seconds
        default: nil
        }
    }

    /// The opposite of a plain number or duration.
    fileprivate var negated: DurationExpr {
        switch self {
        case .literal(let milliseconds): .literal(milliseconds: -milliseconds)
        case .number(let seconds): .number(-seconds)
        default: .negate(self)
        }
    }
}

/// Why a text is no duration, in the words of Prometheus' common library.
enum DurationText {
    static func problem(with text: String) -> String {
        let units = ["y", "w", "d", "h", "m", "s", "ms"]
        var rest = Array(text.utf8)[...]
        var last = -1
        while !rest.isEmpty {
            let digits = rest.prefix { LexicalClass.isDigit(Int($0)) }
            if digits.isEmpty { break }
            rest = rest.dropFirst(digits.count)
            let letters = rest.prefix { !LexicalClass.isDigit(Int($0)) }
            let unit = String(decoding: letters, as: UTF8.self)
            guard let index = units.firstIndex(of: unit) else {
                return "unknown unit \"\(unit)\" in duration \"\(text)\""
            }
            if index <= last { return "not a valid duration string: \"\(text)\"" }
            last = index
            rest = rest.dropFirst(letters.count)
        }
        return rest.isEmpty ? "duration out of range" : "not a valid duration string: \"\(text)\""
    }
}
