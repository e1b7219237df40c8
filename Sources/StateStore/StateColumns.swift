import Base

/// Reads a row's columns one behind the other.
public struct StateColumns {
    private var rest: ArraySlice<SQLiteValue>

    /// At the first column.
    public init(_ row: [SQLiteValue]) { rest = row[...] }

    /// A text; nil when the column is none.
    public mutating func text() -> String? {
        guard case .text(let text)? = rest.popFirst() else { return nil }
        return text
    }

    /// A number; nil when the column is none.
    public mutating func integer() -> Int64? {
        guard case .integer(let number)? = rest.popFirst() else { return nil }
        return number
    }

    /// A floating point number; nil when the column is none. NULL stands for NaN, as SQLite stores it.
    public mutating func double() -> Double? {
        switch rest.popFirst() {
        case .real(let number)?: number
        case .integer(let number)?: Double(number)
        case .null?: .nan
        default: nil
        }
    }

    /// A blob; nil when the column is none.
    public mutating func blob() -> [UInt8]? {
        guard case .blob(let bytes)? = rest.popFirst() else { return nil }
        return bytes
    }

    /// An instant; nil when the column is none.
    public mutating func timestamp() -> Timestamp? { integer().map { Timestamp(milliseconds: $0) } }

    /// An instant that may be missing; nil when the column is something else.
    public mutating func optionalTimestamp() -> Timestamp?? {
        switch rest.popFirst() {
        case .integer(let number)?: .some(.some(Timestamp(milliseconds: number)))
        case .null?: .some(.none)
        default: .none
        }
    }
}

extension SQLiteValue {
    /// An instant.
    public static func time(_ time: Timestamp) -> SQLiteValue { .integer(time.milliseconds) }

    /// An instant that may be missing.
    public static func time(_ time: Timestamp?) -> SQLiteValue { time.map { .integer($0.milliseconds) } ?? .null }
}
