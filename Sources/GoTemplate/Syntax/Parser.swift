import Base

/// Reads one text into the templates it defines: itself and those of `define` and `block`.
///
/// Errors are worded as Go's parser words them: `template: NAME:LINE: message`.
struct Parser {
    let parseName: String
    let source: String
    let functions: FunctionTable
    private var lexer: Lexer
    private var pending: [Token] = []
    /// The token read last, though perhaps put back: Go takes the line of errors from it.
    private var last = Token(kind: .end, position: 0, text: "", line: 1)
    private var actionLine = 0
    private var depth = 0
    var variables = ["$"]
    var rangeDepth = 0
    /// What was defined, in the order of the text.
    private(set) var trees: [SyntaxTree] = []

    /// Nesting beyond which a text is refused: parentheses and control structures together.
    static let maximumDepth = 200

    init(_ source: String, name: String, functions: FunctionTable) {
        self.source = source
        parseName = name
        self.functions = functions
        lexer = Lexer(source)
    }

    /// All templates of the text; the text itself comes last.
    mutating func parse() throws(TemplateError) -> [SyntaxTree] {
        var body: [Statement] = []
        while peek().kind != .end {
            if peek().kind == .leftDelimiter {
                let delimiter = next()
                let word = nextNonSpace()
                if word.isKeyword("define") {
                    try definition()
                    continue
                }
                putBack(word)
                putBack(delimiter)
            }
            switch try textOrAction() {
            case .statement(let statement): body.append(statement)
            case .end: throw error("unexpected {{end}}")
            case .otherwise: throw error("unexpected {{else}}")
            case .nothing: break
            }
        }
        trees.append(SyntaxTree(name: parseName, parseName: parseName, source: source, body: body))
        return trees
    }

    /// What stands at one place of a list.
    enum Item {
        case statement(Statement)
        case end
        case otherwise
        case nothing
    }

    private mutating func definition() throws(TemplateError) {
        let context = "define clause"
        let token = nextNonSpace()
        guard token.kind == .string || token.kind == .rawString else { throw unexpected(token, context) }
        let name = try unquote(token)
        try expect(.rightDelimiter, context)
        try define(name, context)
    }

    /// Reads the body of a definition up to its `end` and files it under `name`.
    mutating func define(_ name: String, _ context: String) throws(TemplateError) {
        let outer = (variables, rangeDepth)
        variables = ["$"]
        rangeDepth = 0
        // Also when an error ends it: what stands around it counts its variables then.
        defer { (variables, rangeDepth) = outer }
        try deeper()
        let (body, end) = try list()
        depth -= 1
        guard case .end = end else { throw error("unexpected {{else}} in \(context)") }
        trees.append(SyntaxTree(name: name, parseName: parseName, source: source, body: body))
    }

    /// Statements up to an `end` or `else`.
    mutating func list() throws(TemplateError) -> ([Statement], Item) {
        var body: [Statement] = []
        while peekNonSpace().kind != .end {
            let item = try textOrAction()
            switch item {
            case .statement(let statement): body.append(statement)
            case .end, .otherwise: return (body, item)
            case .nothing: break
            }
        }
        throw error("unexpected EOF")
    }

    private mutating func textOrAction() throws(TemplateError) -> Item {
        let token = nextNonSpace()
        switch token.kind {
        case .text: return .statement(Statement(.text(Array(token.text.utf8)), at: token.position))
        case .leftDelimiter:
            actionLine = token.line
            let item = try action()
            actionLine = 0
            return item
        default: throw unexpected(token, "input")
        }
    }

    // MARK: Pipelines

    /// Reads commands up to the `end` token, which is consumed.
    mutating func pipeline(_ context: String, until end: Token.Kind) throws(TemplateError) -> Pipeline {
        let position = peekNonSpace().position
        var names: [String] = []
        var isAssignment = false
        declarations: while peekNonSpace().kind == .variable {
            let variable = next()
            let after = peek()
            let following = peekNonSpace()
            if following.kind == .assign || following.kind == .declare {
                isAssignment = following.kind == .assign
                _ = nextNonSpace()
                names.append(variable.text)
                variables.append(variable.text)
            } else if following.kind == .character, following.text == "," {
                _ = nextNonSpace()
                names.append(variable.text)
                variables.append(variable.text)
                guard context == "range", names.count < 2 else { throw error("too many declarations in \(context)") }
                switch peekNonSpace().kind {
                case .variable, .rightDelimiter, .rightParenthesis: continue declarations
                default: throw error("range can only initialize variables")
                }
            } else {
                if after.kind == .space { putBack(after) }
                putBack(variable)
            }
            break
        }
        var commands: [Command] = []
        while true {
            let token = nextNonSpace()
            switch token.kind {
            case end:
                try check(commands, context)
                return Pipeline(
                    variables: names, isAssignment: isAssignment, commands: commands, at: position)
            case .bool, .characterConstant, .complex, .dot, .field, .identifier, .number, .null, .rawString, .string,
                .variable, .leftParenthesis:
                putBack(token)
                commands.append(try command())
            default: throw unexpected(token, context)
            }
        }
    }

    private func check(_ commands: [Command], _ context: String) throws(TemplateError) {
        if commands.isEmpty { throw error("missing value for \(context)") }
        for (index, command) in commands.enumerated().dropFirst() {
            switch command.operands.first?.kind {
            case .bool, .dot, .null, .number, .string:
                throw error("non executable command in pipeline stage \(index + 1)")
            default: break
            }
        }
    }

    private mutating func command() throws(TemplateError) -> Command {
        let position = peekNonSpace().position
        var operands: [Operand] = []
        loop: while true {
            _ = peekNonSpace()
            if let operand = try operand() { operands.append(operand) }
            let token = next()
            switch token.kind {
            case .space: continue loop
            case .rightDelimiter, .rightParenthesis: putBack(token)
            case .pipe: break
            default: throw unexpected(token, "operand")
            }
            break
        }
        if operands.isEmpty { throw error("empty command") }
        return Command(operands, at: position)
    }

    private mutating func operand() throws(TemplateError) -> Operand? {
        guard let term = try term() else { return nil }
        guard peek().kind == .field else { return term }
        let position = peek().position
        var fields: [String] = []
        while peek().kind == .field { fields.append(String(next().text.dropFirst())) }
        switch term.kind {
        case .field(let names): return Operand(.field(names + fields), at: position)
        case .variable(let name, let names): return Operand(.variable(name, names + fields), at: position)
        case .bool, .string, .number, .null, .dot:
            throw error("unexpected . after term \(GoQuote.quoted(term.shown))")
        default: return Operand(.chain(term, fields), at: position)
        }
    }

    private mutating func term() throws(TemplateError) -> Operand? {
        let token = nextNonSpace()
        switch token.kind {
        case .identifier:
            if functions[token.text] == nil {
                throw error(
                    "function \(GoQuote.quoted(token.text)) not defined", at: token, hint: suggestion(for: token.text))
            }
            return Operand(.identifier(token.text), at: token.position)
        case .dot: return Operand(.dot, at: token.position)
        case .null: return Operand(.null, at: token.position)
        case .variable:
            guard variables.contains(token.text) else {
                throw error("undefined variable \(GoQuote.quoted(token.text))", at: token)
            }
            return Operand(.variable(token.text, []), at: token.position)
        case .field: return Operand(.field([String(token.text.dropFirst())]), at: token.position)
        case .bool: return Operand(.bool(token.text == "true"), at: token.position)
        case .characterConstant:
            guard let scalar = GoQuote.character(token.text) else {
                throw error(token.text == "''" ? "invalid syntax" : "malformed character constant: \(token.text)")
            }
            return Operand(.number(NumberLiteral(character: scalar, text: token.text)), at: token.position)
        case .complex, .number:
            do {
                return Operand(.number(try NumberLiteral(token.text)), at: token.position)
            } catch { throw self.error(error.message) }
        case .leftParenthesis:
            try deeper()
            let pipeline = try pipeline("parenthesized pipeline", until: .rightParenthesis)
            depth -= 1
            return Operand(.pipeline(pipeline), at: pipeline.position)
        case .string, .rawString:
            return Operand(.string(try unquote(token), source: token.text), at: token.position)
        default:
            putBack(token)
            return nil
        }
    }

    private func suggestion(for name: String) -> String? { NearMissHint.hint(for: name, among: functions.names) }

    // MARK: Tokens

    mutating func next() -> Token {
        if let token = pending.popLast() { return token }
        last = lexer.next()
        return last
    }

    mutating func putBack(_ token: Token) { pending.append(token) }

    mutating func peek() -> Token {
        if let token = pending.last { return token }
        last = lexer.next()
        pending.append(last)
        return last
    }

    mutating func nextNonSpace() -> Token {
        var token = next()
        while token.kind == .space { token = next() }
        return token
    }

    mutating func peekNonSpace() -> Token {
        let token = nextNonSpace()
        putBack(token)
        return token
    }

    mutating func expect(_ kind: Token.Kind, _ context: String) throws(TemplateError) {
        let token = nextNonSpace()
        if token.kind != kind { throw unexpected(token, context) }
    }

    mutating func deeper() throws(TemplateError) {
        depth += 1
        if depth > Self.maximumDepth { throw error("nested more than \(Self.maximumDepth) deep") }
    }

    mutating func shallower() { depth -= 1 }

    func unquote(_ token: Token) throws(TemplateError) -> String {
        guard let text = GoQuote.unquoted(token.text) else { throw error("invalid syntax") }
        return text
    }

    func unexpected(_ token: Token, _ context: String) -> TemplateError {
        guard token.kind == .error else { return error("unexpected \(token.shown) in \(context)", at: token) }
        var message = token.text
        if actionLine != 0, actionLine != token.line {
            let started = " started at \(parseName):\(actionLine)"
            message += message.hasSuffix(" action") ? started : " in action" + started
        }
        return error(message, at: token)
    }

    func error(_ message: String, at token: Token? = nil, hint: String? = nil) -> TemplateError {
        let place = token ?? last
        return TemplateError(
            kind: .syntax, message: "template: \(parseName):\(last.line): \(message)", reason: message,
            name: parseName, offset: place.position, source: source, hint: hint)
    }
}
