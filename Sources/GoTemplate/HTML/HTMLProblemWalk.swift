import Base

extension HTMLRewriter {
    /// Why no safe way was found, and where.
    struct Problem: Error {
        var reason: String
        /// The text and the offset of the action; nil when the fixed text itself makes no sense.
        var place: (tree: SyntaxTree, offset: Int)?
        /// The line of the loop that met the problem on its second round.
        var line: Int?

        /// The problem as seen from further out.
        func prefixed(_ prefix: String) -> Problem {
            var problem = self
            problem.reason = prefix + reason
            return problem
        }
    }

    /// What stands at the `break`s and `continue`s of one range: contexts, or a problem met before them.
    struct LoopEnds {
        var leaves: [Result<(HTMLContext, Statement), Problem>] = []
        var proceeds: [Result<(HTMLContext, Statement), Problem>] = []

        mutating func add(_ more: LoopEnds) {
            leaves += more.leaves
            proceeds += more.proceeds
        }
    }
}

/// Follows a problem over the statements behind it, as Go's escaper does: it stops at none, so the message that is
/// shown depends on what comes later.
///
/// A problem is known by its index: Go shares the object, and words put before its reason show everywhere.
struct HTMLProblemWalk {
    /// The problem at the start, then those that took its place.
    private(set) var problems: [HTMLRewriter.Problem]
    private let source: [String: SyntaxTree]
    private var tree: SyntaxTree
    /// Indices at the `break`s and `continue`s of the ranges around, outermost first.
    private var loops: [(leaves: [Int], proceeds: [Int])]
    /// What templates entered with a problem came out with.
    private var outputs: [String: Int] = [:]
    /// Templates entered with a problem are read twice, so a chain of them costs twice as much with every link.
    private var work = 0
    private static let mostWork = 20_000

    init(
        _ problem: HTMLRewriter.Problem, in tree: SyntaxTree, of source: [String: SyntaxTree], inLoop: Bool
    ) {
        problems = [problem]
        self.tree = tree
        self.source = source
        loops = inLoop ? [([], [])] : []
    }

    /// Go reads the whole template once more with the problem at its start.
    static func problem(
        _ problem: HTMLRewriter.Problem, afterSecondWalkOver tree: SyntaxTree, of source: [String: SyntaxTree]
    ) -> HTMLRewriter.Problem {
        var walk = HTMLProblemWalk(problem, in: tree, of: source, inLoop: false)
        _ = walk.list(tree.body[...], 0)
        return walk.problems[0]
    }

    /// What reached the ends of the range in which the walk began.
    var outermostEnds: HTMLRewriter.LoopEnds {
        guard let loop = loops.first else { return HTMLRewriter.LoopEnds() }
        return HTMLRewriter.LoopEnds(
            leaves: loop.leaves.map { .failure(problems[$0]) }, proceeds: loop.proceeds.map { .failure(problems[$0]) })
    }

    /// The problem behind `body`; nil when a `break` or `continue` ends it.
    mutating func list(_ body: ArraySlice<Statement>, _ start: Int) -> Int? {
        var current = start
        for statement in body {
            work += 1
            if work > Self.mostWork { return current }
            switch statement.kind {
            case .text: break
            case .action(let pipeline):
                if pipeline.variables.isEmpty,
                    let reason = HTMLRewriter.misusedEscaper(pipeline, isUnquoted: false)
                {
                    current = add(reason, statement)
                }
            case .choice(_, let inner, let otherwise), .with(_, let inner, let otherwise):
                let first = list(inner[...], current)
                let second = list((otherwise ?? [])[...], current)
                guard let next = first ?? second else { return nil }
                current = next
            case .range(_, let inner, _): current = range(inner, current)
            case .template(let name, _): current = template(name, current, statement)
            case .leave, .proceed:
                guard !loops.isEmpty else { return current }
                if case .leave = statement.kind {
                    loops[loops.count - 1].leaves.append(current)
                } else {
                    loops[loops.count - 1].proceeds.append(current)
                }
                return nil
            }
        }
        return current
    }

    private mutating func range(_ body: [Statement], _ start: Int) -> Int {
        loops.append(([], []))
        let end = list(body[...], start)
        let loop = loops.removeLast()
        if let end { return end }
        let (name, index) = loop.leaves.first.map { ("break", $0) } ?? ("continue", loop.proceeds.first ?? start)
        problems[index] = problems[index].prefixed("at range loop \(name): ")
        return index
    }

    private mutating func template(_ name: String, _ start: Int, _ statement: Statement) -> Int {
        if let known = outputs[name] { return known }
        guard let callee = source[name] else { return add("no such template \(GoQuote.quoted(name))", statement) }
        let outer = (tree, loops, outputs)
        (tree, loops) = (callee, [])
        outputs[name] = start
        let end = list(callee.body[...], start) ?? start
        outputs = outer.2
        outputs[name] = end
        _ = list(callee.body[...], end)
        (tree, loops, outputs) = outer
        outputs[name] = end
        return end
    }

    private mutating func add(_ reason: String, _ statement: Statement) -> Int {
        var problem = HTMLRewriter.Problem(reason: reason)
        problem.place = (tree, statement.position)
        problems.append(problem)
        return problems.count - 1
    }
}
