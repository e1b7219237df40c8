/// What a rule's template reads from its alert.
public struct TemplateReferences: Hashable, Sendable {
    /// Labels read by name: `$labels.x`, `.Labels.x`, `index $labels "x"`.
    public private(set) var labels: Set<String> = []
    /// External labels read by name.
    public private(set) var externalLabels: Set<String> = []
    /// Whether all labels are used at once, as by a `range` over them or by printing them.
    public private(set) var usesAllLabels = false
    /// Whether the value is read.
    public private(set) var usesValue = false
    /// Functions that are called.
    public private(set) var functions: Set<String> = []
    /// Texts given to `query` that are known without running.
    public private(set) var queries: [String] = []
    /// Templates that are invoked but defined nowhere.
    public private(set) var undefinedTemplates: [String] = []

    init(of set: TemplateSet, start: String) {
        var seen: Set<String> = []
        visit(set, start, &seen)
    }

    private mutating func visit(_ set: TemplateSet, _ name: String, _ seen: inout Set<String>) {
        guard seen.insert(name).inserted else { return }
        guard let tree = set.trees[name] else {
            undefinedTemplates.append(name)
            return
        }
        // The preamble's own four actions read everything; they do not count.
        let body = name.hasPrefix("__alert_") ? tree.body.dropFirst(4) : tree.body[...]
        for statement in body { visit(statement, set, &seen) }
    }

    private mutating func visit(_ statement: Statement, _ set: TemplateSet, _ seen: inout Set<String>) {
        switch statement.kind {
        case .text, .leave, .proceed: break
        case .action(let pipeline): visit(pipeline)
        case .choice(let pipeline, let body, let otherwise), .with(let pipeline, let body, let otherwise),
            .range(let pipeline, let body, let otherwise):
            visit(pipeline)
            for inner in body + (otherwise ?? []) { visit(inner, set, &seen) }
        case .template(let name, let pipeline):
            if let pipeline { visit(pipeline) }
            visit(set, name, &seen)
        }
    }

    private mutating func visit(_ pipeline: Pipeline) {
        for command in pipeline.commands {
            let operands = command.operands
            if case .identifier("index") = operands.first?.kind, operands.count > 2,
                case .string(let key, _) = operands[2].kind, read(path(of: operands[1]) + [key])
            {
                functions.insert("index")
                for operand in operands.dropFirst(3) { visit(operand) }
                continue
            }
            if case .identifier("query") = operands.first?.kind, operands.count == 2,
                case .string(let query, _) = operands[1].kind
            {
                queries.append(query)
            }
            for operand in operands { visit(operand) }
        }
    }

    private mutating func visit(_ operand: Operand) {
        switch operand.kind {
        case .pipeline(let pipeline): visit(pipeline)
        case .chain(let base, _): visit(base)
        case .identifier(let name): functions.insert(name)
        default: _ = read(path(of: operand))
        }
    }

    /// The names from the data down to what the operand stands for.
    private func path(of operand: Operand) -> [String] {
        switch operand.kind {
        case .field(let names): names
        case .variable("$labels", let names): ["Labels"] + names
        case .variable("$externalLabels", let names): ["ExternalLabels"] + names
        case .variable("$value", _): ["Value"]
        case .variable("$", let names): names
        default: []
        }
    }

    /// Notes what a path reads; false when it is none of the alert's data.
    private mutating func read(_ path: [String]) -> Bool {
        switch path.first {
        case "Labels":
            if path.count > 1 { labels.insert(path[1]) } else { usesAllLabels = true }
        case "ExternalLabels":
            if path.count > 1 { externalLabels.insert(path[1]) }
        case "Value": usesValue = true
        default: return false
        }
        return true
    }
}
