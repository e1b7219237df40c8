import Base
import YAML

/// Something that a check found, and how to mend it when that is certain.
public struct Finding: Sendable {
    /// What to tell, and where.
    public var diagnostic: Diagnostic
    /// What to change in the file; empty when nobody can be sure.
    public var fix: [TextEdit]

    /// A finding.
    public init(_ diagnostic: Diagnostic, fix: [TextEdit] = []) {
        self.diagnostic = diagnostic
        self.fix = fix
    }
}

/// Bytes of a file to be replaced.
public struct TextEdit: Hashable, Sendable {
    /// Which bytes of the source, its byte order mark not counted.
    public var range: Range<Int>
    /// What stands there afterwards.
    public var replacement: String

    /// A replacement.
    public init(_ range: Range<Int>, _ replacement: String) {
        self.range = range
        self.replacement = replacement
    }

    /// `bytes` with all `edits` made; of edits that overlap the first wins, equal ones are made once.
    public static func apply(_ edits: [TextEdit], to bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var copied = 0
        var last: TextEdit?
        for edit in edits.sorted(by: {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        })
        where edit != last && edit.range.lowerBound >= copied && edit.range.upperBound <= bytes.count {
            result += bytes[copied..<edit.range.lowerBound]
            result += Array(edit.replacement.utf8)
            copied = edit.range.upperBound
            last = edit
        }
        return result + bytes[copied...]
    }
}
