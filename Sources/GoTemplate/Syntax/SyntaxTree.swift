/// A value inside a command: a literal, a field, a variable, a function's name or a pipeline in parentheses.
final class Operand: Sendable {
    enum Kind: Sendable {
        case dot
        case null
        case bool(Bool)
        case number(NumberLiteral)
        /// The text, and how it was written.
        case string(String, source: String)
        case field([String])
        /// The variable's name with its `$`, then fields.
        case variable(String, [String])
        case identifier(String)
        case chain(Operand, [String])
        case pipeline(Pipeline)
    }

    let kind: Kind
    /// Offset in the text, in bytes.
    let position: Int

    init(_ kind: Kind, at position: Int) {
        self.kind = kind
        self.position = position
    }
}

/// A function or value with its arguments: one stage of a pipeline.
final class Command: Sendable {
    let operands: [Operand]
    let position: Int

    init(_ operands: [Operand], at position: Int) {
        self.operands = operands
        self.position = position
    }
}

/// Commands whose results flow from one into the next, perhaps into variables.
final class Pipeline: Sendable {
    let variables: [String]
    /// Whether the variables are set (`=`) rather than declared (`:=`).
    let isAssignment: Bool
    let commands: [Command]
    let position: Int

    init(variables: [String], isAssignment: Bool, commands: [Command], at position: Int) {
        self.variables = variables
        self.isAssignment = isAssignment
        self.commands = commands
        self.position = position
    }
}

/// A text or an action.
final class Statement: Sendable {
    enum Kind: Sendable {
        case text([UInt8])
        case action(Pipeline)
        case choice(Pipeline, [Statement], otherwise: [Statement]?)
        case with(Pipeline, [Statement], otherwise: [Statement]?)
        case range(Pipeline, [Statement], otherwise: [Statement]?)
        case template(String, Pipeline?)
        case leave
        case proceed
    }

    let kind: Kind
    let position: Int

    init(_ kind: Kind, at position: Int) {
        self.kind = kind
        self.position = position
    }
}

/// One template of a set.
final class SyntaxTree: Sendable {
    let name: String
    /// The name that errors show: that of the text in which the template was defined.
    let parseName: String
    let source: String
    let body: [Statement]

    init(name: String, parseName: String, source: String, body: [Statement]) {
        self.name = name
        self.parseName = parseName
        self.source = source
        self.body = body
    }

    /// Whether there is nothing but space in it: such a definition never replaces another.
    var isEmpty: Bool {
        body.allSatisfy { statement in
            guard case .text(let bytes) = statement.kind else { return false }
            return String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy(\.properties.isWhitespace)
        }
    }

    /// `NAME:LINE:COLUMN` as Go counts: lines from 1, columns in bytes from 0.
    func location(_ position: Int) -> (line: Int, column: Int) {
        var line = 1
        var column = 0
        for byte in source.utf8.prefix(position) {
            if byte == 0x0A {
                line += 1
                column = 0
            } else {
                column += 1
            }
        }
        return (line, column)
    }
}
