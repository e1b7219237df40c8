extension ExpressionParser {
    /// `expr[range]` or `expr[range:step]`; the left bracket is at hand.
    mutating func parseRange(of parsed: Parsed) throws(ParseFailure) -> Parsed {
        let bracket = current
        advance()
        let window = try parsePositiveDuration(
            in: "subquery or range selector", expected: "number, duration, step(), or range()")
        if current.kind == .rightBracket {
            advance()
            let brackets = PositionRange(start: bracket.start, end: previousEnd)
            guard case .vectorSelector(let selector) = parsed.expr else {
                throw ParseFailure("ranges only allowed for vector selectors", at: brackets)
            }
            if selector.offset != nil {
                throw ParseFailure("no offset modifiers allowed before range", at: brackets)
            }
            if selector.at != nil { throw ParseFailure("no @ modifiers allowed before range", at: brackets) }
            let node = MatrixSelector(
                selector: selector, window: window,
                range: PositionRange(start: selector.range.start, end: previousEnd))
            return Parsed(expr: .matrixSelector(node), height: parsed.height + 1, type: .matrix)
        }
        guard current.kind == .colon else {
            throw unexpected(in: "subquery or range", expected: "\":\" or \"]\"")
        }
        advance()
        var step: DurationExpr?
        if current.kind != .rightBracket {
            step = try parsePositiveDuration(
                in: "subquery selector", expected: "number, duration, step(), range(), or \"]\"")
            guard current.kind == .rightBracket else { throw unexpected(in: "subquery selector", expected: "\"]\"") }
        }
        advance()
        let node = Subquery(
            inner: parsed.expr, window: window, step: step,
            range: PositionRange(start: parsed.expr.range.start, end: previousEnd))
        return Parsed(expr: .subquery(node), height: parsed.height + 1, type: .matrix)
    }

    /// `expr offset d`; the keyword is at hand.
    mutating func parseOffset(of expr: Expr) throws(ParseFailure) -> Expr {
        advance()
        let written = try parseOffsetDuration()
        // An offset of nothing counts as none, also for a second one behind it.
        let offset = written == .literal(milliseconds: 0) ? nil : written
        let end = previousEnd
        func replaced(_ old: DurationExpr?) throws(ParseFailure) -> DurationExpr? {
            if old != nil { throw ParseFailure("offset may not be set multiple times", at: expr.range) }
            return offset
        }
        switch expr {
        case .vectorSelector(var node):
            node.offset = try replaced(node.offset)
            node.range.end = end
            return .vectorSelector(node)
        case .matrixSelector(var node):
            node.selector.offset = try replaced(node.selector.offset)
            node.range.end = end
            return .matrixSelector(node)
        case .subquery(var node):
            node.offset = try replaced(node.offset)
            node.range.end = end
            return .subquery(node)
        default: throw misplaced("offset modifier", expr)
        }
    }

    /// `expr @ t`; the sign is at hand.
    mutating func parseAt(of expr: Expr) throws(ParseFailure) -> Expr {
        advance()
        let place = (context: "@", expected: "timestamp")
        let modifier: AtModifier
        if current.kind == .start || current.kind == .end {
            modifier = current.kind == .start ? .start : .end
            advance()
            guard current.kind == .leftParen else { throw unexpected(in: place.context, expected: place.expected) }
            advance()
            guard current.kind == .rightParen else { throw unexpected(in: place.context, expected: place.expected) }
            advance()
        } else {
            let seconds = try parseSignedNumber(in: place.context, expected: place.expected)
            let milliseconds = (seconds * 1000).rounded()
            guard abs(seconds) < 0x1p63, let exact = Int64(exactly: milliseconds) else {
                throw ParseFailure(
                    "timestamp out of bounds for @ modifier: \(NumberPrinting.fixed(seconds))", at: expr.range)
            }
            modifier = .timestamp(exact)
        }
        let end = previousEnd
        func replaced(_ old: AtModifier?) throws(ParseFailure) -> AtModifier {
            if old != nil { throw ParseFailure("@ <timestamp> may not be set multiple times", at: expr.range) }
            return modifier
        }
        switch expr {
        case .vectorSelector(var node):
            node.at = try replaced(node.at)
            node.range.end = end
            return .vectorSelector(node)
        case .matrixSelector(var node):
            node.selector.at = try replaced(node.selector.at)
            node.range.end = end
            return .matrixSelector(node)
        case .subquery(var node):
            node.at = try replaced(node.at)
            node.range.end = end
            return .subquery(node)
        default: throw misplaced("@ modifier", expr)
        }
    }

    /// `expr anchored`, `expr smoothed`; the keyword is at hand.
    mutating func parseEdges(of expr: Expr) throws(ParseFailure) -> Expr {
        let word: EdgeModifier = current.kind == .anchored ? .anchored : .smoothed
        try require(
            .extendedRangeSelectors, "\(word.rawValue) modifier is experimental and not enabled", at: expr.range)
        advance()
        let end = previousEnd
        func replaced(_ old: EdgeModifier?) throws(ParseFailure) -> EdgeModifier {
            if let old, old != word {
                throw ParseFailure("anchored and smoothed modifiers cannot be used together", at: expr.range)
            }
            return word
        }
        switch expr {
        case .vectorSelector(var node):
            node.edges = try replaced(node.edges)
            node.range.end = end
            return .vectorSelector(node)
        case .matrixSelector(var node):
            node.selector.edges = try replaced(node.selector.edges)
            node.range.end = end
            return .matrixSelector(node)
        case .subquery:
            throw ParseFailure("\(word.rawValue) modifier not implemented for subqueries", at: expr.range)
        default:
            throw ParseFailure(
                "\(word.rawValue) modifier must be preceded by an instant vector selector or range vector selector",
                at: expr.range)
        }
    }

    private func misplaced(_ modifier: String, _ expr: Expr) -> ParseFailure {
        ParseFailure(
            "\(modifier) must be preceded by an instant vector selector or range vector selector or a subquery",
            at: expr.range)
    }
}
