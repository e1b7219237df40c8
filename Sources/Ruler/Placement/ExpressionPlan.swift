import Base
import PromQL
import QueryEngine

/// One expression of a rule and which of its parts a server may evaluate.
public struct ExpressionPlan: Sendable {
    /// A subtree that a server evaluates.
    public struct Piece: Hashable, Sendable {
        /// Where it stands in the rule's text.
        public var range: PositionRange
        /// What the server is asked.
        public var question: String
    }

    /// The expression.
    public let expression: Expr
    /// Its text.
    public let text: String
    /// What a server is asked to evaluate the whole; nil where it reads what is recorded here.
    public let question: String?
    /// The largest subtrees that a server can evaluate, those that rules of the group share cut out; the whole expression
    /// is one piece.
    public let pieces: [Piece]
    /// Whether an answer without staleness markers would be wrong.
    let needsWholeSamples: Bool
    /// Whether what it reads moves along with the evaluation, so that a window can be kept.
    let moves: Bool
}

/// The expressions of a group's rules, planned together.
///
/// - Source: DESIGN: push-down of the largest subtrees that touch no overlay series, equal subtrees shared.
public struct GroupPlan: Sendable {
    /// One for each expression, in their order.
    public let expressions: [ExpressionPlan]

    /// What a server is asked at a tick, each once.
    public var questions: Set<String> { Set(expressions.flatMap(\.pieces).map(\.question)) }

    /// Plans `expressions`.
    /// - Parameters:
    ///   - mayAsk: Whether there is a server that evaluates.
    ///   - recorded: What rules record here, which a server does not have yet.
    public init(
        _ expressions: [(expression: Expr, text: String)], mayAsk: Bool, recorded: RecordedNames, options: QueryOptions
    ) {
        let cutter = SubtreeCutter(recorded: recorded, options: options)
        let mayCut = mayAsk && !options.features.contains(.delayedNameRemoval)
        let shared = mayCut ? cutter.worthSharing(expressions.map(\.expression)) : []
        self.expressions = expressions.map { expression, text in
            let isPlain = mayAsk && !recorded.areRead(by: expression)
            let question = isPlain ? cutter.question(expression, text: text) : nil
            var pieces = mayCut ? cutter.pieces(expression, sharing: shared) : []
            if let question, pieces.isEmpty || (pieces.count == 1 && !shared.contains(pieces[0].question)) {
                pieces = [.init(range: expression.range, question: question)]
            }
            return ExpressionPlan(
                expression: expression, text: text, question: question, pieces: pieces,
                needsWholeSamples: expression.hasSubqueryOverInstantSelector, moves: !expression.usesAt)
        }
    }
}

/// Finds the subtrees that a server can evaluate.
struct SubtreeCutter {
    let recorded: RecordedNames
    let options: QueryOptions

    /// The text that a server is asked: with the step of subqueries written in, as its own may be another.
    func question(_ expression: Expr, text: String? = nil) -> String {
        if expression.hasSubqueryWithoutStep {
            return "\(expression.writingSubqueryStep(options.defaultSubqueryStep))"
        }
        return text ?? "\(expression)"
    }

    /// The largest subtrees without anything recorded here; those in `shared` are cut out of larger ones.
    func pieces(_ expression: Expr, sharing shared: Set<String>) -> [ExpressionPlan.Piece] {
        var found: [ExpressionPlan.Piece] = []
        collect(expression, shared, &found)
        return found
    }

    private func collect(_ expression: Expr, _ shared: Set<String>, _ found: inout [ExpressionPlan.Piece]) {
        if isPushable(expression) {
            let question = question(expression)
            if shared.contains(question) || !hasShared(expression, shared) {
                found.append(.init(range: expression.range, question: question))
                return
            }
        }
        for child in innerParts(expression) { collect(child, shared, &found) }
    }

    private func hasShared(_ expression: Expr, _ shared: Set<String>) -> Bool {
        if shared.isEmpty { return false }
        return innerParts(expression).contains { child in
            (isPushable(child) && shared.contains(question(child))) || hasShared(child, shared)
        }
    }

    /// The children that are evaluated at the query's own instant and have a place of their own in the text.
    private func innerParts(_ expression: Expr) -> [Expr] {
        switch expression {
        case .subquery, .matrixSelector, .vectorSelector, .number, .string: []
        case .call(let call) where call.function == "info" || call.function.hasPrefix("absent"): []
        default: expression.children
        }
    }

    private func isPushable(_ expression: Expr) -> Bool {
        switch expression {
        case .paren, .number, .string, .matrixSelector, .subquery: false
        default:
            (expression.type == .vector || expression.type == .scalar) && !expression.vectorSelectors.isEmpty
                && !recorded.areRead(by: expression)
        }
    }

    /// Subtrees with few samples that stand in several expressions, where asking for them apart saves questions.
    func worthSharing(_ expressions: [Expr]) -> Set<String> {
        var users: [String: Set<Int>] = [:]
        for (index, expression) in expressions.enumerated() {
            expression.forEachCondensed { part in
                if isPushable(part) { users[question(part), default: []].insert(index) }
            }
        }
        // The longest first: what is shared as a whole need not be shared in parts.
        let candidates = users.filter { $0.value.count > 1 }
            .sorted { ($1.key.utf8.count, $0.key) < ($0.key.utf8.count, $1.key) }.prefix(500)
        var shared: Set<String> = []
        for (candidate, indexes) in candidates {
            let before = questions(indexes.map { expressions[$0] }, shared)
            let after = questions(indexes.map { expressions[$0] }, shared.union([candidate]))
            if after < before { shared.insert(candidate) }
        }
        return shared
    }

    private func questions(_ expressions: [Expr], _ shared: Set<String>) -> Int {
        Set(expressions.flatMap { pieces($0, sharing: shared).map(\.question) }).count
    }
}

extension Expr {
    /// Calls `body` with each subtree that is aggregated, or made of such ones, from the root down.
    fileprivate func forEachCondensed(_ body: (Expr) -> Void) {
        if isCondensed { body(self) }
        switch self {
        case .subquery, .matrixSelector, .vectorSelector, .number, .string: return
        default: for child in children { child.forEachCondensed(body) }
        }
    }

    private var isCondensed: Bool {
        switch self {
        case .number, .string: true
        case .vectorSelector, .matrixSelector, .subquery: false
        case .aggregate: true
        case .paren, .unary, .binary: children.allSatisfy(\.isCondensed)
        case .call(let call): call.arguments.contains(where: \.isCondensed) && call.arguments.allSatisfy(\.isCondensed)
        }
    }

    /// Whether a part is pinned to an instant with `@`.
    var usesAt: Bool {
        var found = false
        forEach { part in
            switch part {
            case .vectorSelector(let selector) where selector.at != nil: found = true
            case .subquery(let subquery) where subquery.at != nil: found = true
            default: break
            }
        }
        return found
    }
}
