import Base

extension TemplateSet {
    /// What would fail as soon as it is reached: wrong argument counts and templates that do not exist.
    ///
    /// Unknown functions and variables are refused by ``parse(_:name:)`` already.
    public var problems: [TemplateError] {
        trees.keys.sorted().flatMap { name -> [TemplateError] in
            guard let tree = trees[name] else { return [] }
            var finder = ProblemFinder(set: self, tree: tree)
            finder.visit(tree.body)
            return finder.found
        }
    }
}

/// Walks over one template without running it.
private struct ProblemFinder {
    let set: TemplateSet
    let tree: SyntaxTree
    var found: [TemplateError] = []

    init(set: TemplateSet, tree: SyntaxTree) {
        self.set = set
        self.tree = tree
    }

    mutating func visit(_ body: [Statement]) {
        for statement in body {
            switch statement.kind {
            case .text, .leave, .proceed: break
            case .action(let pipeline): visit(pipeline)
            case .choice(let pipeline, let inner, let otherwise), .with(let pipeline, let inner, let otherwise),
                .range(let pipeline, let inner, let otherwise):
                visit(pipeline)
                visit(inner)
                visit(otherwise ?? [])
            case .template(let name, let pipeline):
                if let pipeline { visit(pipeline) }
                if !set.contains(name) { report("template \(GoQuote.quoted(name)) not defined", statement) }
            }
        }
    }

    private mutating func visit(_ pipeline: Pipeline) {
        for (stage, command) in pipeline.commands.enumerated() {
            let operands = command.operands
            for operand in operands.dropFirst() { visit(operand, alone: true) }
            guard let first = operands.first else { continue }
            if case .identifier(let name) = first.kind {
                check(name, given: operands.count - 1 + (stage > 0 ? 1 : 0), command)
            } else {
                visit(first, alone: false)
            }
        }
    }

    private mutating func visit(_ operand: Operand, alone: Bool) {
        switch operand.kind {
        case .pipeline(let pipeline): visit(pipeline)
        case .chain(let base, _): visit(base, alone: true)
        case .identifier(let name) where alone: check(name, given: 0, operand)
        default: break
        }
    }

    private mutating func check(_ name: String, given: Int, _ node: some SyntaxNode) {
        guard let function = set.functions[name] else { return }
        let fixed = function.parameters.count
        if function.variadic != nil {
            if given < fixed { report("wrong number of args for \(name): want at least \(fixed) got \(given)", node) }
        } else if given != fixed {
            report("wrong number of args for \(name): want \(fixed) got \(given)", node)
        }
    }

    private mutating func report(_ reason: String, _ node: some SyntaxNode) {
        let (line, column) = tree.location(node.position)
        found.append(
            TemplateError(
                kind: .execution,
                message: "template: \(tree.parseName):\(line):\(column): executing \(GoQuote.quoted(tree.name)) "
                    + "at <\(node.shown)>: \(reason)",
                reason: reason, name: tree.parseName, offset: node.position, source: tree.source))
    }
}
