import JSON
import YAML

/// A piece of a configuration that is written out again.
indirect enum EchoValue: Sendable {
    /// A text, quoted where it would be read as something else.
    case text(String)
    /// A number, a boolean or null, as it stands.
    case plain(String)
    case list([EchoValue])
    /// A list of texts on one line, as time intervals have them.
    case inline([String])
    case map([(key: String, value: EchoValue)])

    /// YAML in block style, with a line feed at its end.
    var yaml: String {
        var lines: [String] = []
        write(&lines, indent: "")
        return lines.isEmpty ? "{}\n" : lines.joined(separator: "\n") + "\n"
    }

    /// The value as it stands behind a key or a dash; nil for what takes lines of its own.
    private var word: String? {
        switch self {
        case .text(let text): Self.scalar(text)
        case .plain(let text): text
        case .inline(let texts): "[" + texts.map(Self.scalar).joined(separator: ", ") + "]"
        case .list(let items): items.isEmpty ? "[]" : nil
        case .map(let members): members.isEmpty ? "{}" : nil
        }
    }

    private func write(_ lines: inout [String], indent: String) {
        switch self {
        case .list(let items):
            for item in items { item.writeItem(&lines, indent: indent) }
        case .map(let members):
            for (key, value) in members {
                if let word = value.word {
                    lines.append("\(indent)\(Self.scalar(key)): \(word)")
                    continue
                }
                lines.append("\(indent)\(Self.scalar(key)):")
                if case .list = value {
                    value.write(&lines, indent: indent)
                } else {
                    value.write(&lines, indent: indent + "  ")
                }
            }
        default: if let word { lines.append(indent + word) }
        }
    }

    private func writeItem(_ lines: inout [String], indent: String) {
        if let word {
            lines.append(indent + "- " + word)
            return
        }
        var own: [String] = []
        write(&own, indent: indent + "  ")
        if let first = own.first { own[0] = indent + "- " + first.dropFirst(indent.utf8.count + 2) }
        lines += own
    }

    /// Plain where nothing can be misread, else in quotes: single ones, or double ones for what they cannot hold or what
    /// would be no text without them.
    private static func scalar(_ text: String) -> String {
        let plain = YAMLScalar(text)
        if case .string = plain.resolved, plain.boolean == nil {
            if isPlain(text) { return text }
            if !text.isEmpty, text.unicodeScalars.allSatisfy(isPrintable) {
                return "'" + String(text.flatMap { $0 == "'" ? "''" : String($0) }) + "'"
            }
        }
        var writer = JSONWriter(escaping: .plain)
        writer.string(text)
        return writer.text
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && !(0x7F...0xA0).contains(scalar.value) && scalar.value != 0x2028
            && scalar.value != 0x2029
            && scalar.value != 0xFEFF && scalar.value < 0x10000
    }

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return false }
        if "-?:,[]{}#&*!|>'\"%@` ".unicodeScalars.contains(first) || last == " " || last == ":" { return false }
        if text == "<<" || text == "=" || text == "~" || text.hasPrefix("---") || text.hasPrefix("...") { return false }
        if text.contains(": ") || text.contains(" #") { return false }
        return text.unicodeScalars.allSatisfy { isPrintable($0) && !"[]{},".unicodeScalars.contains($0) }
    }
}
