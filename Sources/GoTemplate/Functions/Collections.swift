/// Go's `len`, `index` and `slice`.
enum Collections {
    static func length(of value: TemplateValue) throws(FunctionFailure) -> TemplateValue {
        switch value {
        case .string(let text): return .int(Int64(text.utf8.count))
        case .safe(let safe): return .int(Int64(safe.text.utf8.count))
        case .list(let list): return .int(Int64(list.elements.count))
        case .map(let map): return .int(Int64(map.entries.count))
        case .undefined, .null: throw .error("reflect: call of reflect.Value.Type on zero Value")
        default: throw .error("len of type \(pointee(value))")
        }
    }

    static func index(_ start: TemplateValue, _ indexes: ArraySlice<TemplateValue>) throws(FunctionFailure)
        -> TemplateValue
    {
        if start.isNil { throw .error("index of untyped nil") }
        var item = start
        for index in indexes {
            switch item {
            case .list(let list):
                let place = try position(index, upTo: list.elements.count)
                guard place < list.elements.count else { throw .error("reflect: slice index out of range") }
                item = list.elements[place]
            case .string, .safe:
                let bytes = Array((item.textual ?? "").utf8)
                let place = try position(index, upTo: bytes.count)
                guard place < bytes.count else { throw .error("reflect: string index out of range") }
                item = .byte(bytes[place])
            case .map(let map):
                guard !index.isNil else { throw .error("value is nil; should be of type string") }
                guard case .string(let key) = index else {
                    throw .error("value has type \(index.typeName); should be string")
                }
                item = map.entries[key] ?? map.zero
            case .undefined, .null:
                throw .error("index of nil pointer")
            default: throw .error("can't index item of type \(pointee(item))")
            }
        }
        return item
    }

    static func slice(_ item: TemplateValue, _ indexes: ArraySlice<TemplateValue>) throws(FunctionFailure)
        -> TemplateValue
    {
        if item.isNil { throw .error("slice of untyped nil") }
        if indexes.count > 3 { throw .error("too many slice indexes: \(indexes.count)") }
        let length: Int
        switch item {
        case .string, .safe:
            if indexes.count == 3 { throw .error("cannot 3-index slice a string") }
            length = (item.textual ?? "").utf8.count
        case .list(let list): length = list.elements.count
        default: throw .error("can't slice item of type \(pointee(item))")
        }
        var bounds = [0, length]
        for (place, index) in indexes.enumerated() {
            let value = try position(index, upTo: length)
            if place < bounds.count { bounds[place] = value } else { bounds.append(value) }
        }
        if bounds[0] > bounds[1] { throw .error("invalid slice index: \(bounds[0]) > \(bounds[1])") }
        if bounds.count == 3, bounds[1] > bounds[2] {
            throw .error("invalid slice index: \(bounds[1]) > \(bounds[2])")
        }
        switch item {
        case .string(let text):
            return .string(String(decoding: Array(text.utf8)[bounds[0]..<bounds[1]], as: UTF8.self))
        case .safe(let safe):
            let text = String(decoding: Array(safe.text.utf8)[bounds[0]..<bounds[1]], as: UTF8.self)
            return .safe(SafeText(safe.kind, text))
        case .list(var list):
            list.elements = Array(list.elements[bounds[0]..<bounds[1]])
            return .list(list)
        default: return item
        }
    }

    /// The type behind a pointer.
    private static func pointee(_ value: TemplateValue) -> String {
        value.typeName.hasPrefix("*") ? String(value.typeName.dropFirst()) : value.typeName
    }

    private static func position(_ index: TemplateValue, upTo limit: Int) throws(FunctionFailure) -> Int {
        guard let number = index.wholeNumber else {
            if index.isNil { throw .error("cannot index slice/array with nil") }
            throw .error("cannot index slice/array with type \(index.typeName)")
        }
        guard number >= 0, number <= limit else { throw .error("index out of range: \(number)") }
        return Int(number)
    }
}
