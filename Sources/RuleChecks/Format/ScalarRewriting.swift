import PromQL
import YAML

/// Puts another expression in the place of a scalar, in the scalar's own style wherever that can hold it.
struct ScalarRewriting {
    /// Bytes of the source and what takes their place.
    struct Edit {
        var range: Range<Int>
        var text: [UInt8]
    }

    let node: YAMLNode
    let scalar: YAMLScalar
    /// Column of the key, from 0; nil where no block may stand.
    let keyColumn: Int?

    private var bytes: [UInt8] { node.source.bytes }

    /// What must change so that the scalar is `expression` in the pretty form.
    func edits(for expression: Expr) -> [Edit] {
        let pretty = expression.prettyPrinted().split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        let start = valueStart
        switch scalar.style {
        case .literal, .folded: return block(pretty, from: start)
        case .plain, .singleQuoted, .doubleQuoted:
            if pretty.count > 1, let keyColumn { return newBlock(pretty, from: start, keyColumn) }
            return [Edit(range: start..<flowEnd, text: Array(flow(expression.description).utf8))]
        }
    }

    /// Behind anchors and tags.
    private var valueStart: Int {
        var offset = node.sourceRange.lowerBound
        let end = node.sourceRange.upperBound
        while offset < end {
            switch bytes[offset] {
            case UInt8(ascii: "&"), UInt8(ascii: "!"): while offset < end, bytes[offset] > 0x20 { offset += 1 }
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return offset
            }
        }
        return offset
    }

    /// Behind the last character of a plain or quoted scalar.
    private var flowEnd: Int {
        var end = node.sourceRange.upperBound
        while end > node.sourceRange.lowerBound, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[end - 1]) { end -= 1 }
        return end
    }

    /// The line break that the file uses here.
    private func lineBreak(after offset: Int) -> [UInt8] {
        guard let place = bytes[offset...].firstIndex(of: 0x0A) else {
            // The last line has no end: the first line tells.
            guard let first = bytes.firstIndex(of: 0x0A), first > 0, bytes[first - 1] == 0x0D else { return [0x0A] }
            return [0x0D, 0x0A]
        }
        return place > 0 && bytes[place - 1] == 0x0D ? [0x0D, 0x0A] : [0x0A]
    }

    // MARK: plain and quoted

    private func flow(_ line: String) -> String {
        switch scalar.style {
        case .singleQuoted: Self.singleQuoted(line)
        case .doubleQuoted: Self.doubleQuoted(line)
        default: isPlain(line) ? line : Self.singleQuoted(line)
        }
    }

    private static func singleQuoted(_ line: String) -> String {
        "'" + line.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    private static func doubleQuoted(_ line: String) -> String {
        var out = "\""
        for scalar in line.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { out += "\\" }
            out.unicodeScalars.append(scalar)
        }
        return out + "\""
    }

    /// Whether a text may stand without quotes; inside of braces also no comma, bracket or brace.
    private func isPlain(_ line: String) -> Bool {
        let text = Array(line.utf8)
        guard let first = text.first, let last = text.last, last != 0x20, last != UInt8(ascii: ":") else {
            return false
        }
        if "!&*-?|>@`\"'%#{}[],:=~ ".utf8.contains(first) {
            // A sign or a colon begins a text when more than a blank follows.
            let mayBegin = first == UInt8(ascii: "-") || first == UInt8(ascii: ":")
            guard mayBegin, text.count > 1, text[1] > 0x20 else { return false }
        }
        for (index, byte) in text.enumerated() {
            if keyColumn == nil, "{}[],".utf8.contains(byte) { return false }
            if byte == UInt8(ascii: ":"), text[index + 1] <= 0x20 { return false }
            if byte == UInt8(ascii: "#"), index > 0, text[index - 1] <= 0x20 { return false }
        }
        return true
    }

    // MARK: literal and folded

    /// The lines of a block that is there already.
    private func block(_ lines: [String], from start: Int) -> [Edit] {
        guard let headerBreak = bytes[start...].firstIndex(of: 0x0A) else { return [] }
        let contentEnd = self.contentEnd(from: headerBreak + 1)
        guard let indent = indent(from: headerBreak + 1, to: contentEnd) else { return [] }
        var edits: [Edit] = []
        let header = bytes[start..<headerBreak].prefix { $0 > 0x20 }
        let hasIndicator = header.contains { $0 >= UInt8(ascii: "1") && $0 <= UInt8(ascii: "9") }
        if !hasIndicator, lines[0].hasPrefix(" ") {
            // The first line would tell a wrong indentation.
            guard let keyColumn, (1...9).contains(indent - keyColumn) else { return [] }
            edits.append(Edit(range: (start + 1)..<(start + 1), text: Array("\(indent - keyColumn)".utf8)))
        }
        let text = Self.indented(lines, by: indent, lineBreak: lineBreak(after: start))
        return edits + [Edit(range: (headerBreak + 1)..<contentEnd, text: text)]
    }

    /// Behind the last line with text, its break not included.
    private func contentEnd(from start: Int) -> Int {
        // The text tells how many lines it has; blank ones at the end stay.
        var end = start
        var offset = start
        while offset < node.sourceRange.upperBound {
            let next = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
            var close = next
            if close > offset, bytes[close - 1] == 0x0D { close -= 1 }
            let isInside = next <= node.sourceRange.upperBound || next == bytes.count
            if isInside, bytes[offset..<close].contains(where: { $0 != 0x20 && $0 != 0x09 }) { end = close }
            offset = next + 1
        }
        return end
    }

    /// How far the block is indented.
    private func indent(from start: Int, to end: Int) -> Int? {
        guard start < end else { return nil }
        let kept = scalar.text.utf8.split(separator: 0x0A).first { $0.contains { $0 != 0x20 } }?.prefix { $0 == 0x20 }
            .count
        let first = bytes[start..<end].split(separator: 0x0A).first { $0.contains { $0 > 0x20 } }
        guard let kept, let first else { return nil }
        return max(0, first.prefix { $0 == 0x20 }.count - kept)
    }

    private static func indented(_ lines: [String], by indent: Int, lineBreak: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        for (index, line) in lines.enumerated() {
            if index > 0 { out += lineBreak }
            out += [UInt8](repeating: 0x20, count: indent) + Array(line.utf8)
        }
        return out
    }

    /// A plain or quoted scalar becomes a literal block; what stands behind it in its line stays behind the header.
    private func newBlock(_ lines: [String], from start: Int, _ keyColumn: Int) -> [Edit] {
        let end = flowEnd
        let lineEnd = bytes[end...].firstIndex(of: 0x0A)
        let close = lineEnd.map { $0 > end && bytes[$0 - 1] == 0x0D ? $0 - 1 : $0 } ?? bytes.count
        let indent = keyColumn + 2
        let header = "|" + (lines[0].hasPrefix(" ") ? "2" : "") + "-"
        let lineBreak = lineBreak(after: end)
        return [
            Edit(range: start..<end, text: Array(header.utf8)),
            Edit(range: close..<close, text: lineBreak + Self.indented(lines, by: indent, lineBreak: lineBreak)),
        ]
    }
}
