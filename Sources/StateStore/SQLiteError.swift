internal import CSQLite

/// What SQLite said.
public struct SQLiteError: Error, Hashable, Sendable, CustomStringConvertible {
    /// SQLite's extended result code.
    public var code: Int32
    /// SQLite's own words.
    public var message: String

    /// `message (SQLite N)`.
    public var description: String { "\(message) (SQLite \(code))" }

    private var primary: Int32 { code & 0xFF }

    /// Whether the file is no database, or one whose parts do not fit together.
    var isDamage: Bool { primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB }
}
