// Lines that begin with `%` amid a document: libyaml ends the document there, Go's package only when it can go on.
extension YAMLTreeBuilder {
    /// Where the text goes on behind lines that begin with `%`, comments between passed over; nil without such lines.
    func behindDirectives(from start: Int) -> Int? {
        var at = start
        var hasDirective = false
        while at < source.bytes.count {
            let byte = source.bytes[at]
            if byte == UInt8(ascii: "#") || byte == UInt8(ascii: "%") {
                hasDirective = hasDirective || byte == UInt8(ascii: "%")
                while at < source.bytes.count, source.bytes[at] != 0x0A { at += 1 }
            } else if byte <= 0x20 {
                at += 1
            } else {
                break
            }
        }
        return hasDirective ? at : nil
    }

    /// Whether a list or a mapping begins on the line at this byte.
    func opensCollection(at start: Int) -> Bool {
        let end = source.bytes[start...].firstIndex(of: 0x0A) ?? source.bytes.count
        let line = String(decoding: source.bytes[start..<end], as: UTF8.self)
        return line.hasPrefix("- ") || line.hasPrefix("? ") || line == "-" || line.hasSuffix(":") || line.contains(": ")
    }
}
