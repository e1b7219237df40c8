import Base
import JSON
import PromQL
import TimeSeries

/// An expression's tree as `/api/v1/parse_query` shows it, keys in alphabetical order.
///
/// - Source: observed on Prometheus 3.5.3.
enum ExpressionJSON {
    static func write(_ expression: Expr, _ json: inout JSONWriter) {
        json.beginObject()
        switch expression {
        case .number(let node):
            text("type", "numberLiteral", &json)
            text("val", GoFloat.string(node.value, .fixed), &json)
        case .string(let node):
            text("type", "stringLiteral", &json)
            text("val", node.value.withoutStrayBytes, &json)
        case .vectorSelector(let node): selector(node, window: nil, &json)
        case .matrixSelector(let node): selector(node.selector, window: node.window, &json)
        case .subquery(let node):
            child("expr", node.inner, &json)
            duration("offset", node.offset, &json)
            duration("range", node.window, &json)
            startOrEnd(node.at, &json)
            duration("step", node.step, &json)
            timestamp(node.at, &json)
            text("type", "subquery", &json)
        case .unary(let node):
            child("expr", node.operand, &json)
            text("op", node.isNegative ? "-" : "+", &json)
            text("type", "unaryExpr", &json)
        case .paren(let node):
            child("expr", node.inner, &json)
            text("type", "parenExpr", &json)
        case .binary(let node): binary(node, &json)
        case .aggregate(let node): aggregate(node, &json)
        case .call(let node): call(node, &json)
        }
        json.endObject()
    }

    private static func text(_ key: String, _ text: String, _ json: inout JSONWriter) {
        json.key(key)
        json.string(text)
    }

    private static func texts(_ key: String, _ texts: [String], _ json: inout JSONWriter) {
        json.key(key)
        json.beginArray()
        for text in texts { json.string(text) }
        json.endArray()
    }

    private static func child(_ key: String, _ expression: Expr, _ json: inout JSONWriter) {
        json.key(key)
        write(expression, &json)
    }

    private static func selector(_ node: VectorSelector, window: DurationExpr?, _ json: inout JSONWriter) {
        var matchers = node.matchers
        // A name before the braces comes behind the matchers within them.
        if node.name != nil, let first = matchers.first {
            matchers.removeFirst()
            matchers.append(first)
        }
        json.key("matchers")
        json.beginArray()
        for matcher in matchers {
            json.beginObject()
            text("name", matcher.name, &json)
            text("type", matcher.operation.rawValue, &json)
            text("value", matcher.value.withoutStrayBytes, &json)
            json.endObject()
        }
        json.endArray()
        text("name", node.name ?? "", &json)
        duration("offset", node.offset, &json)
        if let window { duration("range", window, &json) }
        startOrEnd(node.at, &json)
        timestamp(node.at, &json)
        text("type", window == nil ? "vectorSelector" : "matrixSelector", &json)
    }

    /// Milliseconds; null for what depends on the query.
    private static func duration(_ key: String, _ duration: DurationExpr?, _ json: inout JSONWriter) {
        json.key(key)
        guard let duration else {
            json.integer(0)
            return
        }
        if let value = duration.constantMilliseconds { json.integer(value) } else { json.null() }
    }

    private static func startOrEnd(_ at: AtModifier?, _ json: inout JSONWriter) {
        json.key("startOrEnd")
        switch at {
        case .start: json.string("start")
        case .end: json.string("end")
        default: json.null()
        }
    }

    private static func timestamp(_ at: AtModifier?, _ json: inout JSONWriter) {
        json.key("timestamp")
        if case .timestamp(let time) = at { json.integer(time) } else { json.null() }
    }

    private static func binary(_ node: BinaryExpr, _ json: inout JSONWriter) {
        json.key("bool")
        json.bool(node.returnsBool)
        child("lhs", node.left, &json)
        json.key("matching")
        if let matching = node.matching {
            json.beginObject()
            text("card", matching.cardinality.rawValue, &json)
            texts("include", matching.include, &json)
            texts("labels", matching.labels, &json)
            json.key("on")
            json.bool(matching.isOn)
            json.endObject()
        } else {
            json.null()
        }
        text("op", node.op.rawValue, &json)
        child("rhs", node.right, &json)
        text("type", "binaryExpr", &json)
    }

    private static func aggregate(_ node: AggregateExpr, _ json: inout JSONWriter) {
        child("expr", node.inner, &json)
        texts("grouping", node.grouping, &json)
        text("op", node.op.rawValue, &json)
        if let parameter = node.parameter {
            child("param", parameter, &json)
        } else {
            json.key("param")
            json.null()
        }
        text("type", "aggregation", &json)
        json.key("without")
        json.bool(node.isWithout)
    }

    private static func call(_ node: Call, _ json: inout JSONWriter) {
        json.key("args")
        json.beginArray()
        for argument in node.arguments { write(argument, &json) }
        json.endArray()
        json.key("func")
        json.beginObject()
        let signature = FunctionTable.signature(of: node.function)
        texts("argTypes", signature?.arguments.map(\.rawValue) ?? [], &json)
        text("name", node.function, &json)
        text("returnType", signature?.result.rawValue ?? "", &json)
        json.key("variadic")
        json.integer(signature?.variadic ?? 0)
        json.endObject()
        text("type", "call", &json)
    }
}

extension String {
    /// Bytes that are no UTF-8, which the language's texts may hold, as JSON shows them.
    fileprivate var withoutStrayBytes: String {
        guard StrayBytes.isAny(in: self) else { return self }
        return String(
            String.UnicodeScalarView(unicodeScalars.map { StrayBytes.isAny(in: String($0)) ? "\u{FFFD}" : $0 }))
    }
}

extension DurationExpr {
    /// Milliseconds of a duration that does not depend on the query.
    fileprivate var constantMilliseconds: Int64? {
        switch self {
        case .literal(let milliseconds): milliseconds
        case .number(let seconds): Int64(exactly: (seconds * 1000).rounded())
        case .negate(let inner): inner.constantMilliseconds.map { -$0 }
        case .plus(let inner), .paren(let inner): inner.constantMilliseconds
        case .step, .range, .binary, .minimum, .maximum: nil
        }
    }
}
