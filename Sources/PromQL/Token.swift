/// What a token is.
enum TokenKind: UInt8 {
    case endOfInput, error
    case comma, colon, identifier, metricIdentifier, number, duration, string
    case leftBrace, rightBrace, leftBracket, rightBracket, leftParen, rightParen
    case equal, notEqual, regexMatch, regexNotMatch
    case add, subtract, multiply, divide, modulo, power
    case equalEqual, greater, less, greaterOrEqual, lessOrEqual, trimUpper, trimLower
    case and, or, unless, atan2, at
    case aggregator
    case bool, by, without, on, ignoring, groupLeft, groupRight, offset
    case fill, fillLeft, fillRight, anchored, smoothed
    case start, end, step, range, minimumOf, maximumOf

    /// Whether a selector may have this word as its metric name.
    var isMetricName: Bool {
        switch self {
        case .identifier, .metricIdentifier, .aggregator, .and, .or, .unless, .by, .without, .offset, .fill, .fillLeft,
            .fillRight, .anchored, .smoothed, .start, .end, .step, .range, .minimumOf, .maximumOf:
            true
        default: false
        }
    }

    /// Whether this word may stand for a label between the parentheses of `by`, `on` and their like.
    var isGroupingLabel: Bool {
        switch self {
        case .without: false
        case .bool, .on, .ignoring, .groupLeft, .groupRight, .atan2: true
        default: isMetricName
        }
    }

    /// Whether it begins what stands behind an operand: a range, `offset`, `@`, `anchored`, `smoothed`.
    var isModifier: Bool {
        switch self {
        case .leftBracket, .offset, .at, .anchored, .smoothed: true
        default: false
        }
    }

    /// Whether an expression can begin with this token.
    var beginsExpression: Bool {
        switch self {
        case .number, .duration, .string, .leftParen, .leftBrace, .add, .subtract: true
        default: isMetricName
        }
    }

    /// Whether this word calls a function when a parenthesis follows.
    var isFunctionName: Bool {
        switch self {
        case .identifier, .start, .end, .step, .range, .minimumOf, .maximumOf: true
        default: false
        }
    }

    /// The operator between two operands that this token is, with its precedence.
    var binaryOperator: (operation: BinaryOperator, precedence: Int)? {
        switch self {
        case .or: (.or, 1)
        case .and: (.and, 2)
        case .unless: (.unless, 2)
        case .equalEqual: (.equal, 3)
        case .notEqual: (.notEqual, 3)
        case .greater: (.greater, 3)
        case .less: (.less, 3)
        case .greaterOrEqual: (.greaterOrEqual, 3)
        case .lessOrEqual: (.lessOrEqual, 3)
        case .trimUpper: (.trimUpper, 3)
        case .trimLower: (.trimLower, 3)
        case .add: (.add, 4)
        case .subtract: (.subtract, 4)
        case .multiply: (.multiply, 5)
        case .divide: (.divide, 5)
        case .modulo: (.modulo, 5)
        case .atan2: (.atan2, 5)
        case .power: (.power, Precedence.power)
        default: nil
        }
    }
}

/// Binding strengths that the parser names.
enum Precedence {
    static let lowest = 1
    static let power = 6
}

/// A piece of the text.
struct Token {
    var kind: TokenKind
    /// First byte.
    var start: Int
    /// Behind the last byte.
    var end: Int
}

/// The words with a meaning, in any case of letters.
enum Keyword {
    /// All words, lower case.
    static let all: [(word: String, kind: TokenKind)] =
        AggregateOperator.allCases.map { ($0.rawValue, .aggregator) } + [
            ("and", .and), ("or", .or), ("unless", .unless), ("atan2", .atan2), ("offset", .offset), ("by", .by),
            ("without", .without), ("on", .on), ("ignoring", .ignoring), ("group_left", .groupLeft),
            ("group_right", .groupRight), ("bool", .bool), ("fill", .fill), ("fill_left", .fillLeft),
            ("fill_right", .fillRight), ("anchored", .anchored), ("smoothed", .smoothed), ("start", .start),
            ("end", .end), ("step", .step), ("range", .range), ("min_of", .minimumOf), ("max_of", .maximumOf),
            ("inf", .number), ("nan", .number),
        ]

    private static let byLength: [[(word: [UInt8], kind: TokenKind)]] = {
        var table = [[(word: [UInt8], kind: TokenKind)]](repeating: [], count: 16)
        for entry in all { table[entry.word.utf8.count].append((Array(entry.word.utf8), entry.kind)) }
        return table
    }()

    /// The keyword that `word` is, nil when it is none.
    static func kind(of word: ArraySlice<UInt8>) -> TokenKind? {
        guard word.count < byLength.count else { return nil }
        for candidate in byLength[word.count] {
            var equal = true
            for (letter, wanted) in zip(word, candidate.word) where letter != wanted && letter | 0x20 != wanted {
                equal = false
                break
            }
            if equal { return candidate.kind }
        }
        return nil
    }
}
