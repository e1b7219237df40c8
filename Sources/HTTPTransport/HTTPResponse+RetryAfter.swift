import Base

extension HTTPResponse {
    /// How long the server asks to wait by `Retry-After`: seconds, or a date, which counts from the answer's own `Date`
    /// so that clocks that differ do no harm; nil without the header or when it cannot be read.
    ///
    /// - Source: RFC 9110, 10.2.3 and 5.6.7.
    public var retryAfter: Duration? {
        guard let text = header("retry-after") else { return nil }
        if let seconds = Int64(text.filter { $0 != " " }), seconds >= 0 { return .seconds(min(seconds, 86_400)) }
        guard let until = Self.seconds(ofDate: text), let now = header("date").flatMap(Self.seconds(ofDate:)) else {
            return nil
        }
        return .seconds(min(max(0, until - now), 86_400))
    }

    /// Unix seconds of a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func seconds(ofDate text: String) -> Int64? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            let month = months.firstIndex(of: String(parts[2])), (1...31).contains(day), (1970...9999).contains(year)
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3, clock.allSatisfy({ (0...60).contains($0) }) else { return nil }
        return CivilDate.unixSeconds(
            year: year, month: month + 1, day: day, hour: clock[0], minute: clock[1], second: clock[2])
    }
}
