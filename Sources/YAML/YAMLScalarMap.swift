import Base

/// Which byte of the source every byte of a scalar's text comes from: quotes, escapes, folding and indentation undone
/// again.
///
/// The text is rebuilt from the source; should that not give the same text (a form that is not foreseen here), there
/// is no map, and places fall back to the scalar's own beginning.
struct YAMLScalarMap {
    /// Where the text and the source run in step from.
    private struct Run {
        var decoded: Int
        var source: Int
    }

    private let bytes: [UInt8]
    private var runs: [Run] = []
    private var text: [UInt8] = []

    /// Rebuilds `scalar`, which takes `range` of `bytes`.
    init?(_ scalar: YAMLScalar, in bytes: [UInt8], range: Range<Int>) {
        self.bytes = bytes
        let start = Self.skipProperties(bytes, range)
        switch scalar.style {
        case .plain: flow(from: start, to: range.upperBound, quote: nil)
        case .singleQuoted: flow(from: start + 1, to: range.upperBound - 1, quote: UInt8(ascii: "'"))
        case .doubleQuoted: flow(from: start + 1, to: range.upperBound - 1, quote: UInt8(ascii: "\""))
        case .literal, .folded: block(from: start, to: range.upperBound, scalar)
        }
        guard text == Array(scalar.text.utf8) else { return nil }
    }

    /// The byte of the source for byte `offset` of the text; at or behind the end, behind the last visible character.
    func sourceOffset(_ offset: Int) -> Int? {
        guard !runs.isEmpty else { return nil }
        if offset < text.count { return exact(offset) }
        var last = text.count
        while last > 0, text[last - 1] == 0x0A || text[last - 1] == 0x20 { last -= 1 }
        guard last > 0, let place = exact(last - 1) else { return exact(0) }
        var next = place + 1
        while next < bytes.count, bytes[next] & 0xC0 == 0x80 { next += 1 }
        return next
    }

    private func exact(_ offset: Int) -> Int? {
        guard runs.contains(where: { $0.decoded <= offset }) else { return nil }
        var low = 0
        var high = runs.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if runs[middle].decoded <= offset { low = middle } else { high = middle - 1 }
        }
        return runs[low].source + offset - runs[low].decoded
    }

    private mutating func emit(_ byte: UInt8, from source: Int) {
        if runs.last.map({ $0.source - $0.decoded }) != source - text.count {
            runs.append(Run(decoded: text.count, source: source))
        }
        text.append(byte)
    }

    /// Behind anchors and tags that stand before the value.
    private static func skipProperties(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
        var offset = range.lowerBound
        while offset < range.upperBound {
            switch bytes[offset] {
            case UInt8(ascii: "&"), UInt8(ascii: "!"):
                while offset < range.upperBound, bytes[offset] > 0x20 { offset += 1 }
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            case UInt8(ascii: "#"):
                while offset < range.upperBound, bytes[offset] != 0x0A { offset += 1 }
            default: return offset
            }
        }
        return offset
    }
}

// MARK: - Plain and quoted

extension YAMLScalarMap {
    private mutating func flow(from start: Int, to end: Int, quote: UInt8?) {
        var offset = start
        while offset < end {
            let byte = bytes[offset]
            if Self.isWhite(byte) {
                offset = whiteSpace(from: offset, to: end, keepsFirstBreak: false)
            } else if byte == quote, quote == UInt8(ascii: "'") {
                emit(byte, from: offset)
                offset += 2
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                offset = escape(at: offset, to: end)
            } else {
                emit(byte, from: offset)
                offset += 1
            }
        }
    }

    /// A run of blanks stays; one with line breaks becomes a space, or one break fewer than there were.
    private mutating func whiteSpace(from start: Int, to end: Int, keepsFirstBreak: Bool) -> Int {
        var offset = start
        var breaks: [Int] = []
        while offset < end, Self.isWhite(bytes[offset]) {
            if bytes[offset] == 0x0A { breaks.append(offset) }
            offset += 1
        }
        if keepsFirstBreak {
            for place in breaks { emit(0x0A, from: place) }
        } else if breaks.isEmpty {
            for place in start..<offset { emit(bytes[place], from: place) }
        } else if breaks.count == 1 {
            emit(0x20, from: breaks[0])
        } else {
            for place in breaks.dropFirst() { emit(0x0A, from: place) }
        }
        return offset
    }

    private mutating func escape(at start: Int, to end: Int) -> Int {
        guard start + 1 < end else { return end }
        let code = bytes[start + 1]
        if code == 0x0A { return whiteSpace(from: start + 2, to: end, keepsFirstBreak: true) }
        if code == 0x0D { return whiteSpace(from: start + 3, to: end, keepsFirstBreak: true) }
        let digits: Int
        switch code {
        case UInt8(ascii: "x"): digits = 2
        case UInt8(ascii: "u"): digits = 4
        case UInt8(ascii: "U"): digits = 8
        default:
            for byte in Self.simpleEscapes[code] ?? [code] { emit(byte, from: start) }
            return start + 2
        }
        let next = min(start + 2 + digits, end)
        let value = UInt32(String(decoding: bytes[(start + 2)..<next], as: UTF8.self), radix: 16) ?? 0
        if let scalar = Unicode.Scalar(value) {
            for byte in String(Character(scalar)).utf8 { emit(byte, from: start) }
        }
        return next
    }

    private static let simpleEscapes: [UInt8: [UInt8]] = [
        UInt8(ascii: "0"): [0], UInt8(ascii: "a"): [7], UInt8(ascii: "b"): [8], UInt8(ascii: "t"): [9],
        UInt8(ascii: "n"): [10], UInt8(ascii: "v"): [11], UInt8(ascii: "f"): [12], UInt8(ascii: "r"): [13],
        UInt8(ascii: "e"): [27], UInt8(ascii: "N"): [0xC2, 0x85], UInt8(ascii: "_"): [0xC2, 0xA0],
        UInt8(ascii: "L"): [0xE2, 0x80, 0xA8], UInt8(ascii: "P"): [0xE2, 0x80, 0xA9],
    ]

    private static func isWhite(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}

// MARK: - Literal and folded

extension YAMLScalarMap {
    /// A line of a block scalar: what is left of it behind the indentation, and where its break stands.
    private struct Line {
        var content: Range<Int>
        var lineBreak: Int
    }

    private mutating func block(from start: Int, to end: Int, _ scalar: YAMLScalar) {
        guard let headerEnd = bytes[start...].firstIndex(of: 0x0A) else { return }
        let header = bytes[start..<headerEnd].prefix { $0 > 0x20 }
        let keeps = header.contains(UInt8(ascii: "+"))
        let strips = header.contains(UInt8(ascii: "-"))
        var lines = blockLines(from: headerEnd + 1, to: end, scalar)
        var trailing: [Line] = []
        while let last = lines.last, last.content.isEmpty {
            trailing.append(last)
            lines.removeLast()
        }
        for (index, line) in lines.enumerated() {
            for place in line.content { emit(bytes[place], from: place) }
            let isLast = index == lines.count - 1
            if isLast ? !strips && hasBreak(line) : scalar.style == .literal {
                emit(0x0A, from: line.lineBreak)
            } else if !isLast {
                foldedBreak(lines, at: index)
            }
        }
        if keeps {
            for line in trailing.reversed() where hasBreak(line) { emit(0x0A, from: line.lineBreak) }
        }
    }

    private func hasBreak(_ line: Line) -> Bool { line.lineBreak < bytes.count }

    /// Between two lines at the margin a break is a space, or nothing when empty lines follow; around lines that are
    /// indented further all breaks stay.
    private mutating func foldedBreak(_ lines: [Line], at index: Int) {
        let line = lines[index]
        if line.content.isEmpty { return emit(0x0A, from: line.lineBreak) }
        guard let next = lines[(index + 1)...].first(where: { !$0.content.isEmpty }) else { return }
        let isMargin = !startsBlank(line) && !startsBlank(next)
        if !isMargin {
            emit(0x0A, from: line.lineBreak)
        } else if !lines[index + 1].content.isEmpty {
            emit(0x20, from: line.lineBreak)
        }
    }

    private func startsBlank(_ line: Line) -> Bool {
        line.content.first.map { bytes[$0] == 0x20 || bytes[$0] == 0x09 } ?? false
    }

    private func blockLines(from start: Int, to end: Int, _ scalar: YAMLScalar) -> [Line] {
        var raw: [Line] = []
        var offset = start
        while offset < end {
            let lineBreak = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
            var close = lineBreak
            if close > offset, bytes[close - 1] == 0x0D { close -= 1 }
            raw.append(Line(content: offset..<max(offset, close), lineBreak: lineBreak))
            offset = lineBreak + 1
        }
        // The first line with text tells the indentation: its spaces in the source, less those in the text.
        let firstText = scalar.text.utf8.split(separator: 0x0A).first { $0.contains { $0 != 0x20 } }
        let kept = firstText?.prefix { $0 == 0x20 }.count ?? 0
        guard let first = raw.first(where: { line in line.content.contains { bytes[$0] != 0x20 } }) else { return raw }
        let indentation = bytes[first.content].prefix { $0 == 0x20 }.count - kept
        for index in raw.indices {
            let spaces = bytes[raw[index].content].prefix { $0 == 0x20 }.count
            let cut = min(spaces, max(0, indentation))
            raw[index].content = (raw[index].content.lowerBound + cut)..<raw[index].content.upperBound
        }
        return raw
    }
}

extension YAMLNode {
    /// The place of byte `offset` of a scalar's text, whatever its style; for collections their own place.
    ///
    /// - Parameter offset: From 0; at the end of the text or behind it, the place behind its last visible character.
    /// O(length of the scalar).
    public func position(ofUTF8Offset offset: Int) -> SourcePosition {
        guard let scalar else { return position }
        let map = YAMLScalarMap(scalar, in: source.bytes, range: sourceRange)
        guard let place = map?.sourceOffset(max(0, offset)) else { return position }
        return source.position(ofUTF8Offset: place)
    }

    /// The bytes of the source that hold this stretch of a scalar's text; nil where they are written otherwise than they
    /// read (escaped, folded, on several lines), and for collections.
    public func sourceRange(ofUTF8Range range: Range<Int>) -> Range<Int>? {
        guard let scalar, let map = YAMLScalarMap(scalar, in: source.bytes, range: sourceRange),
            let start = map.sourceOffset(range.lowerBound)
        else { return nil }
        let text = Array(scalar.text.utf8)
        let end = start + range.count
        guard range.upperBound <= text.count, end <= source.bytes.count,
            source.bytes[start..<end].elementsEqual(text[range])
        else { return nil }
        // An empty stretch must not stand between characters that the source keeps apart.
        if range.isEmpty, range.lowerBound > 0, map.sourceOffset(range.lowerBound - 1) != start - 1 { return nil }
        return start..<end
    }
}
