import Base

/// Rewrites the templates of a set so that every action escapes its value for the place where it stands.
///
/// A template that is entered in several contexts is rewritten once for each, under names of its own.
struct HTMLRewriter {
    let source: [String: SyntaxTree]
    /// The rewritten templates.
    private(set) var trees: [String: SyntaxTree] = [:]
    private var outputs: [String: HTMLContext] = [:]
    private var called: Set<String> = []
    private var current: SyntaxTree?
    /// What stands at the `break`s and `continue`s of the ranges around the present place.
    private var loops: [LoopEnds] = []
    /// Statements read so far: each range is read twice, so nested ones cost twice as much with every level.
    private var work = 0
    private static let mostWork = 200_000

    init(_ source: [String: SyntaxTree]) { self.source = source }

    /// Rewrites `name` and all it invokes.
    /// - Throws: a ``TemplateError`` in Go's words, which name the place or else the template.
    mutating func rewrite(_ name: String) throws(TemplateError) {
        do throws(Problem) {
            let (context, _) = try enter(name, HTMLContext(), from: nil)
            if context.state != .text { throw Problem(reason: "ends in a non-text context: \(context)") }
        } catch {
            var place = name.isEmpty ? "" : ":\(name)"
            if let (tree, offset) = error.place {
                let (line, column) = tree.location(offset)
                place = ":\(tree.parseName):\(line):\(column)"
            } else if let line = error.line {
                place = ":\(name):\(line)"
            }
            throw TemplateError(
                kind: .escaping, message: "html/template\(place): \(error.reason)", reason: error.reason,
                name: error.place?.tree.parseName ?? name, offset: error.place?.offset,
                source: error.place?.tree.source ?? "")
        }
    }

    // MARK: Templates

    private mutating func enter(_ name: String, _ context: HTMLContext, from statement: Statement?)
        throws(Problem) -> (HTMLContext, String)
    {
        let derived = context.mangled(name)
        called.insert(derived)
        if let known = outputs[derived] { return (known, derived) }
        guard let tree = source[name] else {
            throw failure("no such template \(GoQuote.quoted(name))", at: statement)
        }
        if trees.count > 1000 { throw failure("more than 1000 templates and contexts", at: statement) }
        // First assume that the template ends where it begins; if not, that it ends where it ended.
        var first = self
        let (end, body): (HTMLContext, [Statement])
        do throws(Problem) {
            (end, body) = try first.body(of: tree, derived, from: context, assuming: context)
        } catch { throw HTMLProblemWalk.problem(error, afterSecondWalkOver: tree, of: source) }
        if !first.called.contains(derived) || end == context {
            adopt(first, derived, tree, body, end)
            return (end, derived)
        }
        var second = self
        let (again, otherBody) = try second.body(of: tree, derived, from: context, assuming: end)
        guard again == end else {
            throw failure("cannot compute output context for template \(name)", at: statement)
        }
        adopt(second, derived, tree, otherBody, end)
        return (end, derived)
    }

    private mutating func body(
        of tree: SyntaxTree, _ derived: String, from context: HTMLContext, assuming end: HTMLContext
    ) throws(Problem) -> (HTMLContext, [Statement]) {
        outputs[derived] = end
        called = []
        current = tree
        loops = []
        return try list(tree.body, context)
    }

    private mutating func adopt(
        _ other: HTMLRewriter, _ derived: String, _ tree: SyntaxTree, _ body: [Statement], _ end: HTMLContext
    ) {
        trees = other.trees
        outputs = other.outputs
        work = other.work
        called.formUnion(other.called)
        outputs[derived] = end
        trees[derived] = SyntaxTree(name: derived, parseName: tree.parseName, source: tree.source, body: body)
    }

    // MARK: Statements

    private mutating func list(_ body: [Statement], _ start: HTMLContext) throws(Problem) -> (
        HTMLContext, [Statement]
    ) {
        var context = start
        var out: [Statement] = []
        for (index, statement) in body.enumerated() {
            work += 1
            if work > Self.mostWork { throw failure("ranges nested too deep for escaping", at: statement) }
            let (next, rewritten): (HTMLContext, Statement)
            let depth = loops.count
            do throws(Problem) {
                (next, rewritten) = try escape(statement, context)
            } catch {
                loops.removeLast(loops.count - depth)
                try readOn(error, body[(index + 1)...])
                return (HTMLContext(state: .dead), out)
            }
            context = next
            out.append(rewritten)
            if context.state == .dead { break }
        }
        return (context, out)
    }

    /// Go reads on behind a problem, which another one may replace, or a `break` carry to the end of its range.
    private mutating func readOn(_ problem: Problem, _ rest: ArraySlice<Statement>) throws(Problem) {
        guard let current else { throw problem }
        var walk = HTMLProblemWalk(problem, in: current, of: source, inLoop: !loops.isEmpty)
        let found = walk.list(rest, 0)
        if !loops.isEmpty { loops[loops.count - 1].add(walk.outermostEnds) }
        if let found { throw walk.problems[found] }
    }

    private mutating func escape(_ statement: Statement, _ context: HTMLContext) throws(Problem) -> (
        HTMLContext, Statement
    ) {
        switch statement.kind {
        case .text(let bytes):
            let (next, edited) = try text(bytes, context, statement)
            return (next, Statement(.text(edited), at: statement.position))
        case .action(let pipeline):
            let (next, edited) = try action(pipeline, context, statement)
            return (next, Statement(.action(edited), at: statement.position))
        case .choice(let pipeline, let body, let otherwise):
            let (first, then) = try list(body, context)
            let (second, other) = try list(otherwise ?? [], context)
            let end = try join(first, second, statement, "if")
            return (
                end,
                Statement(.choice(pipeline, then, otherwise: otherwise == nil ? nil : other), at: statement.position)
            )
        case .with(let pipeline, let body, let otherwise):
            let (first, then) = try list(body, context)
            let (second, other) = try list(otherwise ?? [], context)
            let end = try join(first, second, statement, "with")
            return (
                end, Statement(.with(pipeline, then, otherwise: otherwise == nil ? nil : other), at: statement.position)
            )
        case .range(let pipeline, let body, let otherwise):
            let (end, then, other) = try range(body, otherwise, context, statement)
            return (end, Statement(.range(pipeline, then, otherwise: other), at: statement.position))
        case .template(let name, let pipeline):
            let outer = (current, loops)
            let (end, derived) = try enter(name, context, from: statement)
            (current, loops) = outer
            return (end, Statement(.template(derived, pipeline), at: statement.position))
        case .leave, .proceed:
            if !loops.isEmpty {
                if case .leave = statement.kind {
                    loops[loops.count - 1].leaves.append(.success((context, statement)))
                } else {
                    loops[loops.count - 1].proceeds.append(.success((context, statement)))
                }
            }
            return (HTMLContext(state: .dead), statement)
        }
    }

    private mutating func range(
        _ body: [Statement], _ otherwise: [Statement]?, _ context: HTMLContext, _ statement: Statement
    ) throws(Problem) -> (HTMLContext, [Statement], [Statement]?) {
        loops.append(LoopEnds())
        var (end, then) = try list(body, context)
        end = try joinLoop(end)
        // The body may run again: it must then end where it ended before.
        var again = self
        again.loops.append(LoopEnds())
        do throws(Problem) {
            let second = try again.list(body, end).0
            work = again.work
            end = try join(end, second, statement, "range")
        } catch {
            var problem = error
            problem.reason = "on range loop re-entry: " + problem.reason
            problem.line = current?.location(statement.position).line
            throw problem
        }
        end = try again.joinLoop(end)
        let (none, other) = try list(otherwise ?? [], context)
        return (try join(end, none, statement, "range"), then, otherwise == nil ? nil : other)
    }

    private mutating func joinLoop(_ end: HTMLContext) throws(Problem) -> HTMLContext {
        let loop = loops.removeLast()
        var end = end
        for (name, contexts) in [("break", loop.leaves), ("continue", loop.proceeds)] {
            let prefix = "at range loop \(name): "
            for leaving in contexts {
                do throws(Problem) {
                    let (context, statement) = try leaving.get()
                    end = try join(end, context, statement, "range")
                } catch { throw error.prefixed(prefix) }
            }
        }
        return end
    }

    private func join(
        _ left: HTMLContext, _ right: HTMLContext, _ statement: Statement, _ word: String
    ) throws(Problem) -> HTMLContext {
        if let joined = HTMLContext.joined(left, right) { return joined }
        throw failure("{{\(word)}} branches end in different contexts: \(left), \(right)", at: statement)
    }

    // MARK: Actions

    private func action(_ pipeline: Pipeline, _ start: HTMLContext, _ statement: Statement) throws(Problem) -> (
        HTMLContext, Pipeline
    ) {
        if !pipeline.variables.isEmpty { return (start, pipeline) }
        var context = start.nudged
        let isUnquoted = context.state == .attribute && context.delimiter == .spaceOrTagEnd
        if let reason = Self.misusedEscaper(pipeline, isUnquoted: isUnquoted) { throw failure(reason, at: statement) }
        var names: [String] = []
        switch context.state {
        case .url, .styleDoubleQuoted, .styleSingleQuoted, .styleDoubleQuotedURL, .styleSingleQuotedURL, .styleURL:
            let isStyleText = context.state == .styleDoubleQuoted || context.state == .styleSingleQuoted
            switch context.urlPart {
            case .none: names = ["urlfilter", isStyleText ? "cssescaper" : "urlnormalizer"]
            case .preQuery: names = [isStyleText ? "cssescaper" : "urlnormalizer"]
            case .queryOrFragment: names = ["urlescaper"]
            case .unknown:
                throw failure("\(statement.shown) appears in an ambiguous context within a URL", at: statement)
            }
        case .metaContentURL: names = ["urlfilter"]
        case .script:
            names = ["jsvalescaper"]
            context.slash = .division
        case .scriptDoubleQuoted, .scriptSingleQuoted: names = ["jsstrescaper"]
        case .scriptTemplate: names = ["jstmpllitescaper"]
        case .scriptRegexp: names = ["jsregexpescaper"]
        case .style: names = ["cssvaluefilter"]
        case .text: names = ["htmlescaper"]
        case .rcdata: names = ["rcdataescaper"]
        case .attribute, .metaContent: break
        case .attributeName, .tag:
            context.state = .attributeName
            names = ["htmlnamefilter"]
        case .sourceSet: names = ["srcsetescaper"]
        default: names = ["commentescaper"]
        }
        switch context.delimiter {
        case .none: break
        case .spaceOrTagEnd: names.append("nospaceescaper")
        default: names.append("attrescaper")
        }
        return (context, Self.appending(names.map { "_html_template_" + $0 }, to: pipeline))
    }

    private static let predefined: Set<String> = ["html", "urlquery"]

    /// Why a predefined escaper may not stand where it stands in `pipeline`; nil when it may.
    static func misusedEscaper(_ pipeline: Pipeline, isUnquoted: Bool) -> String? {
        for (place, command) in pipeline.commands.enumerated() {
            guard case .identifier(let name) = command.operands.first?.kind, predefined.contains(name) else { continue }
            if place < pipeline.commands.count - 1 || (isUnquoted && name == "html") {
                return "predefined escaper \(GoQuote.quoted(name)) disallowed in template"
            }
        }
        return nil
    }

    /// What a predefined escaper does as well.
    private static let equivalents: [String: String] = [
        "_html_template_attrescaper": "html", "_html_template_htmlescaper": "html",
        "_html_template_rcdataescaper": "html", "_html_template_urlescaper": "urlquery",
        "_html_template_urlnormalizer": "urlquery",
    ]

    private static func appending(_ escapers: [String], to pipeline: Pipeline) -> Pipeline {
        var names = escapers
        var commands = pipeline.commands
        if let last = commands.last, case .identifier(let name) = last.operands.first?.kind, predefined.contains(name) {
            if commands.count == 1, last.operands.count > 1 {
                let start = Operand(.identifier("_eval_args_"), at: last.position)
                commands = [
                    Command([start] + last.operands.dropFirst(), at: last.position), call(name, pipeline.position),
                ]
            }
            var isTwice = false
            for (index, escaper) in names.enumerated() where equivalents[escaper] == name {
                names[index] = name
                isTwice = true
            }
            if isTwice { commands.removeLast() }
        }
        commands += names.map { call($0, pipeline.position) }
        return Pipeline(variables: [], isAssignment: false, commands: commands, at: pipeline.position)
    }

    private static func call(_ name: String, _ position: Int) -> Command {
        Command([Operand(.identifier(name), at: position)], at: position)
    }

    // MARK: Text

    private func text(_ bytes: [UInt8], _ start: HTMLContext, _ statement: Statement) throws(Problem) -> (
        HTMLContext, [UInt8]
    ) {
        var editor = HTMLTextEditor(bytes)
        do throws(HTMLTransitions.Failure) {
            return (try editor.run(from: start), editor.result)
        } catch { throw Problem(reason: error.message) }
    }

    private func failure(_ message: String, at statement: Statement?) -> Problem {
        var problem = Problem(reason: message)
        if let current, let statement { problem.place = (current, statement.position) }
        return problem
    }
}
