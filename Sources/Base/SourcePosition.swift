/// A place in a text that somebody wrote, as editors and CI parse it: `file:line:column`.
public struct SourcePosition: Hashable, Sendable, CustomStringConvertible {
    /// The file's name as the user gave it; nil for text that came in no file.
    public var file: String?
    /// Counted from 1.
    public var line: Int
    /// Counted from 1, in characters (Unicode scalars).
    public var column: Int

    /// A place; line and column count from 1.
    public init(file: String? = nil, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, or `line:column` without a file.
    public var description: String { (file.map { "\($0):" } ?? "") + "\(line):\(column)" }

    /// The place of byte `offset` in `text`, counted from 1:1 of `file`.
    ///
    /// O(offset).
    public init(file: String? = nil, offset: Int, in text: some StringProtocol) {
        var line = 1
        var column = 1
        var seen = 0
        for scalar in text.unicodeScalars {
            if seen >= offset { break }
            seen += UTF8.width(scalar)
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        self.init(file: file, line: line, column: column)
    }
}
