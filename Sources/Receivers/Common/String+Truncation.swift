extension String {
    /// At most `limit` characters (Unicode scalars): a longer text ends with an ellipsis.
    ///
    /// - Source: observed on Alertmanager 0.33.1.
    func truncated(to limit: Int) -> String {
        let scalars = unicodeScalars
        guard scalars.count > limit else { return self }
        if limit <= 3 { return String(String.UnicodeScalarView(scalars.prefix(limit))) }
        return String(String.UnicodeScalarView(scalars.prefix(limit - 1))) + "…"
    }

    /// At most `limit` bytes of UTF-8, no character cut in half: a longer text ends with an ellipsis.
    func truncated(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        let ellipsis = limit > 3 ? "…" : ""
        let room = limit - ellipsis.utf8.count
        var count = 0
        let kept = unicodeScalars.prefix { scalar in
            count += UTF8.width(scalar)
            return count <= room
        }
        return String(String.UnicodeScalarView(kept)) + ellipsis
    }

    /// Without white space at both ends.
    var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
