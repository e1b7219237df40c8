import Base

extension Execution {
    /// Follows `names` from `start`; arguments belong to the last of them.
    func fields(
        _ names: ArraySlice<String>, of start: TemplateValue, _ dot: TemplateValue, _ node: Operand,
        _ arguments: ArraySlice<Operand>, _ final: TemplateValue?
    ) throws(Stop) -> TemplateValue {
        var value = start
        // Whether Go declares the value as an interface: errors then name that type.
        var declaredAny = false
        for index in names.indices {
            let isLast = index == names.endIndex - 1
            (value, declaredAny) = try field(
                names[index], of: value, declaredAny, goesOn: !isLast, dot, node, isLast ? arguments : [],
                isLast ? final : nil)
        }
        return value
    }

    /// - Parameter goesOn: Whether a field of the result is wanted, so that its declaration matters.
    private func field(
        _ name: String, of receiver: TemplateValue, _ declaredAny: Bool, goesOn: Bool, _ dot: TemplateValue,
        _ node: Operand, _ arguments: ArraySlice<Operand>, _ final: TemplateValue?
    ) throws(Stop) -> (TemplateValue, Bool) {
        switch receiver {
        case .undefined:
            if set.missingKey == .error { throw error("nil data; no entry for key \(GoQuote.quoted(name))") }
            return (.undefined, false)
        case .null: throw error("nil pointer evaluating interface {}.\(name)")
        default: break
        }
        if let method = receiver.method(name) {
            return (try call(method, name, node, dot, arguments, final), false)
        }
        let hasArguments = !arguments.isEmpty || final != nil
        switch receiver {
        case .map(let map):
            if hasArguments { throw error("\(name) is not a method but has arguments") }
            if let value = map.entries[name] { return (value, !map.holdsStrings) }
            switch set.missingKey {
            case .undefined: return (.undefined, false)
            case .zero: return (map.zero, !map.holdsStrings)
            case .error: throw error("map has no entry for key \(GoQuote.quoted(name))")
            }
        case .object(let object):
            if let value = object.field(name) {
                if hasArguments { throw error("\(name) has arguments but cannot be invoked as function") }
                return (value, goesOn && object.isInterface(name))
            }
        default: break
        }
        throw error("can't evaluate field \(name) in type \(declaredAny ? "interface {}" : receiver.typeName)")
    }
}

extension TemplateValue {
    /// The method of that name with this value as its receiver; nil when its type has none.
    func method(_ name: String) -> TemplateFunction? {
        switch self {
        case .time(let time): TimeMethods.method(name, of: time)
        case .duration(let value): DurationMethods.method(name, of: value)
        case .enumeration(let value):
            name == "String" ? TemplateFunction { _ in .string(value.text) } : nil
        case .list(let list): list.methods?.method(name, of: self)
        case .map(let map): map.methods?.method(name, of: self)
        case .object(let object): object.method(name)
        default: nil
        }
    }

    /// The number behind whole-number kinds.
    var wholeNumber: Int64? {
        switch self {
        case .int(let value): value
        case .byte(let value): Int64(value)
        case .duration(let value): value
        case .enumeration(let value): value.number
        default: nil
        }
    }

    /// A value of the same type with another number.
    func replacingNumber(_ number: Int64) -> TemplateValue {
        switch self {
        case .byte: .byte(UInt8(truncatingIfNeeded: number))
        case .duration: .duration(number)
        case .enumeration(let value):
            .enumeration(value.type == .month ? .month(Int(number)) : .weekday(Int(number)))
        default: .int(number)
        }
    }
}
