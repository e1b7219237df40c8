import Base

/// A document read into a tree, with comments and places.
public struct YAMLDocument: Sendable {
    /// What the text holds at the top; nil when it holds nothing but white space and comments.
    public let root: YAMLNode?
    /// What the documents of the text hold: only the first's, unless all were asked for; those that hold nothing are
    /// left out.
    public let roots: [YAMLNode]
    /// In the order of the text, of the documents that were read; at most 200,000 of them.
    public let comments: [YAMLComment]
    /// Where another document begins behind the first and is not read.
    public let nextDocument: SourcePosition?
    /// The text itself.
    public let source: YAMLSource

    /// How much is read before a text is refused.
    public struct Limits: Sendable {
        /// Bytes of the file.
        public var bytes = 48 << 20
        /// Nodes of the tree as written.
        public var nodes = 3_000_000
        /// Nodes that aliases and merge keys may add, counted as if copied.
        public var aliasedNodes = 400_000
        /// How deep lists and mappings may stand in each other.
        public var depth = 200

        /// The defaults above.
        public init() {}
    }

    /// Reads the first document of `text`.
    /// - Throws: Everything wrong with it: syntax (the first error), duplicate keys, bounds, bytes that are no text.
    public init(parsing text: String, file: String? = nil, limits: Limits = .init()) throws(Diagnostics) {
        try self.init(parsing: Array(text.utf8), file: file, limits: limits)
    }

    /// Reads the first document of a file's bytes, or all: UTF-8, or UTF-16 with a byte order mark.
    /// - Parameter readsAll: Whether the documents behind the first are read too; ``root`` is the first's all the same.
    /// - Throws: As ``init(parsing:file:limits:)``.
    public init(
        parsing bytes: [UInt8], file: String? = nil, limits: Limits = .init(), readsAll: Bool = false
    ) throws(Diagnostics) {
        if bytes.count > limits.bytes {
            let message = "\(bytes.count) bytes are too many, the limit is \(limits.bytes)"
            throw Diagnostics([Diagnostic((file.map { "\($0): " } ?? "") + message)])
        }
        let source = YAMLSource(file: file, bytes: YAMLText.withoutByteOrderMark(bytes))
        if let problem = YAMLText.problem(in: source) { throw Diagnostics([problem]) }
        var builder = YAMLTreeBuilder(source: source, limits: limits, readsAll: readsAll)
        try builder.run()
        self.source = source
        root = readsAll ? builder.roots.first : builder.root
        roots = builder.roots
        comments = builder.comments
        nextDocument = builder.nextDocument
    }

    /// Reads the file at `path`.
    /// - Throws: Also what ``TextFile/read(_:maximumBytes:)`` says.
    public static func load(_ path: String, limits: Limits = .init()) throws(Diagnostics) -> YAMLDocument {
        let bytes: [UInt8]
        do { bytes = try TextFile.read(path, maximumBytes: limits.bytes) } catch { throw Diagnostics([error]) }
        return try YAMLDocument(parsing: bytes, file: path, limits: limits)
    }
}

/// Whether bytes are text that YAML allows.
enum YAMLText {
    /// The bytes as UTF-8: byte order mark cut, UTF-16 rewritten when a mark says so.
    static func withoutByteOrderMark(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
        let little = bytes.starts(with: [0xFF, 0xFE])
        guard little || bytes.starts(with: [0xFE, 0xFF]), bytes.count.isMultiple(of: 2) else { return bytes }
        let units = stride(from: 2, to: bytes.count, by: 2).map { offset in
            let first = UInt16(bytes[offset])
            let second = UInt16(bytes[offset + 1])
            return little ? second << 8 | first : first << 8 | second
        }
        guard let text = String(validating: units, as: UTF16.self) else { return bytes }
        return Array(text.utf8)
    }

    /// The first byte that may not stand in a YAML text.
    static func problem(in source: YAMLSource) -> Diagnostic? {
        let bytes = source.bytes
        if String(validating: bytes, as: UTF8.self) == nil {
            let valid = validPrefix(bytes)
            let binary = bytes.prefix(4096).contains(0)
            return Diagnostic(
                binary ? "binary data, not a text file" : "not UTF-8: byte 0x\(hex(bytes[valid]))",
                at: source.position(ofUTF8Offset: valid))
        }
        guard let offset = bytes.withUnsafeBufferPointer(firstForbidden) else { return nil }
        let byte = bytes[offset]
        let message = byte == 0 ? "a NUL byte; binary data, not a text file" : "a control character (0x\(hex(byte)))"
        return Diagnostic(
            message + (byte == 0 ? "" : " is not allowed"), at: source.position(ofUTF8Offset: offset))
    }

    /// The first control character or non-character of well-formed UTF-8.
    private static func firstForbidden(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        for offset in bytes.indices {
            let byte = bytes[offset]
            if byte >= 0x20, byte < 0x7F { continue }
            switch byte {
            case 0x09, 0x0A, 0x0D: continue
            case 0..<0x20, 0x7F: return offset
            case 0xC2 where bytes[offset + 1] < 0xA0 && bytes[offset + 1] != 0x85: return offset
            case 0xEF where bytes[offset + 1] == 0xBF && bytes[offset + 2] >= 0xBE: return offset
            default: continue
            }
        }
        return nil
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// How many bytes are well-formed UTF-8, for a text that is not all so.
    private static func validPrefix(_ bytes: [UInt8]) -> Int {
        var low = 0
        var high = bytes.count
        // A prefix is well formed when cutting off at most three bytes of an unfinished character makes it so.
        while low < high {
            let middle = (low + high + 1) / 2
            let isValid = (0...3).contains { cut in
                cut <= middle && String(validating: bytes[..<(middle - cut)], as: UTF8.self) != nil
            }
            if isValid { low = middle } else { high = middle - 1 }
        }
        while low > 0, String(validating: bytes[..<low], as: UTF8.self) == nil { low -= 1 }
        return min(low, bytes.count - 1)
    }
}
