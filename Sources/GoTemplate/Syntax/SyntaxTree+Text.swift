import Base

extension Operand {
    /// As Go prints the node in errors.
    var shown: String {
        switch kind {
        case .dot: "."
        case .null: "nil"
        case .bool(let value): value ? "true" : "false"
        case .number(let number): number.text
        case .string(_, let source): source
        case .field(let names): names.map { "." + $0 }.joined()
        case .variable(let name, let fields): ([name] + fields).joined(separator: ".")
        case .identifier(let name): name
        case .chain(let base, let fields):
            if case .pipeline(let pipeline) = base.kind {
                "(\(pipeline.shown))" + fields.map { "." + $0 }.joined()
            } else {
                base.shown + fields.map { "." + $0 }.joined()
            }
        case .pipeline(let pipeline): pipeline.shown
        }
    }
}

extension Command {
    /// As Go prints the node in errors.
    var shown: String {
        operands.map { operand in
            if case .pipeline(let pipeline) = operand.kind { return "(\(pipeline.shown))" }
            return operand.shown
        }.joined(separator: " ")
    }
}

extension Pipeline {
    /// As Go prints the node in errors.
    var shown: String {
        var out = ""
        if !variables.isEmpty {
            out = variables.joined(separator: ", ") + (isAssignment ? " = " : " := ")
        }
        return out + commands.map(\.shown).joined(separator: " | ")
    }
}

extension Statement {
    /// As Go prints the node in errors.
    var shown: String {
        switch kind {
        case .text(let bytes): return GoQuote.quoted(String(decoding: bytes, as: UTF8.self))
        case .action(let pipeline): return "{{\(pipeline.shown)}}"
        case .choice(let pipeline, let body, let otherwise): return branch("if", pipeline, body, otherwise)
        case .with(let pipeline, let body, let otherwise): return branch("with", pipeline, body, otherwise)
        case .range(let pipeline, let body, let otherwise): return branch("range", pipeline, body, otherwise)
        case .template(let name, let pipeline):
            return "{{template \(GoQuote.quoted(name))" + (pipeline.map { " " + $0.shown } ?? "") + "}}"
        case .leave: return "{{break}}"
        case .proceed: return "{{continue}}"
        }
    }

    private func branch(_ word: String, _ pipeline: Pipeline, _ body: [Statement], _ otherwise: [Statement]?) -> String
    {
        let tail = otherwise.map { "{{else}}" + $0.map(\.shown).joined() } ?? ""
        return "{{\(word) \(pipeline.shown)}}\(body.map(\.shown).joined())\(tail){{end}}"
    }
}
