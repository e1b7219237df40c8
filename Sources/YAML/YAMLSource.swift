import Base

/// The text that a document was read from; knows the place of every byte.
public final class YAMLSource: Sendable {
    /// The file's name as the user gave it.
    public let file: String?
    /// The text as UTF-8, without byte order mark.
    public let bytes: [UInt8]
    private let lineStarts: [Int]
    /// Whether all characters are single bytes.
    let isASCII: Bool

    /// A text; bytes that are no UTF-8 show as U+FFFD where lines are asked for.
    public init(file: String?, bytes: [UInt8]) {
        self.file = file
        self.bytes = bytes
        var starts = [0]
        bytes.withUnsafeBufferPointer { buffer in
            for offset in buffer.indices where buffer[offset] == 0x0A { starts.append(offset + 1) }
        }
        lineStarts = starts
        isASCII = bytes.withUnsafeBufferPointer { $0.allSatisfy { $0 < 0x80 } }
    }

    /// The place of the byte at `offset`; beyond the end, the end.
    public func position(ofUTF8Offset offset: Int) -> SourcePosition {
        let bounded = min(max(offset, 0), bytes.count)
        let line = index(ofLineAt: bounded)
        if isASCII { return SourcePosition(file: file, line: line + 1, column: bounded - lineStarts[line] + 1) }
        let column = bytes[lineStarts[line]..<bounded].reduce(into: 1) { count, byte in
            if byte & 0xC0 != 0x80 { count += 1 }
        }
        return SourcePosition(file: file, line: line + 1, column: column)
    }

    /// The number (from 1) of the line in which the byte at `offset` stands.
    public func line(ofUTF8Offset offset: Int) -> Int { index(ofLineAt: min(max(offset, 0), bytes.count)) + 1 }

    /// The text of line `number` (from 1) without its end; nil when there is no such line.
    public func text(ofLine number: Int) -> String? {
        guard number >= 1, number <= lineStarts.count else { return nil }
        let start = lineStarts[number - 1]
        var end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return String(decoding: bytes[start..<max(start, end)], as: UTF8.self)
    }

    /// A part of line `number`: about `before` characters left of `column` and `after` right of it; also the column at
    /// which the part begins, and whether the line goes on behind it. Nil when there is no such line.
    public func excerpt(
        ofLine number: Int, around column: Int, before: Int, after: Int
    ) -> (text: String, column: Int, isCut: Bool)? {
        guard number >= 1, number <= lineStarts.count else { return nil }
        let start = lineStarts[number - 1]
        let end = number < lineStarts.count ? lineStarts[number] - 1 : bytes.count
        let first = max(1, column - before)
        let from = offset(ofColumn: first, from: start, to: end)
        let to = offset(ofColumn: before + after + 1, from: from, to: end)
        var shown = bytes[from..<to]
        if shown.last == 0x0D { shown.removeLast() }
        return (String(decoding: shown, as: UTF8.self), first, to < end)
    }

    /// The byte at which character `column` (from 1, counted from `start`) begins, at most `end`.
    private func offset(ofColumn column: Int, from start: Int, to end: Int) -> Int {
        if isASCII { return min(start + column - 1, max(start, end)) }
        var offset = start
        var left = column - 1
        while left > 0, offset < end {
            offset += 1
            while offset < end, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            left -= 1
        }
        return offset
    }

    private func index(ofLineAt offset: Int) -> Int {
        var low = 0
        var high = lineStarts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        return low
    }
}

/// A comment of a document.
public struct YAMLComment: Hashable, Sendable {
    /// The line it stands on, from 1.
    public var line: Int
    /// From the `#` on, without the line's end.
    public var text: String
    /// Whether nothing else stands on its line.
    public var ownsLine: Bool
}
