/// What a stretch of a layout stands for.
enum GoLayoutPiece: Equatable {
    struct Offset: Equatable {
        /// 1 hours, 2 and minutes, 3 and seconds.
        var parts: Int
        var colons: Bool
        /// `Z` for UTC.
        var usesZ: Bool
    }

    case text(String)
    case longMonth, month, numericMonth, zeroMonth
    case longWeekday, weekday
    case day, underDay, zeroDay, underYearDay, zeroYearDay
    case hour, hour12, zeroHour12, minute, zeroMinute, second, zeroSecond
    case longYear, year, afternoon, lowerAfternoon, zoneName
    case offset(Offset)
    case fraction(mark: String, digits: Int, keepsZeros: Bool)

    /// The fixed words of layouts; of two that fit, the longer comes first.
    private static let words: [(String, GoLayoutPiece)] = [
        ("January", .longMonth), ("Monday", .longWeekday), ("Jan", .month), ("Mon", .weekday), ("MST", .zoneName),
        ("2006", .longYear), ("002", .zeroYearDay), ("01", .zeroMonth), ("02", .zeroDay), ("03", .zeroHour12),
        ("04", .zeroMinute), ("05", .zeroSecond), ("06", .year), ("15", .hour), ("__2", .underYearDay),
        ("PM", .afternoon), ("pm", .lowerAfternoon),
        ("-07:00:00", .offset(.init(parts: 3, colons: true, usesZ: false))),
        ("-070000", .offset(.init(parts: 3, colons: false, usesZ: false))),
        ("-07:00", .offset(.init(parts: 2, colons: true, usesZ: false))),
        ("-0700", .offset(.init(parts: 2, colons: false, usesZ: false))),
        ("-07", .offset(.init(parts: 1, colons: false, usesZ: false))),
        ("Z07:00:00", .offset(.init(parts: 3, colons: true, usesZ: true))),
        ("Z070000", .offset(.init(parts: 3, colons: false, usesZ: true))),
        ("Z07:00", .offset(.init(parts: 2, colons: true, usesZ: true))),
        ("Z0700", .offset(.init(parts: 2, colons: false, usesZ: true))),
        ("Z07", .offset(.init(parts: 1, colons: false, usesZ: true))),
        ("1", .numericMonth), ("2", .day), ("3", .hour12), ("4", .minute), ("5", .second),
    ]

    /// Cuts a layout into its pieces.
    static func pieces(of layout: String) -> [GoLayoutPiece] { cut(layout).map(\.piece) }

    /// The pieces with how each is written.
    static func cut(_ layout: String) -> [(piece: GoLayoutPiece, written: String)] {
        let bytes = Array(layout.utf8)
        var pieces: [(piece: GoLayoutPiece, written: String)] = []
        var text: [UInt8] = []
        var index = 0
        while index < bytes.count {

            if let (piece, length) = piece(bytes, index) {
                if !text.isEmpty {
                    let written = String(decoding: text, as: UTF8.self)
                    pieces.append((.text(written), written))
                    text = []
                }
                pieces.append((piece, String(decoding: bytes[index..<index + length], as: UTF8.self)))
                index += length
            } else {
                text.append(bytes[index])
                index += 1
            }
        }
        if !text.isEmpty {
            let written = String(decoding: text, as: UTF8.self)
            pieces.append((.text(written), written))
        }
        return pieces
    }

    private static func piece(_ bytes: [UInt8], _ index: Int) -> (GoLayoutPiece, Int)? {
        let rest = bytes[index...]
        switch Unicode.Scalar(bytes[index]) {
        case ".", ",":
            return fraction(bytes, index)
        case "_":
            if rest.starts(with: "__2".utf8) { return (.underYearDay, 3) }
            guard rest.starts(with: "_2".utf8) else { return nil }
            // "_2006" is an underscore and a year.
            if rest.starts(with: "_2006".utf8) { return nil }
            return (.underDay, 2)
        case "J", "M", "P", "p", "0", "1", "2", "3", "4", "5", "-", "Z":
            for (word, piece) in words where rest.starts(with: word.utf8) {
                // "Jan" and "Mon" must not begin a longer lower-case word.
                if piece == .month || piece == .weekday, index + 3 < bytes.count,
                    (0x61...0x7A).contains(bytes[index + 3])
                {
                    return nil
                }
                return (piece, word.utf8.count)
            }
            return nil
        default: return nil
        }
    }

    /// `.000` or `.999` that no further digit follows.
    private static func fraction(_ bytes: [UInt8], _ index: Int) -> (GoLayoutPiece, Int)? {
        guard index + 1 < bytes.count, bytes[index + 1] == 0x30 || bytes[index + 1] == 0x39 else { return nil }
        let digit = bytes[index + 1]
        var end = index + 1
        while end < bytes.count, bytes[end] == digit { end += 1 }
        if end < bytes.count, (0x30...0x39).contains(bytes[end]) { return nil }
        let mark = String(decoding: bytes[index...index], as: UTF8.self)
        return (.fraction(mark: mark, digits: end - index - 1, keepsZeros: digit == 0x30), end - index)
    }
}
