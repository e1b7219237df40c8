/// The functions that Go's text/template knows by itself.
enum BuiltinFunctions {
    static let table: [String: TemplateFunction] = [
        "and": shortCircuit(stopsAt: false),
        "or": shortCircuit(stopsAt: true),
        "not": TemplateFunction([.any]) { call in .bool(!call.arguments[0].isTrue) },
        "call": TemplateFunction([.any], variadic: .any) { call throws(FunctionFailure) in
            let value = call.arguments[0]
            if value.isNil { throw .error("call of nil") }
            throw .notCallable(type: value.typeName)
        },
        "print": TemplateFunction(variadic: .any) { .string(GoFormat.sprint($0.arguments, limit: $0.outputBytes)) },
        "println": TemplateFunction(variadic: .any) {
            .string(GoFormat.sprintln($0.arguments, limit: $0.outputBytes))
        },
        "printf": TemplateFunction([.string], variadic: .any) { call in
            .string(GoFormat.sprintf(call.string(0), Array(call.arguments.dropFirst()), limit: call.outputBytes))
        },
        "html": TemplateFunction(variadic: .any) { .string(GoEscape.html(joined($0))) },
        "js": TemplateFunction(variadic: .any) { .string(GoEscape.javaScript(joined($0))) },
        "urlquery": TemplateFunction(variadic: .any) { .string(GoEscape.query(joined($0))) },
        "len": TemplateFunction([.any]) { call throws(FunctionFailure) in
            try Collections.length(of: call.arguments[0])
        },
        "index": TemplateFunction([.any], variadic: .any) { call throws(FunctionFailure) in
            try Collections.index(call.arguments[0], call.arguments.dropFirst())
        },
        "slice": TemplateFunction([.any], variadic: .any) { call throws(FunctionFailure) in
            try Collections.slice(call.arguments[0], call.arguments.dropFirst())
        },
        "eq": TemplateFunction([.any], variadic: .any) { call throws(FunctionFailure) in
            .bool(try Comparison.equal(call.arguments[0], call.arguments.dropFirst()))
        },
        "ne": TemplateFunction([.any, .any]) { call throws(FunctionFailure) in
            .bool(try !Comparison.equal(call.arguments[0], call.arguments.dropFirst()))
        },
        "lt": TemplateFunction([.any, .any]) { call throws(FunctionFailure) in
            .bool(try Comparison.less(call.arguments[0], call.arguments[1]))
        },
        "le": TemplateFunction([.any, .any]) { call throws(FunctionFailure) in
            .bool(try Comparison.lessOrEqual(call.arguments[0], call.arguments[1]))
        },
        "gt": TemplateFunction([.any, .any]) { call throws(FunctionFailure) in
            .bool(try !Comparison.lessOrEqual(call.arguments[0], call.arguments[1]))
        },
        "ge": TemplateFunction([.any, .any]) { call throws(FunctionFailure) in
            .bool(try !Comparison.less(call.arguments[0], call.arguments[1]))
        },
    ]

    private static func shortCircuit(stopsAt truth: Bool) -> TemplateFunction {
        // The executor evaluates these two itself; it never runs the body.
        var function = TemplateFunction([.any], variadic: .any) { $0.arguments.last ?? .undefined }
        function.shortCircuit = truth
        return function
    }

    /// The text that escaping functions work on: one text as it is, else what print gives.
    private static func joined(_ call: FunctionCall) -> String {
        if call.arguments.count == 1, case .string(let text) = call.arguments[0] { return text }
        return GoFormat.sprint(
            call.arguments.map { $0.isNil ? .string("<no value>") : $0 }, limit: call.outputBytes)
    }
}
