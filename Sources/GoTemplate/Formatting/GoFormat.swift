import Base

/// Values as Go's fmt package prints them.
///
/// - Source: the documentation of Go's fmt.
struct GoFormat {
    /// Bytes after which printing stops; the caller reports it.
    let limit: Int
    var out: [UInt8] = []
    var flags = Flags()
    /// Whether a wrong verb is being reported: values then show their bare insides.
    private var isReporting = false

    /// What stands between `%` and the verb.
    struct Flags {
        var plus = false
        var minus = false
        var sharp = false
        var space = false
        var zero = false
        /// `%+v`
        var plusV = false
        /// `%#v`
        var sharpV = false
        var width: Int?
        var precision: Int?
    }

    init(limit: Int = .max) { self.limit = limit }

    var text: String { String(decoding: out, as: UTF8.self) }

    /// `%v` of one value.
    static func plain(_ value: TemplateValue, limit: Int = .max) -> String {
        if case .string(let text) = value { return text }
        var format = GoFormat(limit: limit)
        format.print(value, "v")
        return format.text
    }

    /// fmt.Sprint: a space between two operands when neither is a text.
    static func sprint(_ values: [TemplateValue], limit: Int = .max) -> String {
        var format = GoFormat(limit: limit)
        var afterText = true
        for (index, value) in values.enumerated() {
            let isText = value.textual != nil
            if index > 0, !isText, !afterText { format.out.append(0x20) }
            format.print(value, "v")
            afterText = isText
        }
        return format.text
    }

    /// fmt.Sprintln: spaces between all operands and a line feed.
    static func sprintln(_ values: [TemplateValue], limit: Int = .max) -> String {
        var format = GoFormat(limit: limit)
        for (index, value) in values.enumerated() {
            if index > 0 { format.out.append(0x20) }
            format.print(value, "v")
        }
        format.out.append(0x0A)
        return format.text
    }

    var isFull: Bool { out.count > limit }

    // MARK: One value

    mutating func print(_ value: TemplateValue, _ verb: Unicode.Scalar, depth: Int = 0) {
        if isFull { return }
        switch value {
        case .undefined, .null:
            if verb == "v" || (verb == "T" && depth == 0) { pad("<nil>") } else { bad(verb, value) }
            return
        default: break
        }
        if verb == "T", depth == 0 {
            string(value.typeName, "s")
            return
        }
        if verb == "p" {
            bad(verb, value)
            return
        }
        if !flags.sharpV, !isReporting, verb == "v" || verb == "s" || verb == "x" || verb == "X" || verb == "q",
            let text = value.describedBySelf
        {
            string(text, verb)
            return
        }
        switch value {
        case .undefined, .null: break
        case .bool(let flag):
            if verb == "t" || verb == "v" { pad(flag ? "true" : "false") } else { bad(verb, value) }
        case .int(let number): integer(number, verb, value)
        case .byte(let number):
            if flags.sharpV, verb == "v" {
                append("0x" + String(number, radix: 16))
            } else {
                integer(Int64(number), verb, value)
            }
        case .duration(let number): integer(number, verb, value)
        case .enumeration(let named): integer(named.number, verb, value)
        case .float(let number): float(number, verb, value)
        case .string(let text): self.text(text, verb, value)
        case .safe(let safe): self.text(safe.text, verb, value)
        case .time(let time): self.time(time, verb)
        case .list(let list): self.list(list, verb, depth)
        case .map(let map): self.map(map, verb, depth)
        case .object(let object as TimePointer):
            append(depth == 0 ? "&" : "0xc000010000")
            if depth == 0 { time(object.time, verb) }
        case .object(let object):
            let fields = object.fields
            if object.type.kind == .pointer {
                if depth > 0 {
                    append("0xc000010000")
                    return
                }
                append("&")
            }
            let name = object.type.name.hasPrefix("*") ? String(object.type.name.dropFirst()) : object.type.name
            structure(fields.map(\.name), fields.map(\.value), verb, depth, name)
        }
    }

    private mutating func text(_ text: String, _ verb: Unicode.Scalar, _ value: TemplateValue) {
        switch verb {
        case "v", "s", "x", "X", "q": string(text, flags.sharpV && verb == "v" ? "q" : verb)
        default: bad(verb, value)
        }
    }

    private mutating func list(_ list: TemplateList, _ verb: Unicode.Scalar, _ depth: Int) {
        let elements = list.elements
        if flags.sharpV, verb == "v" {
            if list.isNil { return append(list.type.name + "(nil)") }
            append(list.type.name + "{")
            for (index, element) in elements.enumerated() {
                if isFull { return }
                if index > 0 { append(", ") }
                element.isNil ? append("interface {}(nil)") : print(element, verb, depth: depth + 1)
            }
            append("}")
            return
        }
        append("[")
        for (index, element) in elements.enumerated() {
            if isFull { return }
            if index > 0 { append(" ") }
            nested(element, verb, depth)
        }
        append("]")
    }

    private mutating func map(_ map: TemplateMap, _ verb: Unicode.Scalar, _ depth: Int) {
        if flags.sharpV, map.isNil { return append(map.type.name + "(nil)") }
        append(flags.sharpV ? map.type.name + "{" : "map[")
        for (index, key) in map.sortedKeys.enumerated() {
            if isFull { return }
            if index > 0 { append(flags.sharpV ? ", " : " ") }
            print(.string(key), verb, depth: depth + 1)
            append(":")
            nested(map.entries[key] ?? .null, verb, depth)
        }
        append(flags.sharpV ? "}" : "]")
    }

    private mutating func structure(
        _ names: [String], _ values: [TemplateValue], _ verb: Unicode.Scalar, _ depth: Int, _ type: String
    ) {
        if flags.sharpV { append(type) }
        append("{")
        for (index, value) in values.enumerated() {
            if isFull { return }
            if index > 0 { append(flags.sharpV ? ", " : " ") }
            if flags.plusV || flags.sharpV { append(names[index] + ":") }
            nested(value, verb, depth)
        }
        append("}")
    }

    /// The insides of a time, which verbs other than those for texts show.
    private mutating func time(_ time: ZonedTime, _ verb: Unicode.Scalar) {
        append("{")
        member("uint64", Int64(time.nanoseconds), verb)
        append(" ")
        member("int64", time.unixSeconds - ZonedTime.zero.unixSeconds, verb)
        append(" ")
        if verb == "v" {
            print(.null, verb)
        } else if "dboxX".unicodeScalars.contains(verb) {
            print(.int(0), verb)
        } else {
            append("%!\(verb)(*time.Location=")
            print(.null, "v")
            append(")")
        }
        append("}")
    }

    private mutating func member(_ type: String, _ number: Int64, _ verb: Unicode.Scalar) {
        if "vdboOxXcqU".unicodeScalars.contains(verb) {
            print(.int(number), verb)
        } else {
            append("%!\(verb)(\(type)=")
            print(.int(number), "v")
            append(")")
        }
    }

    /// A value inside another: nil prints as such whatever the verb.
    private mutating func nested(_ value: TemplateValue, _ verb: Unicode.Scalar, _ depth: Int) {
        if value.isNil {
            append(flags.sharpV ? "interface {}(nil)" : "<nil>")
        } else {
            print(value, verb, depth: depth + 1)
        }
    }

    /// `%!d(string=hi)`: the verb does not suit the value.
    mutating func bad(_ verb: Unicode.Scalar, _ value: TemplateValue) {
        append("%!\(verb)(")
        if value.isNil {
            append("<nil>")
        } else {
            append(value.typeName + "=")
            isReporting = true
            print(value, "v")
            isReporting = false
        }
        append(")")
    }

    mutating func append(_ text: String) { out += text.utf8 }
}
