/// From libyaml's count of characters to bytes.
struct YAMLCharacterOffsets {
    private static let step = 64
    private let bytes: [UInt8]
    /// The byte offset of every 64th character; empty for a text that is all ASCII.
    private let marks: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard bytes.contains(where: { $0 >= 0x80 }) else {
            marks = []
            return
        }
        var marks: [Int] = []
        var characters = 0
        for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
            if characters % Self.step == 0 { marks.append(offset) }
            characters += 1
        }
        self.marks = marks
    }

    func byteOffset(ofCharacter index: Int) -> Int {
        guard let last = marks.indices.last else { return min(index, bytes.count) }
        let mark = min(index / Self.step, last)
        var offset = marks[mark]
        var left = index - mark * Self.step
        while left > 0, offset < bytes.count {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            left -= 1
        }
        return offset
    }
}
