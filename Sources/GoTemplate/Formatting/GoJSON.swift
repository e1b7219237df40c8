import Base

/// Values as Go's encoding/json writes them.
enum GoJSON {
    static func text(_ value: TemplateValue, limit: Int = .max) throws(FunctionFailure) -> String {
        var out: [UInt8] = []
        try append(value, to: &out, limit: limit)
        return String(decoding: out, as: UTF8.self)
    }

    private static func append(_ value: TemplateValue, to out: inout [UInt8], limit: Int) throws(FunctionFailure) {
        if out.count > limit { throw .stopped("text is larger than \(limit) bytes") }
        switch value {
        case .undefined, .null: out += "null".utf8
        case .bool(let flag): out += (flag ? "true" : "false").utf8
        case .int, .byte, .duration, .enumeration: out += String(value.wholeNumber ?? 0).utf8
        case .float(let number):
            guard number.isFinite else {
                throw .error("json: unsupported value: \(GoFormat.general(number, -1))")
            }
            out += self.number(number).utf8
        case .string(let text): append(text, to: &out)
        case .safe(let safe): append(safe.text, to: &out)
        case .time(let time):
            append(GoTimeLayout.format(time, layout: "2006-01-02T15:04:05.999999999Z07:00"), to: &out)
        case .list(let list) where list.isNil: out += "null".utf8
        case .map(let map) where map.isNil: out += "null".utf8
        case .list(let list):
            out.append(0x5B)
            for (index, element) in list.elements.enumerated() {
                if index > 0 { out.append(0x2C) }
                try append(element, to: &out, limit: limit)
            }
            out.append(0x5D)
        case .map(let map):
            try append(map.sortedKeys.map { ($0, map.entries[$0] ?? .null) }, to: &out, limit: limit)
        case .object(let object):
            try append(object.fields.map { ($0.jsonName ?? $0.name, $0.value) }, to: &out, limit: limit)
        }
    }

    private static func append(_ pairs: [(String, TemplateValue)], to out: inout [UInt8], limit: Int)
        throws(FunctionFailure)
    {
        out.append(0x7B)
        for (index, pair) in pairs.enumerated() {
            if index > 0 { out.append(0x2C) }
            append(pair.0, to: &out)
            out.append(0x3A)
            try append(pair.1, to: &out, limit: limit)
        }
        out.append(0x7D)
    }

    private static func number(_ value: Double) -> String {
        let size = value.magnitude
        guard size != 0, size < 1e-6 || size >= 1e21 else { return GoFloat.string(value, .fixed) }
        var text = GoFloat.string(value, .exponent)
        // Go writes e-09 as e-9.
        if let place = text.range(ofExponentZero: "e-0") { text.remove(at: place) }
        return text
    }

    /// A text in quotes, safe inside HTML too.
    static func append(_ text: String, to out: inout [UInt8]) {
        out.append(0x22)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": out += [0x5C, UInt8(ascii: scalar)]
            case "\n": out += "\\n".utf8
            case "\r": out += "\\r".utf8
            case "\t": out += "\\t".utf8
            case "\u{8}": out += "\\b".utf8
            case "\u{C}": out += "\\f".utf8
            case "<", ">", "&", "\u{2028}", "\u{2029}", "\0"..."\u{1F}":
                out += "\\u".utf8
                out += GoQuote.hex(scalar.value, 4).utf8
            default: out += String(scalar).utf8
            }
        }
        out.append(0x22)
    }
}

extension String {
    /// The zero behind `mark`, when the text has a two-digit exponent that begins with one.
    fileprivate func range(ofExponentZero mark: String) -> String.Index? {
        guard count >= 4, let zero = index(endIndex, offsetBy: -2, limitedBy: startIndex), hasSuffixMark(mark, zero)
        else { return nil }
        return zero
    }

    private func hasSuffixMark(_ mark: String, _ zero: String.Index) -> Bool {
        self[..<index(after: zero)].hasSuffix(mark)
    }
}
