import Base

/// What rulers write as an instant.
enum InstantText {
    /// Whole seconds since 1970 of an RFC 3339 text; 0 when it is none.
    static func seconds(_ text: String) -> Int { RFC3339.parse(text).map { Int($0.milliseconds / 1000) } ?? 0 }
}
