import Base
import PromQL
import TimeSeries

/// Reads test series as promtool's unit tests and PromQL scripts write them: `name{a="b"} 1 2+3x2 _ stale {{…}}`.
///
/// - Source: Prometheus' documentation, "Unit testing for rules", input_series.
public enum SeriesNotation {
    /// Most values that one line may make; more is an error and not a test.
    public static let maximumValues = 10_000_000

    /// Reads a whole line.
    /// - Throws: ``SeriesNotationError`` with the byte where it went wrong.
    public static func line(_ text: some StringProtocol, maximumValues: Int = maximumValues)
        throws(SeriesNotationError) -> SeriesLine
    {
        var scanner = NotationScanner(text)
        scanner.skipSpace()
        let start = scanner.index
        let end = try metricEnd(&scanner)
        let labels = try metric(String(decoding: scanner.bytes[start..<end], as: UTF8.self), offset: start)
        if scanner.skip("@st") {
            try scanner.expectItemEnd()
            return SeriesLine(labels: labels, content: .startOffsets(try startOffsets(&scanner, maximumValues)))
        }
        if !scanner.isAtEnd, !scanner.skipSpace() {
            throw scanner.error("expected white space between the series and its values, found \(scanner.found)")
        }
        return SeriesLine(labels: labels, content: .values(try values(&scanner, maximumValues)))
    }

    /// Reads values alone, as `values:` of unit tests has them.
    /// - Throws: ``SeriesNotationError`` with the byte where it went wrong.
    public static func values(_ text: some StringProtocol, maximumValues: Int = maximumValues)
        throws(SeriesNotationError) -> [SeriesValue]
    {
        var scanner = NotationScanner(text)
        return try values(&scanner, maximumValues)
    }

    /// Reads the labels of a series alone, as `series:` of unit tests has them.
    /// - Throws: ``SeriesNotationError``.
    public static func metric(_ text: String) throws(SeriesNotationError) -> Labels { try metric(text, offset: 0) }

    /// Where in `text` something stands that queries allow in a selector, but not the series of a test: a comment, or
    /// white space between the name and the braces; with what is wrong.
    static func strayPart(_ text: String) -> SeriesNotationError? {
        let bytes = Array(text.utf8)
        var quote: UInt8?
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if byte == 0x5C, open != 0x60 { index += 1 } else if byte == open { quote = nil }
            } else if byte == 0x22 || byte == 0x27 || byte == 0x60 {
                quote = byte
            } else if byte == 0x23 {
                return SeriesNotationError(message: "no comment may stand in a series", offset: index)
            } else if byte == 0x7B, index > 0, NotationScanner.isSpace(bytes[index - 1]),
                bytes[..<index].contains(where: { !NotationScanner.isSpace($0) })
            {
                return SeriesNotationError(
                    message: "no white space may stand between the name and its labels", offset: index)
            }
            index += 1
        }
        return nil
    }

    private static func metric(_ text: String, offset: Int) throws(SeriesNotationError) -> Labels {
        do throws(PromQLError) {
            return try PromQLParser.parseMetric(text)
        } catch {
            throw SeriesNotationError(message: error.message, offset: offset + error.offset)
        }
    }

    /// Moves behind the name and the braces; gives the end of both without white space.
    private static func metricEnd(_ scanner: inout NotationScanner) throws(SeriesNotationError) -> Int {
        while let byte = scanner.peek, !NotationScanner.isSpace(byte), byte != 0x7B, byte != 0x40 { scanner.index += 1 }
        let nameEnd = scanner.index
        scanner.skipSpace()
        let bytes = scanner.bytes
        let isBraces = scanner.peek == 0x7B && !(scanner.index + 1 < bytes.count && bytes[scanner.index + 1] == 0x7B)
        guard isBraces else {
            scanner.index = nameEnd
            return nameEnd
        }
        let open = scanner.index
        var quote: UInt8?
        while let byte = scanner.peek {
            scanner.index += 1
            if let current = quote {
                if byte == 0x5C, current != 0x60 {
                    scanner.index += 1
                } else if byte == current {
                    quote = nil
                }
            } else if byte == 0x22 || byte == 0x27 || byte == 0x60 {
                quote = byte
            } else if byte == 0x7D {
                return scanner.index
            }
        }
        throw scanner.error("missing closing brace of the labels", at: open)
    }

    private static func values(_ scanner: inout NotationScanner, _ most: Int) throws(SeriesNotationError)
        -> [SeriesValue]
    {
        var values: [SeriesValue] = []
        _ = try read(&scanner, most) { values.append($0) }
        return values
    }

    /// Reads values alone and hands each to `take`, so that nobody has to hold them all.
    /// - Returns: how many there were.
    /// - Throws: ``SeriesNotationError`` with the byte where it went wrong.
    @discardableResult
    static func read(
        _ text: String, maximumValues: Int = maximumValues, take: (SeriesValue) -> Void
    ) throws(SeriesNotationError) -> Int {
        var scanner = NotationScanner(text)
        return try read(&scanner, maximumValues, take)
    }

    private static func read(
        _ scanner: inout NotationScanner, _ most: Int, _ take: (SeriesValue) -> Void
    ) throws(SeriesNotationError) -> Int {
        var taken = 0
        scanner.skipSpace()
        while !scanner.isAtEnd {
            let start = scanner.index
            let left = most - taken
            if scanner.skip("_") {
                let times = try scanner.times() ?? 1
                try checkRoom(times, left, at: start)
                for _ in 0..<times { take(.none) }
                taken += times
            } else if scanner.skip("stale") {
                try checkRoom(1, left, at: start)
                take(.float(StaleMarker.value))
                taken += 1
            } else if scanner.bytes[start...].starts(with: [0x7B, 0x7B]) {
                try HistogramNotation.item(&scanner, room: left) {
                    taken += 1
                    take($0)
                }
            } else {
                var value = try scanner.number(signed: true)
                let sign = scanner.peek
                let step = sign == 0x2B || sign == 0x2D ? try scanner.number(signed: true) : nil
                let times = try scanner.times()
                if step != nil, times == nil {
                    throw scanner.error("expected x and a number of steps, found \(scanner.found)")
                }
                try checkRoom(times ?? 0, left - 1, at: start)
                take(.float(value))
                for _ in 0..<(times ?? 0) {
                    value += step ?? 0
                    take(.float(value))
                }
                taken += 1 + (times ?? 0)
            }
            try scanner.expectItemEnd()
            scanner.skipSpace()
        }
        return taken
    }

    /// Throws when `more` values are more than `left`.
    static func checkRoom(_ more: Int, _ left: Int, at start: Int) throws(SeriesNotationError) {
        if more > left {
            throw SeriesNotationError(message: "the series would have more values than a test may have", offset: start)
        }
    }

    private static func startOffsets(_ scanner: inout NotationScanner, _ most: Int) throws(SeriesNotationError)
        -> [Int64?]
    {
        var offsets: [Int64?] = []
        scanner.skipSpace()
        while !scanner.isAtEnd {
            let start = scanner.index
            let isBlank = scanner.skip("_")
            var offset: Int64? = isBlank ? nil : try signedDuration(&scanner)
            var step: Int64 = 0
            var hasStep = false
            if !isBlank, scanner.peek == 0x2B || scanner.peek == 0x2D {
                step = try signedDuration(&scanner)
                hasStep = true
            }
            let times = try scanner.times()
            if hasStep, times == nil { throw scanner.error("expected x and a number of steps, found \(scanner.found)") }
            let count = isBlank ? times ?? 1 : times.map { $0 &+ 1 } ?? 1
            guard count >= 0, count <= most - offsets.count else {
                throw scanner.error("the series has more than \(most) start timestamps", at: start)
            }
            for _ in 0..<count {
                offsets.append(offset)
                if let current = offset { offset = current &+ step }
            }
            try scanner.expectItemEnd()
            scanner.skipSpace()
        }
        return offsets
    }

    private static func signedDuration(_ scanner: inout NotationScanner) throws(SeriesNotationError) -> Int64 {
        let start = scanner.index
        let negative = scanner.peek == 0x2D
        if negative || scanner.peek == 0x2B { scanner.index += 1 }
        let first = scanner.index
        // "msx3": the x of a repetition is no unit.
        while let byte = scanner.peek, NotationScanner.isDigit(byte) || (byte >= 0x61 && byte <= 0x7A && byte != 0x78) {
            scanner.index += 1
        }
        let text = String(decoding: scanner.bytes[first..<scanner.index], as: UTF8.self)
        guard let duration = PrometheusDuration.parse(text)?.milliseconds else {
            scanner.index = start
            throw scanner.error("expected a duration, found \(scanner.found)")
        }
        return negative ? -duration : duration
    }
}
