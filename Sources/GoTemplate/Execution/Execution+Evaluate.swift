import Base

extension Execution {
    /// The value of the last command; variables are declared or set on the way.
    func evaluate(_ pipeline: Pipeline, _ dot: TemplateValue) throws(Stop) -> TemplateValue {
        at(pipeline)
        var value: TemplateValue?
        for command in pipeline.commands { value = try evaluate(command, dot, final: value) }
        var result = value ?? .undefined
        if case .null = result { result = .undefined }
        for name in pipeline.variables {
            if pipeline.isAssignment { try assign(name, result) } else { declare(name, result) }
        }
        return result
    }

    private func evaluate(_ command: Command, _ dot: TemplateValue, final: TemplateValue?) throws(Stop)
        -> TemplateValue
    {
        guard let first = command.operands.first else { throw error("empty command") }
        let arguments = command.operands.dropFirst()
        switch first.kind {
        case .field(let names):
            at(first)
            return try fields(names[...], of: dot, dot, first, arguments, final)
        case .chain(let base, let names):
            at(first)
            return try fields(names[...], of: try chainBase(base, first, dot), dot, first, arguments, final)
        case .identifier(let name):
            at(first)
            return try function(name, command, dot, arguments, final)
        case .pipeline(let pipeline):
            try refuseArguments(first, arguments, final)
            return try evaluate(pipeline, dot)
        case .variable(let name, let names):
            at(first)
            let value = try variable(name)
            if names.isEmpty {
                try refuseArguments(first, arguments, final)
                return value
            }
            return try fields(names[...], of: value, dot, first, arguments, final)
        case .dot, .null, .bool, .number, .string:
            at(first)
            try refuseArguments(first, arguments, final)
            if case .null = first.kind { throw error("nil is not a command") }
            return try literal(first, dot)
        }
    }

    private func refuseArguments(_ first: Operand, _ arguments: ArraySlice<Operand>, _ final: TemplateValue?)
        throws(Stop)
    {
        if !arguments.isEmpty || final != nil { throw error("can't give argument to non-function \(first.shown)") }
    }

    private func chainBase(_ base: Operand, _ chain: Operand, _ dot: TemplateValue) throws(Stop) -> TemplateValue {
        if case .null = base.kind { throw error("indirection through explicit nil in \(chain.shown)") }
        return try argument(base, as: nil, dot)
    }

    private func literal(_ operand: Operand, _ dot: TemplateValue) throws(Stop) -> TemplateValue {
        switch operand.kind {
        case .dot: return dot
        case .bool(let value): return .bool(value)
        case .string(let text, _): return .string(text)
        case .number(let number):
            if number.looksLikeFloat, let value = number.float { return .float(value) }
            guard let value = number.int else { throw error("\(number.text) overflows int") }
            return .int(value)
        default: throw error("can't evaluate command \(operand.shown)")
        }
    }

    // MARK: Arguments

    /// Evaluates an operand where a value of `type` is wanted; nil wants any, as it comes.
    func argument(_ operand: Operand, as type: TemplateType?, _ dot: TemplateValue) throws(Stop) -> TemplateValue {
        at(operand)
        switch operand.kind {
        case .dot: return try validate(dot, type)
        case .null:
            guard let type else { throw error("evaluating nil") }
            if type.acceptsNil { return zero(of: type) }
            throw error("cannot assign nil to \(type.name)")
        case .field(let names): return try validate(try fields(names[...], of: dot, dot, operand, [], nil), type)
        case .variable(let name, let names):
            var value = try variable(name)
            if !names.isEmpty { value = try fields(names[...], of: value, dot, operand, [], nil) }
            return try validate(value, type)
        case .pipeline(let pipeline): return try validate(try evaluate(pipeline, dot), type)
        case .identifier(let name): return try validate(try function(name, operand, dot, [], nil), type)
        case .chain(let base, let names):
            let value = try chainBase(base, operand, dot)
            return try validate(try fields(names[...], of: value, dot, operand, [], nil), type)
        case .bool, .number, .string: break
        }
        switch type?.kind {
        case nil, .any: return try literal(operand, dot)
        case .bool:
            guard case .bool(let value) = operand.kind else { throw error("expected bool; found \(operand.shown)") }
            return .bool(value)
        case .float:
            guard case .number(let number) = operand.kind, let value = number.float else {
                throw error("expected float; found \(operand.shown)")
            }
            return .float(value)
        case .int:
            guard case .number(let number) = operand.kind, let value = number.int else {
                throw error("expected integer; found \(operand.shown)")
            }
            return type == .duration ? .duration(value) : .int(value)
        case .string:
            guard case .string(let text, _) = operand.kind else {
                throw error("expected string; found \(operand.shown)")
            }
            return .string(text)
        case .list, .map, .structure, .pointer:
            throw error("can't handle \(operand.shown) for arg of type \(type?.name ?? "")")
        }
    }

    private func zero(of type: TemplateType) -> TemplateValue {
        switch type.kind {
        case .list: .list(TemplateList([], type: type))
        case .map: .map(TemplateMap([:], type: type))
        default: .null
        }
    }

    /// Checks that `value` may be passed where `wanted` is declared.
    func validate(_ value: TemplateValue, _ wanted: TemplateType?) throws(Stop) -> TemplateValue {
        guard let wanted else { return value }
        if wanted.kind == .any {
            if case .undefined = value { return .null }
            return value
        }
        switch (value, wanted.kind) {
        case (.string, .string) where wanted.name == "string": return value
        case (.float, .float), (.bool, .bool): return value
        case (.undefined, _):
            if wanted.acceptsNil { return zero(of: wanted) }
            throw error("invalid value; expected \(wanted.name)")
        default: break
        }
        guard let type = value.type else { return value }
        if wanted == .time, case .object(let object) = value, let pointer = object as? TimePointer {
            return .time(pointer.time)
        }
        if wanted.accepts(type) || type.name == "*" + wanted.name { return value }
        throw error("wrong type for value; expected \(wanted.name); got \(type.name)")
    }

    // MARK: Calls

    private func function(
        _ name: String, _ node: some SyntaxNode, _ dot: TemplateValue, _ arguments: ArraySlice<Operand>,
        _ final: TemplateValue?
    ) throws(Stop) -> TemplateValue {
        guard let function = set.functions[name] else {
            throw error("\(GoQuote.quoted(name)) is not a defined function")
        }
        return try call(function, name, node, dot, arguments, final)
    }

    func call(
        _ function: TemplateFunction, _ name: String, _ node: some SyntaxNode, _ dot: TemplateValue,
        _ arguments: ArraySlice<Operand>, _ final: TemplateValue?
    ) throws(Stop) -> TemplateValue {
        try step()
        let fixed = function.parameters.count
        let given = arguments.count + (final == nil ? 0 : 1)
        if function.variadic != nil {
            if given < fixed {
                throw error("wrong number of args for \(name): want at least \(fixed) got \(arguments.count)")
            }
        } else if given != fixed {
            throw error("wrong number of args for \(name): want \(fixed) got \(given)")
        }
        if let shortCircuit = function.shortCircuit {
            var value = TemplateValue.undefined
            for operand in arguments {
                value = try argument(operand, as: .any, dot)
                if value.isTrue == shortCircuit { return value }
            }
            return final ?? value
        }
        var values: [TemplateValue] = []
        values.reserveCapacity(given)
        for operand in arguments {
            let type = values.count < fixed ? function.parameters[values.count] : function.variadic
            values.append(try argument(operand, as: type, dot))
        }
        if let final {
            let type = values.count < fixed ? function.parameters[values.count] : function.variadic
            values.append(try validate(final, type))
        }
        var invocation = FunctionCall(arguments: values, execution: self)
        do {
            let result = try function.body(&invocation)
            if case .string(let text) = result, text.utf8.count > limits.outputBytes {
                throw error("text is larger than \(limits.outputBytes) bytes", kind: .limit)
            }
            return result
        } catch let failure as FunctionFailure {
            switch failure {
            case .needs(let query): throw .needs(query)
            case .error(let message):
                at(node)
                throw error("error calling \(name): \(message)")
            case .notCallable(let type):
                at(node)
                let callee = arguments.first?.shown ?? name
                throw error("error calling \(name): non-function \(callee) of type \(type)")
            case .nested(let inner):
                at(node)
                if inner.kind == .limit { throw error(inner.reason, kind: .limit) }
                throw error("error calling \(name): \(inner.message)")
            case .stopped(let message):
                at(node)
                throw error(message, kind: .limit)
            }
        } catch let stop as Stop { throw stop } catch {
            preconditionFailure("functions and bounds throw nothing else")
        }
    }
}
