import Base

/// A piece of a template that errors can point at.
protocol SyntaxNode: AnyObject, Sendable {
    var position: Int { get }
    var shown: String { get }
}

extension Operand: SyntaxNode {}
extension Command: SyntaxNode {}
extension Pipeline: SyntaxNode {}
extension Statement: SyntaxNode {}

/// One run of a template: output, variables and the place where it is.
final class Execution {
    /// Why a run ended early.
    enum Stop: Error {
        case failed(TemplateError)
        case needs(String)
    }

    /// How a statement ended.
    enum Flow {
        case next, leave, proceed
    }

    let set: TemplateSet
    let environment: TemplateEnvironment
    let limits: TemplateLimits
    var output: [UInt8] = []
    private var variables: [(name: String, value: TemplateValue)] = []
    /// Where the variables of the running template begin.
    private var frame = 0
    private(set) var tree: SyntaxTree
    private var node: (any SyntaxNode)?
    private var steps = 0
    private var depth = 0

    init(_ set: TemplateSet, environment: TemplateEnvironment, limits: TemplateLimits) {
        self.set = set
        self.environment = environment
        self.limits = limits
        tree = Self.nowhere
        output.reserveCapacity(256)
        variables.reserveCapacity(8)
    }

    private static let nowhere = SyntaxTree(name: "", parseName: "", source: "", body: [])

    /// Runs `start` to its end.
    func run(_ start: SyntaxTree, data: TemplateValue) -> TemplateOutcome {
        do {
            try invoke(start, data: data)
            return .text(String(decoding: output, as: UTF8.self))
        } catch {
            switch error {
            case .failed(let error): return .failed(error, partial: String(decoding: output, as: UTF8.self))
            case .needs(let query): return .needs(query: query, at: environment.now)
            }
        }
    }

    // MARK: Statements

    private func invoke(_ callee: SyntaxTree, data: TemplateValue) throws(Stop) {
        let caller = (tree, frame, variables.count)
        tree = callee
        frame = variables.count
        variables.append(("$", data))
        _ = try walk(callee.body, data)
        variables.removeLast(variables.count - caller.2)
        (tree, frame) = (caller.0, caller.1)
    }

    private func walk(_ body: [Statement], _ dot: TemplateValue) throws(Stop) -> Flow {
        for statement in body {
            at(statement)
            try step()
            switch statement.kind {
            case .text(let bytes): try write(bytes)
            case .action(let pipeline):
                let value = try evaluate(pipeline, dot)
                if pipeline.variables.isEmpty {
                    at(statement)
                    try printValue(value)
                }
            case .choice(let pipeline, let body, let otherwise):
                let scope = variables.count
                let value = try evaluate(pipeline, dot)
                if let list = value.isTrue ? body : otherwise {
                    let flow = try walk(list, dot)
                    if flow != .next { return flow }
                }
                variables.removeLast(variables.count - scope)
            case .with(let pipeline, let body, let otherwise):
                let scope = variables.count
                let value = try evaluate(pipeline, dot)
                if let list = value.isTrue ? body : otherwise {
                    let flow = try walk(list, value.isTrue ? value : dot)
                    if flow != .next { return flow }
                }
                variables.removeLast(variables.count - scope)
            case .range(let pipeline, let body, let otherwise):
                let scope = variables.count
                let flow = try range(pipeline, body, otherwise, dot)
                if flow != .next { return flow }
                variables.removeLast(variables.count - scope)
            case .template(let name, let pipeline): try template(name, pipeline, dot)
            case .leave: return .leave
            case .proceed: return .proceed
            }
        }
        return .next
    }

    private func template(_ name: String, _ pipeline: Pipeline?, _ dot: TemplateValue) throws(Stop) {
        guard let callee = set.trees[name] else {
            throw error("template \(GoQuote.quoted(name)) not defined")
        }
        guard depth < limits.depth else {
            throw error("exceeded maximum template depth (\(limits.depth))", kind: .limit)
        }
        let data = if let pipeline { try evaluate(pipeline, dot) } else { TemplateValue.undefined }
        depth += 1
        try invoke(callee, data: data)
        depth -= 1
    }

    private func range(_ pipeline: Pipeline, _ body: [Statement], _ otherwise: [Statement]?, _ dot: TemplateValue)
        throws(Stop) -> Flow
    {
        let scope = variables.count
        let value = try evaluate(pipeline, dot)
        let mark = variables.count
        var ran = false
        /// Runs the body once; false ends the loop.
        func once(_ index: TemplateValue, _ element: TemplateValue) throws(Stop) -> Bool {
            ran = true
            try step()
            let names = pipeline.variables
            if pipeline.isAssignment {
                if names.count > 1 {
                    try assign(names[0], index)
                    try assign(names[1], element)
                } else if let only = names.first {
                    try assign(only, element)
                }
            } else if names.count > 1 {
                variables[mark - 2].value = index
                variables[mark - 1].value = element
            } else if names.count == 1 {
                variables[mark - 1].value = element
            }
            let flow = try walk(body, element)
            variables.removeLast(variables.count - mark)
            return flow != .leave
        }
        switch value {
        case .list(let list):
            for (index, element) in list.elements.enumerated() {
                if try !once(.int(Int64(index)), element) { break }
            }
        case .map(let map):
            for key in map.sortedKeys {
                if try !once(.string(key), map.entries[key] ?? .undefined) { break }
            }
        case .int, .byte, .duration, .enumeration:
            if pipeline.variables.count > 1 {
                throw error("can't use \(GoFormat.plain(value)) to iterate over more than one variable")
            }
            for index in 0..<max(0, value.wholeNumber ?? 0) {
                if try !once(.undefined, value.replacingNumber(index)) { break }
            }
        case .undefined: break
        default:
            throw error("range can't iterate over \(GoFormat.plain(value))")
        }
        variables.removeLast(variables.count - scope)
        if !ran, let otherwise { return try walk(otherwise, dot) }
        return .next
    }

    private func printValue(_ value: TemplateValue) throws(Stop) {
        switch value {
        case .string(let text): try write(escaped(text))
        case .safe(let safe): try write(safe.text)
        case .undefined, .null: try write("<no value>")
        default: try write(escaped(GoFormat.plain(value, limit: limits.outputBytes)))
        }
    }

    private func escaped(_ text: String) -> String {
        environment.escaping == .slack ? GoEscape.slack(text) : text
    }

    private func write(_ bytes: [UInt8]) throws(Stop) {
        output += bytes
        try checkOutput()
    }

    private func write(_ text: String) throws(Stop) {
        output += text.utf8
        try checkOutput()
    }

    private func checkOutput() throws(Stop) {
        if output.count > limits.outputBytes {
            throw error("output is larger than \(limits.outputBytes) bytes", kind: .limit)
        }
    }

    // MARK: Variables

    func declare(_ name: String, _ value: TemplateValue) { variables.append((name, value)) }

    func assign(_ name: String, _ value: TemplateValue) throws(Stop) {
        var index = variables.count - 1
        while index >= frame {
            if variables[index].name == name {
                variables[index].value = value
                return
            }
            index -= 1
        }
        throw error("undefined variable: \(name)")
    }

    func variable(_ name: String) throws(Stop) -> TemplateValue {
        var index = variables.count - 1
        while index >= frame {
            if variables[index].name == name { return variables[index].value }
            index -= 1
        }
        throw error("undefined variable: \(name)")
    }

    // MARK: Errors and bounds

    func at(_ node: some SyntaxNode) { self.node = node }

    func step() throws(Stop) {
        steps += 1
        if steps > limits.steps { throw error("more than \(limits.steps) steps", kind: .limit) }
    }

    /// An error at the present place, in Go's words.
    func error(_ reason: String, kind: TemplateError.Kind = .execution) -> Stop {
        guard let node else {
            let name = tree.name
            return .failed(
                TemplateError(kind: kind, message: "template: \(name): \(reason)", reason: reason, name: name))
        }
        let (line, column) = tree.location(node.position)
        let place = "\(tree.parseName):\(line):\(column)"
        return .failed(
            TemplateError(
                kind: kind,
                message: "template: \(place): executing \(GoQuote.quoted(tree.name)) at <\(node.shown)>: \(reason)",
                reason: reason, name: tree.parseName, offset: node.position, source: tree.source))
    }

    /// Runs another template of the set inside this run, for functions that render.
    func render(_ name: String, _ data: TemplateValue) throws(FunctionFailure) -> String {
        guard let callee = set.trees[name] else {
            throw .error(
                "template: no template \(GoQuote.quoted(name)) associated with template \(GoQuote.quoted(tree.name))")
        }
        guard depth < limits.depth else { throw .stopped("exceeded maximum template depth (\(limits.depth))") }
        let outer = (output, node)
        output = []
        depth += 1
        do {
            try invoke(callee, data: data)
        } catch {
            switch error {
            case .failed(let error): throw .nested(error)
            case .needs(let query): throw .needs(query: query)
            }
        }
        depth -= 1
        let text = String(decoding: output, as: UTF8.self)
        (output, node) = outer
        return text
    }
}
