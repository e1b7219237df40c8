extension RegularExpression {
    /// Replaces every match by `template`, in which `$1`, `$name` and `${name}` stand for groups and `$$` for `$`.
    ///
    /// A name is the longest run of letters, digits and `_`: `$1x` is the group named "1x". Unknown groups are empty.
    ///
    /// - Source: Go's regexp.ReplaceAllString and Regexp.Expand.
    public func replacingAll(in text: String, with template: String) -> String {
        var subject = text
        return subject.withUTF8 { bytes in
            var out: [UInt8] = []
            var copied = 0
            var search = 0
            var lastEnd = -1
            while search <= bytes.count, let spans = firstMatch(in: bytes, from: search), let whole = spans[0] {
                // An empty match right behind the last one is no match, as in Go.
                if !(whole.isEmpty && whole.lowerBound == lastEnd) {
                    out += bytes[copied..<whole.lowerBound]
                    expand(template, spans, in: bytes, into: &out)
                    copied = whole.upperBound
                    lastEnd = whole.upperBound
                }
                search =
                    whole.isEmpty ? whole.upperBound + Self.characterLength(bytes, whole.upperBound) : whole.upperBound
            }
            out += bytes[min(copied, bytes.count)...]
            return String(decoding: out, as: UTF8.self)
        }
    }

    /// `template` with its group references filled from one match.
    ///
    /// - Source: Go's Regexp.ExpandString, as label_replace and relabelling use it.
    public func expand(_ template: String, _ spans: [Span?], in subject: UnsafeBufferPointer<UInt8>) -> String {
        var out: [UInt8] = []
        expand(template, spans, in: subject, into: &out)
        return String(decoding: out, as: UTF8.self)
    }

    private func expand(
        _ template: String, _ spans: [Span?], in subject: UnsafeBufferPointer<UInt8>, into out: inout [UInt8]
    ) {
        let bytes = Array(template.utf8)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "$"), index + 1 < bytes.count else {
                out.append(bytes[index])
                index += 1
                continue
            }
            if bytes[index + 1] == UInt8(ascii: "$") {
                out.append(UInt8(ascii: "$"))
                index += 2
                continue
            }
            let braced = bytes[index + 1] == UInt8(ascii: "{")
            let start = index + (braced ? 2 : 1)
            var end = start
            while end < bytes.count, Self.isWord(bytes, &end) {}
            let closed = !braced || (end < bytes.count && bytes[end] == UInt8(ascii: "}"))
            guard end > start, closed else {
                out.append(bytes[index])
                index += 1
                continue
            }
            let name = String(decoding: bytes[start..<end], as: UTF8.self)
            if let group = groupNumber(name), group < spans.count, let span = spans[group] {
                out += subject[span]
            }
            index = end + (braced ? 1 : 0)
        }
    }

    /// The group `name` refers to: a number when it is one, else a named group.
    private func groupNumber(_ name: String) -> Int? {
        let digits = name.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 }
        if digits, name.utf8.first != UInt8(ascii: "0") || name.utf8.count == 1 { return Int(name) }
        return groupNames[name]
    }

    /// Steps `index` over one letter, digit or underscore; false when there is none.
    private static func isWord(_ bytes: [UInt8], _ index: inout Int) -> Bool {
        let byte = bytes[index]
        if byte < 0x80 {
            let scalar = Unicode.Scalar(byte)
            guard scalar.properties.isAlphabetic || (byte >= 0x30 && byte <= 0x39) || byte == UInt8(ascii: "_") else {
                return false
            }
            index += 1
            return true
        }
        let length = bytes.withUnsafeBufferPointer { characterLength($0, index) }
        let text = String(decoding: bytes[index..<min(index + length, bytes.count)], as: UTF8.self)
        guard let scalar = text.unicodeScalars.first else { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
            index += length
            return true
        default: return false
        }
    }

    /// Bytes of the UTF-8 character that begins at `index`; 1 at the end and for stray bytes.
    private static func characterLength(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        guard index < bytes.count else { return 1 }
        switch bytes[index] {
        case 0xC0...0xDF: return 2
        case 0xE0...0xEF: return 3
        case 0xF0...0xF7: return 4
        default: return 1
        }
    }
}
