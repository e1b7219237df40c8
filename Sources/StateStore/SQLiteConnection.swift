internal import CSQLite
internal import Glibc

/// A value as a column holds it.
public enum SQLiteValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])
}

/// An open database with its prepared statements; `deinit` closes it, exactly once. For one thread at a time.
struct SQLiteConnection: ~Copyable {
    enum Mode {
        case readWrite, readOnly
    }

    private let handle: OpaquePointer
    private var statements: [String: OpaquePointer] = [:]
    /// By table, read when a table is first written.
    var sequentialRows: [String: SequentialRows] = [:]
    /// The length of the write-ahead log in bytes; nil without one.
    var logSize: Int? {
        var facts = stat()
        return stat(path + "-wal", &facts) == 0 ? Int(facts.st_size) : nil
    }
    private let path: String

    /// Opens or creates `path`; nothing is read yet.
    init(path: String, mode: Mode = .readWrite) throws(SQLiteError) {
        var raw: OpaquePointer?
        let flags =
            (mode == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY)
            | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &raw, flags, nil)
        guard code == SQLITE_OK, let raw else {
            let message = raw.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(raw)
            throw SQLiteError(code: code, message: message)
        }
        handle = raw
        self.path = path
        sqlite3_busy_timeout(raw, 5000)
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Runs statements without parameters and results.
    func execute(_ sql: String) throws(SQLiteError) {
        if sqlite3_exec(handle, sql, nil, nil, nil) != SQLITE_OK { throw error() }
    }

    /// Runs one statement, prepared once and kept.
    mutating func run(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) {
        try rows(sql, values) { _ in }
    }

    /// Runs one statement, prepared once and kept, with a number before the other values.
    mutating func run(_ sql: String, first: Int64, _ values: [SQLiteValue]) throws(SQLiteError) {
        try rows(sql, first: first, values) { _ in }
    }

    /// Runs one query, prepared once and kept; `body` sees every row.
    mutating func rows(
        _ sql: String, first: Int64? = nil, _ values: [SQLiteValue] = [], _ body: (borrowing SQLiteRow) -> Void
    ) throws(SQLiteError) {
        let statement = try prepared(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        if let first { try bind(.integer(first), to: statement, at: 1) }
        let offset: Int32 = first == nil ? 1 : 2
        for (index, value) in values.enumerated() { try bind(value, to: statement, at: Int32(index) + offset) }
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: body(SQLiteRow(statement: statement))
            case SQLITE_DONE: return
            default: throw error()
            }
        }
    }

    /// The first column of the first row as a number; 0 without one.
    mutating func number(_ sql: String) throws(SQLiteError) -> Int64 {
        var found: Int64 = 0
        try rows(sql) { row in found = row.integer(0) }
        return found
    }

    /// The first column of the first row as text; empty without one.
    mutating func text(_ sql: String) throws(SQLiteError) -> String {
        var found = ""
        try rows(sql) { row in found = row.text(0) }
        return found
    }

    private mutating func prepared(_ sql: String) throws(SQLiteError) -> OpaquePointer {
        if let known = statements[sql] { return known }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil) == SQLITE_OK,
            let statement
        else { throw error() }
        statements[sql] = statement
        return statement
    }

    private func bind(_ value: SQLiteValue, to statement: OpaquePointer, at index: Int32) throws(SQLiteError) {
        // SQLITE_TRANSIENT, a cast that the importer leaves out: SQLite copies the bytes before the call returns.
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        let code =
            switch value {
            case .null: sqlite3_bind_null(statement, index)
            case .integer(let number): sqlite3_bind_int64(statement, index, number)
            case .real(let number): sqlite3_bind_double(statement, index, number)
            case .text(let text):
                withUTF8(text) { bytes in
                    sqlite3_bind_text64(
                        statement, index, UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
                        UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
                }
            case .blob(let bytes):
                bytes.isEmpty
                    ? sqlite3_bind_zeroblob(statement, index, 0)
                    : bytes.withUnsafeBytes {
                        sqlite3_bind_blob64(statement, index, $0.baseAddress, UInt64($0.count), transient)
                    }
            }
        if code != SQLITE_OK { throw error() }
    }

    /// The text's bytes, never at a null address, which SQLite takes for NULL.
    private func withUTF8(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Int32) -> Int32 {
        if text.isEmpty { return [0].withUnsafeBufferPointer { body(.init(start: $0.baseAddress, count: 0)) } }
        var text = text
        return text.withUTF8(body)
    }

    private func error() -> SQLiteError {
        SQLiteError(code: sqlite3_extended_errcode(handle), message: String(cString: sqlite3_errmsg(handle)))
    }
}

/// The row a query stands on.
struct SQLiteRow: ~Copyable {
    fileprivate let statement: OpaquePointer

    /// The column as a number; 0 when it is none.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    /// The column as text; empty when it is none.
    func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(statement, column) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    /// All columns.
    func values() -> [SQLiteValue] {
        (0..<sqlite3_column_count(statement)).map { column in
            switch sqlite3_column_type(statement, column) {
            case SQLITE_INTEGER: return .integer(integer(column))
            case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, column))
            case SQLITE_TEXT: return .text(text(column))
            case SQLITE_BLOB:
                let count = Int(sqlite3_column_bytes(statement, column))
                guard count > 0, let bytes = sqlite3_column_blob(statement, column) else { return .blob([]) }
                return .blob(Array(UnsafeRawBufferPointer(start: bytes, count: count)))
            default: return .null
            }
        }
    }
}
