import Base

extension Parser {
    /// Reads what follows `{{`.
    mutating func action() throws(TemplateError) -> Item {
        let token = nextNonSpace()
        guard token.kind == .keyword else {
            putBack(token)
            let pipeline = try pipeline("command", until: .rightDelimiter)
            return .statement(Statement(.action(pipeline), at: token.position))
        }
        switch token.text {
        case "if", "with", "range":
            return .statement(try control(token.text))
        case "else":
            let following = peekNonSpace()
            if following.isKeyword("if") || following.isKeyword("with") { return .otherwise }
            try expect(.rightDelimiter, "else")
            return .otherwise
        case "end":
            try expect(.rightDelimiter, "end")
            return .end
        case "break", "continue":
            let token2 = nextNonSpace()
            if token2.kind != .rightDelimiter { throw unexpected(token2, "{{\(token.text)}}") }
            if rangeDepth == 0 { throw error("{{\(token.text)}} outside {{range}}") }
            return .statement(Statement(token.text == "break" ? .leave : .proceed, at: token.position))
        case "block": return .statement(try block())
        case "template": return .statement(try invocation())
        default:
            putBack(token)
            _ = try pipeline("command", until: .rightDelimiter)
            return .nothing
        }
    }

    private mutating func control(_ word: String) throws(TemplateError) -> Statement {
        let scope = variables.count
        try deeper()
        defer {
            variables.removeLast(variables.count - scope)
            shallower()
        }
        let pipeline = try pipeline(word, until: .rightDelimiter)
        let position = pipeline.position
        if word == "range" { rangeDepth += 1 }
        let (body, end) = try list()
        if word == "range" { rangeDepth -= 1 }
        var otherwise: [Statement]?
        if case .otherwise = end {
            let following = peek()
            if word != "range", following.isKeyword(word) {
                _ = next()
                otherwise = [try control(word)]
            } else {
                let (list, end) = try list()
                guard case .end = end else { throw error("expected end; found {{else}}") }
                otherwise = list
            }
        }
        switch word {
        case "if": return Statement(.choice(pipeline, body, otherwise: otherwise), at: position)
        case "with": return Statement(.with(pipeline, body, otherwise: otherwise), at: position)
        default: return Statement(.range(pipeline, body, otherwise: otherwise), at: position)
        }
    }

    private mutating func block() throws(TemplateError) -> Statement {
        let context = "block clause"
        let (name, position) = try templateName(context)
        let pipeline = try pipeline(context, until: .rightDelimiter)
        try define(name, context)
        return Statement(.template(name, pipeline), at: position)
    }

    private mutating func invocation() throws(TemplateError) -> Statement {
        let context = "template clause"
        let (name, position) = try templateName(context)
        let token = nextNonSpace()
        if token.kind == .rightDelimiter { return Statement(.template(name, nil), at: position) }
        putBack(token)
        return Statement(.template(name, try pipeline(context, until: .rightDelimiter)), at: position)
    }

    private mutating func templateName(_ context: String) throws(TemplateError) -> (String, Int) {
        let token = nextNonSpace()
        guard token.kind == .string || token.kind == .rawString else { throw unexpected(token, context) }
        return (try unquote(token), token.position)
    }
}

/// Suggestions for misspelt functions.
enum NearMissHint {
    /// `did you mean NAME?` when a candidate is close.
    static func hint(for name: String, among names: [String]) -> String? {
        NearMiss.best(for: name, among: names).map { "did you mean \($0)?" }
    }
}
