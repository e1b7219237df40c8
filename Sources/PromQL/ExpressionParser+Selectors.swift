import RegularExpressions
import TimeSeries

extension ExpressionParser {
    /// `name`, `name{…}` or `{…}`.
    mutating func parseVectorSelector() throws(ParseFailure) -> VectorSelector {
        let start = current.start
        var name: String?
        var matchers: [LabelMatcher] = []
        if current.kind != .leftBrace {
            let metric = text(current)
            name = metric
            matchers.append(LabelMatcher(Labels.metricName, equals: metric))
            advance()
        }
        if current.kind == .leftBrace {
            advance()
            try parseMatchers(into: &matchers)
        }
        return VectorSelector(
            name: name, matchers: matchers, range: PositionRange(start: start, end: previousEnd))
    }

    private mutating func parseMatchers(into matchers: inout [LabelMatcher]) throws(ParseFailure) {
        let place = "label matching"
        while current.kind != .rightBrace {
            let label = current
            switch label.kind {
            case .identifier, .string:
                advance()
                if label.kind == .string, current.kind == .comma || current.kind == .rightBrace {
                    matchers.append(LabelMatcher(Labels.metricName, equals: unquote(label)))
                    break
                }
                let name = label.kind == .string ? unquote(label) : text(label)
                guard let operation = matchOperation() else {
                    throw label.kind == .string
                        ? unexpected(in: place, expected: "\",\" or \"}\"")
                        : unexpected(in: place, expected: "label matching operator")
                }
                advance()
                guard current.kind == .string else { throw unexpected(in: place, expected: "string") }
                matchers.append(try matcher(name, operation, from: label, to: current))
                advance()
            default: throw unexpected(in: place, expected: "identifier or \"}\"")
            }
            if current.kind == .comma {
                advance()
            } else if current.kind != .rightBrace {
                throw unexpected(in: place, expected: "\",\" or \"}\"")
            }
        }
        advance()
    }

    private func matchOperation() -> LabelMatcher.Operation? {
        switch current.kind {
        case .equal: .equal
        case .notEqual: .notEqual
        case .regexMatch: .matches
        case .regexNotMatch: .notMatches
        default: nil
        }
    }

    private func matcher(_ name: String, _ operation: LabelMatcher.Operation, from label: Token, to value: Token)
        throws(ParseFailure) -> LabelMatcher
    {
        do throws(RegularExpressionError) {
            return try LabelMatcher(name, operation, unquote(value))
        } catch {
            throw ParseFailure(error.description, at: PositionRange(start: label.start, end: value.end))
        }
    }

    /// `name{label="value"}` with nothing behind it, as labels.
    mutating func parseWholeMetric() throws(ParseFailure) -> Labels {
        let place = "label set"
        var pairs: [(String, String)] = []
        if current.kind.isMetricName {
            pairs.append((Labels.metricName, text(current)))
            advance()
        }
        if current.kind == .leftBrace {
            advance()
            while current.kind != .rightBrace {
                let label = current
                guard label.kind == .identifier || label.kind == .string else {
                    throw unexpected(in: place, expected: "identifier or \"}\"")
                }
                advance()
                if label.kind == .string, current.kind == .comma || current.kind == .rightBrace {
                    pairs.append((Labels.metricName, unquote(label)))
                } else {
                    guard current.kind == .equal else { throw unexpected(in: place, expected: "\"=\"") }
                    advance()
                    guard current.kind == .string else { throw unexpected(in: place, expected: "string") }
                    pairs.append((label.kind == .string ? unquote(label) : text(label), unquote(current)))
                    advance()
                }
                if current.kind == .comma {
                    advance()
                } else if current.kind != .rightBrace {
                    throw unexpected(in: place, expected: "\",\" or \"}\"")
                }
            }
            advance()
        }
        if current.kind != .endOfInput { throw unexpected() }
        return Labels(pairs)
    }
}
