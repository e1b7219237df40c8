import Base
internal import CYAML

// Errors, styles, tags, comments.
extension YAMLTreeBuilder {
    func syntaxError(_ parser: yaml_parser_t) -> Diagnostic {
        let problem = parser.problem.map { String(cString: $0) } ?? "cannot be read"
        let at = offsets.byteOffset(ofCharacter: Int(parser.problem_mark.index))
        let place = source.position(ofUTF8Offset: at)
        if at < source.bytes.count, source.bytes[at] == 0x09 {
            return Diagnostic("a tab stands where only spaces may indent", at: place)
        }
        guard let context = parser.context.map({ String(cString: $0) }) else { return Diagnostic(problem, at: place) }
        let line = source.line(ofUTF8Offset: offsets.byteOffset(ofCharacter: Int(parser.context_mark.index)))
        return Diagnostic("\(problem) \(context) that begins in line \(line)", at: place)
    }

    func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    func tag(_ text: UnsafeMutablePointer<yaml_char_t>?) -> YAMLScalar.Tag {
        guard let text else { return .implicit }
        switch String(cString: text) {
        case "!": return .nonSpecific
        case "tag:yaml.org,2002:str": return .string
        case "tag:yaml.org,2002:int": return .integer
        case "tag:yaml.org,2002:float": return .float
        case "tag:yaml.org,2002:bool": return .boolean
        case "tag:yaml.org,2002:null": return .null
        case "tag:yaml.org,2002:timestamp": return .timestamp
        case "tag:yaml.org,2002:binary": return .binary
        case "tag:yaml.org,2002:merge": return .merge
        default: return .other
        }
    }

    /// Holds a scalar against the tag written before it; `!!binary` is decoded.
    mutating func tagged(_ scalar: YAMLScalar, at start: Int) -> YAMLScalar {
        let fits: Bool
        switch scalar.tag {
        case .implicit, .nonSpecific, .string, .other, .merge: return scalar
        case .timestamp: fits = scalar.text.utf8.prefix { $0 >= 0x30 && $0 <= 0x39 }.count == 4
        case .null: fits = YAMLScalar(scalar.text).isNull
        case .integer: fits = scalar.integer != nil
        case .float: fits = scalar.double != nil
        case .boolean: if case .boolean = scalar.resolved { fits = true } else { fits = false }
        case .binary:
            if let bytes = YAMLBinary.decode(scalar.text), let text = String(validating: bytes, as: UTF8.self) {
                return YAMLScalar(text, style: scalar.style, tag: .binary)
            }
            fits = false
        }
        if !fits {
            problems.append(
                Diagnostic(
                    "'\(scalar.text.prefix(80))' does not fit the tag before it",
                    at: source.position(ofUTF8Offset: start)))
        }
        return scalar
    }

    /// Where comments may begin again behind a scalar: block scalars allow one on the line of their indicator.
    mutating func endForComments(_ style: YAMLScalar.Style, _ start: Int, _ end: Int) -> Int {
        guard style == .literal || style == .folded else { return end }
        let header = source.bytes[start..<end].firstIndex(of: 0x0A) ?? end
        commentsFrom = start
        collectComments(upTo: header)
        return end
    }

    mutating func collectComments(upTo end: Int) {
        let bytes = source.bytes
        var offset = commentsFrom
        while offset < end {
            guard bytes[offset] == UInt8(ascii: "#"), offset == 0 || bytes[offset - 1] <= 0x20 else {
                offset += 1
                continue
            }
            var close = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
            let next = close
            if close > offset, bytes[close - 1] == 0x0D { close -= 1 }
            var before = offset
            while before > 0, bytes[before - 1] == 0x20 || bytes[before - 1] == 0x09 { before -= 1 }
            if comments.count >= 200_000 { break }
            comments.append(
                YAMLComment(
                    line: source.line(ofUTF8Offset: offset),
                    text: String(decoding: bytes[offset..<close], as: UTF8.self),
                    ownsLine: before == 0 || bytes[before - 1] == 0x0A))
            offset = next
        }
        commentsFrom = max(commentsFrom, end)
    }
}
