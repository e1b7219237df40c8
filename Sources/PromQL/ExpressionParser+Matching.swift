extension ExpressionParser {
    /// What stands between an operator and its right operand.
    struct BinaryModifiers {
        var returnsBool = false
        var matching = VectorMatching()
    }

    /// `bool`, `on (…)` or `ignoring (…)`, `group_left (…)` or `group_right (…)`, `fill (…)`.
    mutating func parseBinaryModifiers() throws(ParseFailure) -> BinaryModifiers {
        var modifiers = BinaryModifiers()
        if current.kind == .bool {
            modifiers.returnsBool = true
            advance()
        }
        if current.kind == .on || current.kind == .ignoring {
            modifiers.matching.isOn = current.kind == .on
            advance()
            modifiers.matching.labels = try parseGroupingLabels()
            if current.kind == .groupLeft || current.kind == .groupRight {
                modifiers.matching.cardinality = current.kind == .groupLeft ? .manyToOne : .oneToMany
                advance()
                if current.kind == .leftParen || !current.kind.beginsExpression {
                    modifiers.matching.include = try parseGroupingLabels()
                }
            }
        }
        try parseFill(into: &modifiers.matching)
        return modifiers
    }

    private mutating func parseFill(into matching: inout VectorMatching) throws(ParseFailure) {
        switch current.kind {
        case .fill:
            guard lexer.parenthesisFollows() else { return }
            let value = try parseFillValue()
            matching.fillLeft = value
            matching.fillRight = value
        case .fillLeft:
            guard lexer.parenthesisFollows() else { return }
            matching.fillLeft = try parseFillValue()
            if current.kind == .fillRight, lexer.parenthesisFollows() { matching.fillRight = try parseFillValue() }
        case .fillRight:
            guard lexer.parenthesisFollows() else { return }
            matching.fillRight = try parseFillValue()
            if current.kind == .fillLeft, lexer.parenthesisFollows() { matching.fillLeft = try parseFillValue() }
        default: return
        }
    }

    private mutating func parseFillValue() throws(ParseFailure) -> Double {
        try require(.binopFillModifiers, "binop fill modifiers are experimental and not enabled", at: range(current))
        advance()
        advance()
        let value = try parseSignedNumber(in: "fill modifier", expected: "number")
        guard current.kind == .rightParen else { throw unexpected(in: "fill modifier", expected: "\")\"") }
        advance()
        return value
    }

    /// A number or duration, perhaps with a sign.
    mutating func parseSignedNumber(in place: String, expected: String) throws(ParseFailure) -> Double {
        var isNegative = false
        if current.kind == .add || current.kind == .subtract {
            isNegative = current.kind == .subtract
            advance()
        }
        let token = current
        let value: Double
        switch token.kind {
        case .number: value = try number(token)
        case .duration: value = Double(try duration(token)) / 1000
        default: throw unexpected(in: place, expected: expected)
        }
        advance()
        return isNegative ? -value : value
    }
}
