import Base
import TimeSeries

/// An instant in a posted body.
///
/// - Source: observed on Alertmanager 0.33.1.
enum PostedTime {
    /// An instant, a date, or a local time taken as UTC, each without seconds too; the empty text is the epoch, as there.
    static func parse(_ text: String) -> Timestamp? {
        if text.isEmpty { return .zero }
        let bytes = Array(text.utf8)
        // RFC 3339 takes small letters, Go does not.
        if bytes.contains(UInt8(ascii: "t")) || bytes.contains(UInt8(ascii: "z")) { return nil }
        if bytes.count > 10, bytes[10] == UInt8(ascii: " ") {
            // Only this one form has a space.
            return bytes.count == 19 ? RFC3339.parse(text + "Z") : nil
        }
        for candidate in [text, text + "Z", text + "T00:00:00Z"] {
            if let time = RFC3339.parse(candidate) { return time }
        }
        // Without seconds: `2026-01-02T15:04`, with or without a zone.
        guard bytes.count >= 16, bytes.count == 16 || bytes[16] != UInt8(ascii: ":") else { return nil }
        let zone = bytes.count == 16 ? "Z" : String(decoding: bytes[16...], as: UTF8.self)
        guard zone == "Z" || zone.hasPrefix("+") || zone.hasPrefix("-") else { return nil }
        return RFC3339.parse(String(decoding: bytes[..<16], as: UTF8.self) + ":00" + zone)
    }

    /// What the client is told: the words of Go's time.Parse with the layout that is tried last, a date.
    static func refusal(of text: String) -> String {
        let whole = "parsing time \(GoQuote.quoted(text))"
        var rest = Array(text.utf8)[...]
        var numbers: [Int] = []
        for (element, width) in [("2006", 4), ("-", 1), ("01", 2), ("-", 1), ("02", 2)] {
            let part = rest.prefix(width)
            let fits =
                element == "-"
                ? part.elementsEqual("-".utf8) : part.count == width && part.allSatisfy { (0x30...0x39).contains($0) }
            guard fits else {
                let shown = GoQuote.quoted(String(decoding: rest, as: UTF8.self))
                return "\(whole) as \"2006-01-02\": cannot parse \(shown) as \"\(element)\""
            }
            if element != "-" { numbers.append(part.reduce(0) { $0 * 10 + Int($1 - 0x30) }) }
            rest = rest.dropFirst(width)
            if element == "01", !(1...12).contains(numbers[1]) { return "\(whole): month out of range" }
        }
        if !rest.isEmpty { return "\(whole): extra text: \(GoQuote.quoted(String(decoding: rest, as: UTF8.self)))" }
        return "\(whole): day out of range"
    }
}
