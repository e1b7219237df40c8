import Base
import TimeSeries

/// An instant in a posted body.
///
/// - Source: observed on Alertmanager 0.33.1.
enum PostedTime {
    /// An instant, a date, or a local time taken as UTC; the empty text is the epoch, as there.
    static func parse(_ text: String) -> Timestamp? {
        if text.isEmpty { return .zero }
        // RFC 3339 lets a space stand for the T, Alertmanager does not.
        if text.contains(" ") { return nil }
        for candidate in [text, text + "Z", text + "T00:00:00Z"] {
            if let time = RFC3339.parse(candidate) { return time }
        }
        return nil
    }

    /// What the client is told.
    static func refusal(of text: String) -> String {
        let quoted = GoQuote.quoted(text)
        return "parsing time \(quoted) as \"2006-01-02\": cannot parse \(quoted) as \"2006\""
    }
}
