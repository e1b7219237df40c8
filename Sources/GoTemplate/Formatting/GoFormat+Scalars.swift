import Base

extension GoFormat {
    // MARK: Padding

    /// Appends `text`, filled up to the width.
    mutating func pad(_ text: String) {
        guard let width = flags.width else {
            append(text)
            return
        }
        let missing = width - text.unicodeScalars.count
        if missing <= 0 {
            append(text)
        } else if flags.minus {
            append(text)
            fill(missing, 0x20)
        } else {
            fill(missing, flags.zero ? 0x30 : 0x20)
            append(text)
        }
    }

    private mutating func padWithSpaces(_ text: String) {
        let zero = flags.zero
        flags.zero = false
        pad(text)
        flags.zero = zero
    }

    private mutating func fill(_ count: Int, _ byte: UInt8) { out += [UInt8](repeating: byte, count: count) }

    // MARK: Texts

    /// A text under the verbs s, v, q, x and X.
    mutating func string(_ text: String, _ verb: Unicode.Scalar) {
        switch verb {
        case "x", "X": hexadecimal(text, uppercase: verb == "X")
        case "q":
            let cut = truncated(text)
            if flags.sharp || flags.sharpV, canBackquote(cut), flags.sharp {
                pad("`\(cut)`")
            } else {
                pad(GoQuote.quoted(cut, ascii: flags.plus))
            }
        default: pad(truncated(text))
        }
    }

    private func truncated(_ text: String) -> String {
        guard let precision = flags.precision, precision < text.utf8.count else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
    }

    private func canBackquote(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0 != "`" && $0.value != 0xFEFF && $0.value != 0x7F && ($0.value >= 0x20 || $0 == "\t")
        }
    }

    private mutating func hexadecimal(_ text: String, uppercase: Bool) {
        var bytes = Array(text.utf8)
        if let precision = flags.precision { bytes = Array(bytes.prefix(precision)) }
        var digits = ""
        for (index, byte) in bytes.enumerated() {
            if flags.space, index > 0 { digits += " " }
            if flags.sharp, flags.space || index == 0 { digits += uppercase ? "0X" : "0x" }
            digits += GoQuote.hex(UInt32(byte), 2, uppercase: uppercase)
        }
        padWithSpaces(digits)
    }

    // MARK: Whole numbers

    mutating func integer(_ number: Int64, _ verb: Unicode.Scalar, _ value: TemplateValue) {
        switch verb {
        case "v", "d": digits(number, radix: 10, verb)
        case "b": digits(number, radix: 2, verb)
        case "o", "O": digits(number, radix: 8, verb)
        case "x", "X": digits(number, radix: 16, verb)
        case "c": pad(String(scalar(number)))
        case "q":
            pad(GoQuote.quoted(String(scalar(number)), quote: "'", ascii: flags.plus))
        case "U":
            let code = "U+" + GoQuote.hex(scalar(number).value, max(4, flags.precision ?? 4), uppercase: true)
            padWithSpaces(flags.sharp && GoQuote.isPrintable(scalar(number)) ? "\(code) '\(scalar(number))'" : code)
        default: bad(verb, value)
        }
    }

    private func scalar(_ number: Int64) -> Unicode.Scalar {
        UInt32(exactly: number).flatMap { Unicode.Scalar($0) } ?? "\u{FFFD}"
    }

    private mutating func digits(_ number: Int64, radix: Int, _ verb: Unicode.Scalar) {
        var least = 0
        if let precision = flags.precision {
            least = precision
            if precision == 0, number == 0 {
                padWithSpaces("")
                return
            }
        } else if flags.zero, !flags.minus, let width = flags.width {
            least = width - (number < 0 || flags.plus || flags.space ? 1 : 0)
        }
        var text = String(number.magnitude, radix: radix, uppercase: verb == "X")
        text = String(repeating: "0", count: max(0, least - text.utf8.count)) + text
        if flags.sharp {
            switch radix {
            case 2: text = "0b" + text
            case 8: if !text.hasPrefix("0") { text = "0" + text }
            case 16: text = (verb == "X" ? "0X" : "0x") + text
            default: break
            }
        }
        if verb == "O" { text = "0o" + text }
        if number < 0 {
            text = "-" + text
        } else if flags.plus {
            text = "+" + text
        } else if flags.space {
            text = " " + text
        }
        padWithSpaces(text)
    }

    // MARK: Floating point numbers

    mutating func float(_ number: Double, _ verb: Unicode.Scalar, _ value: TemplateValue) {
        var text: String
        switch verb {
        case "v": text = Self.general(number, flags.precision ?? -1)
        case "g": text = Self.general(number, flags.precision ?? -1)
        case "G": text = Self.general(number, flags.precision ?? -1).uppercasedExponent
        case "e": text = GoFloat.string(number, .exponent, precision: flags.precision ?? 6)
        case "E": text = GoFloat.string(number, .exponent, precision: flags.precision ?? 6).uppercasedExponent
        case "f", "F": text = GoFloat.string(number, .fixed, precision: flags.precision ?? 6)
        case "x", "X": text = HexadecimalFloat.string(number, precision: flags.precision)
        case "b": text = HexadecimalFloat.binary(number)
        default:
            bad(verb, value)
            return
        }
        if verb == "X" { text = text.uppercased() }
        if !text.hasPrefix("-"), !text.hasPrefix("+") { text = "+" + text }
        if flags.space, text.hasPrefix("+"), !flags.plus { text = " " + text.dropFirst() }
        if !number.isFinite {
            if number.isNaN, !flags.space, !flags.plus { text.removeFirst() }
            padWithSpaces(text)
            return
        }
        if flags.sharp, verb != "b" { text = keepingPoint(text, verb) }
        if flags.plus || !text.hasPrefix("+") {
            if flags.zero, !flags.minus, let width = flags.width, width > text.utf8.count {
                append(String(text.prefix(1)))
                fill(width - text.utf8.count, 0x30)
                append(String(text.dropFirst()))
            } else {
                pad(text)
            }
        } else {
            pad(String(text.dropFirst()))
        }
    }

    /// The `#` flag: always a point, and no trailing zeros cut for g.
    private func keepingPoint(_ text: String, _ verb: Unicode.Scalar) -> String {
        var digits = 0
        if verb == "v" || verb == "g" || verb == "G" || verb == "x" || verb == "X" {
            digits = flags.precision ?? 6
        }
        let exponentAt = text.firstIndex { "eEpP".contains($0) } ?? text.endIndex
        var head = String(text[..<exponentAt])
        let tail = text[exponentAt...]
        let significant = head.drop { !$0.isNumber || $0 == "0" || $0 == "." }.filter(\.isNumber).count
        if !head.contains(".") { head += "." }
        if verb != "e", verb != "E", verb != "f", verb != "F" {
            let shown = significant == 0 ? 1 : significant
            head += String(repeating: "0", count: max(0, digits - shown))
        }
        return head + tail
    }

    /// `%g`.
    static func general(_ number: Double, _ precision: Int) -> String {
        GoFloat.string(number, .general, precision: precision)
    }
}

extension String {
    fileprivate var uppercasedExponent: String { replacing("e", with: "E") }

    private func replacing(_ letter: Character, with other: Character) -> String {
        String(map { $0 == letter ? other : $0 })
    }
}
