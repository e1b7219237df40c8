@preconcurrency internal import Glibc
import Synchronization

/// A folder that is removed with its owner.
public final class TemporaryFolder: Sendable {
    /// Its path.
    public let path: String
    private let counter = Mutex(0)

    /// Makes a new one.
    public init() throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/ruleval-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ChildProcessError(path: base, reason: String(cString: strerror(errno)))
        }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    func nextNumber() -> Int {
        counter.withLock { number in
            number += 1
            return number
        }
    }

    /// Writes a file into the folder, folders between included, and returns its path.
    @discardableResult
    public func write(_ name: String, _ text: String) throws -> String {
        let full = path + "/" + name
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/" + part
            mkdir(folder, 0o700)
        }
        guard let file = fopen(full, "w") else {
            throw ChildProcessError(path: full, reason: String(cString: strerror(errno)))
        }
        defer { fclose(file) }
        let bytes = Array(text.utf8)
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw ChildProcessError(path: full, reason: String(cString: strerror(errno)))
        }
        return full
    }

    /// The text of a file; empty when there is none.
    public static func text(of path: String) -> String { String(decoding: bytes(of: path), as: UTF8.self) }

    /// The bytes of a file, at most `limit`; none when there is no file.
    public static func bytes(of path: String, limit: Int = .max) -> [UInt8] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < limit {
            let count = fread(&piece, 1, min(piece.count, limit - bytes.count), file)
            if count == 0 { break }
            bytes += piece[..<count]
        }
        return bytes
    }

    /// What stands in a folder; empty when there is none.
    public static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    private static func remove(_ path: String) {
        for name in names(in: path) { remove(path + "/" + name) }
        _ = Glibc.remove(path)
    }
}
