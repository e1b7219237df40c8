/// Go's `eq` and `lt`: only kinds that Go itself compares.
enum Comparison {
    private enum Basic {
        case bool(Bool)
        case int(Int64)
        case unsigned(UInt64)
        case float(Double)
        case string(String)
        case other
    }

    private static func basic(_ value: TemplateValue) -> Basic {
        switch value {
        case .bool(let value): .bool(value)
        case .int(let value): .int(value)
        case .byte(let value): .unsigned(UInt64(value))
        case .duration(let value): .int(value)
        case .enumeration(let value): .int(value.number)
        case .float(let value): .float(value)
        case .string(let text): .string(text)
        case .safe(let safe): .string(safe.text)
        default: .other
        }
    }

    /// Whether `first` equals any of the others.
    static func equal(_ first: TemplateValue, _ others: ArraySlice<TemplateValue>) throws(FunctionFailure) -> Bool {
        if others.isEmpty { throw .error("missing argument for comparison") }
        for other in others where try equal(first, other) { return true }
        return false
    }

    private static func equal(_ left: TemplateValue, _ right: TemplateValue) throws(FunctionFailure) -> Bool {
        switch (basic(left), basic(right)) {
        case (.bool(let a), .bool(let b)): return a == b
        case (.int(let a), .int(let b)): return a == b
        case (.unsigned(let a), .unsigned(let b)): return a == b
        case (.int(let a), .unsigned(let b)), (.unsigned(let b), .int(let a)): return a >= 0 && UInt64(a) == b
        case (.float(let a), .float(let b)): return a == b
        case (.string(let a), .string(let b)): return a.utf8.elementsEqual(b.utf8)
        case (.other, .other): return try equalOthers(left, right)
        default:
            if left.isNil || right.isNil { return false }
            throw .error("incompatible types for comparison: \(left.typeName) and \(right.typeName)")
        }
    }

    private static func equalOthers(_ left: TemplateValue, _ right: TemplateValue) throws(FunctionFailure) -> Bool {
        if left.isNil || right.isNil { return left.isNil == right.isNil }
        guard isComparable(left), isComparable(right) else {
            let (a, b) = (GoFormat.sprintf("%s", [left], limit: 4096), GoFormat.sprintf("%s", [right], limit: 4096))
            if kind(left) == kind(right) { throw .error("non-comparable type \(b): \(right.typeName)") }
            throw .error(
                "non-comparable types \(a): \(left.typeName), \(right.typeName): \(GoFormat.plain(right, limit: 4096))")
        }
        switch (left, right) {
        case (.time(let a), .time(let b)): return a == b
        default: return left.typeName == right.typeName && GoFormat.plain(left) == GoFormat.plain(right)
        }
    }

    private static func kind(_ value: TemplateValue) -> TemplateType.Kind { value.type?.kind ?? .any }

    private static func isComparable(_ value: TemplateValue) -> Bool {
        switch value {
        case .list, .map: false
        case .object(let object) where object.type.kind == .structure:
            object.fields.allSatisfy { isComparable($0.value) }
        default: true
        }
    }

    static func less(_ left: TemplateValue, _ right: TemplateValue) throws(FunctionFailure) -> Bool {
        switch (basic(left), basic(right)) {
        case (.other, _), (_, .other): throw .error("invalid type for comparison")
        case (.int(let a), .int(let b)): return a < b
        case (.unsigned(let a), .unsigned(let b)): return a < b
        case (.int(let a), .unsigned(let b)): return a < 0 || UInt64(a) < b
        case (.unsigned(let a), .int(let b)): return b >= 0 && a < UInt64(b)
        case (.float(let a), .float(let b)): return a < b
        case (.string(let a), .string(let b)): return TemplateMap.bytesBefore(a, b)
        case (.bool, .bool): throw .error("invalid type for comparison")
        default: throw .error("incompatible types for comparison: \(left.typeName) and \(right.typeName)")
        }
    }

    static func lessOrEqual(_ left: TemplateValue, _ right: TemplateValue) throws(FunctionFailure) -> Bool {
        if try less(left, right) { return true }
        return try equal(left, right)
    }
}
