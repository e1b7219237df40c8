extension GoFormat {
    /// fmt.Sprintf: verbs of `format` filled from `values`, mistakes shown in place as Go shows them.
    static func sprintf(_ format: String, _ values: [TemplateValue], limit: Int = .max) -> String {
        var printer = GoFormat(limit: limit)
        var reader = DirectiveReader(format, values)
        printer.run(&reader)
        return printer.text
    }

    private mutating func run(_ reader: inout DirectiveReader) {
        while !isFull {
            out += reader.plainText()
            guard reader.takePercent() else { break }
            flags = reader.flags()
            directive(&reader)
        }
        flags = Flags()
        reader.appendExtra(to: &self)
    }

    private mutating func directive(_ reader: inout DirectiveReader) {
        for problem in reader.sizes(&flags) { append(problem) }
        guard let verb = reader.verb() else {
            append("%!(NOVERB)")
            return
        }
        if verb == "%" {
            append("%")
        } else if !reader.indexIsGood {
            append("%!\(verb)(BADINDEX)")
        } else if let value = reader.value() {
            if verb == "v" {
                if flags.sharp {
                    flags.sharp = false
                    flags.sharpV = true
                }
                if flags.plus {
                    flags.plus = false
                    flags.plusV = true
                }
            }
            print(value, verb)
        } else {
            append("%!\(verb)(MISSING)")
        }
    }
}

/// Walks over a format and its operands.
private struct DirectiveReader {
    private let bytes: [UInt8]
    private let values: [TemplateValue]
    private var index = 0
    private var next = 0
    private var reordered = false
    private(set) var indexIsGood = true

    init(_ format: String, _ values: [TemplateValue]) {
        bytes = Array(format.utf8)
        self.values = values
    }

    /// The text up to the next `%`.
    mutating func plainText() -> ArraySlice<UInt8> {
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "%") { index += 1 }
        return bytes[start..<index]
    }

    /// Steps over a `%`; false at the end of the format.
    mutating func takePercent() -> Bool {
        if index < bytes.count { index += 1 } else { return false }
        return true
    }

    mutating func flags() -> GoFormat.Flags {
        indexIsGood = true
        var flags = GoFormat.Flags()
        while index < bytes.count {
            switch Unicode.Scalar(bytes[index]) {
            case "#": flags.sharp = true
            case "0": flags.zero = true
            case "+": flags.plus = true
            case "-": flags.minus = true
            case " ": flags.space = true
            default: return flags
            }
            index += 1
        }
        return flags
    }

    /// Reads indexes, width and precision; gives what Go shows for bad ones.
    mutating func sizes(_ flags: inout GoFormat.Flags) -> [String] {
        var problems: [String] = []
        reordered = false
        var afterIndex = argumentIndex()
        if take("*") {
            flags.width = starred()
            if let width = flags.width {
                if width < 0 {
                    flags.width = -width
                    flags.minus = true
                    flags.zero = false
                }
            } else {
                problems.append("%!(BADWIDTH)")
            }
            afterIndex = false
        } else {
            flags.width = number()
            if afterIndex, flags.width != nil { indexIsGood = false }
        }
        if take(".") {
            if afterIndex { indexIsGood = false }
            afterIndex = argumentIndex()
            if take("*") {
                let given = starred()
                flags.precision = given.flatMap { $0 < 0 ? nil : $0 }
                if flags.precision == nil { problems.append("%!(BADPREC)") }
                afterIndex = false
            } else {
                flags.precision = number() ?? 0
            }
        }
        if !afterIndex { _ = argumentIndex() }
        return problems
    }

    mutating func verb() -> Unicode.Scalar? {
        guard index < bytes.count else { return nil }
        let text = String(decoding: bytes[index..<min(index + 4, bytes.count)], as: UTF8.self)
        guard let scalar = text.unicodeScalars.first else { return nil }
        index += bytes[index] < 0x80 ? 1 : UTF8.width(scalar)
        return scalar
    }

    mutating func value() -> TemplateValue? {
        guard next < values.count else { return nil }
        next += 1
        return values[next - 1]
    }

    /// `%!(EXTRA int=1)` when operands are left over.
    func appendExtra(to format: inout GoFormat) {
        guard !reordered, next < values.count else { return }
        format.append("%!(EXTRA ")
        for (index, value) in values[next...].enumerated() {
            if index > 0 { format.append(", ") }
            if value.isNil {
                format.append("<nil>")
            } else {
                format.append(value.typeName + "=")
                format.print(value, "v")
            }
        }
        format.append(")")
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func number() -> Int? {
        let start = index
        var value = 0
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
            value = value * 10 + Int(bytes[index] - 0x30)
            index += 1
            if value > 1_000_000 { return nil }
        }
        return index > start ? value : nil
    }

    private mutating func starred() -> Int? {
        guard let value = value(), let number = value.wholeNumber, number.magnitude <= 1_000_000 else { return nil }
        return Int(number)
    }

    /// Reads `[n]`; whether there was one.
    private mutating func argumentIndex() -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: "[") else { return false }
        reordered = true
        guard let close = bytes[index...].firstIndex(of: UInt8(ascii: "]")) else {
            indexIsGood = false
            index += 1
            return false
        }
        index += 1
        let wanted = number()
        if let wanted, index == close, wanted >= 1, wanted <= values.count {
            next = wanted - 1
            index = close + 1
            return true
        }
        indexIsGood = false
        index = close + 1
        return wanted != nil
    }
}
