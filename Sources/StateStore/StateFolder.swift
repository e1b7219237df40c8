import Base
internal import Glibc

/// The folder that holds the state, locked for this process.
///
/// The lock is the kernel's (`flock`): it ends with the process, however that ends. The number in the file is for people.
final class StateFolder: Sendable {
    let path: String
    private let lock: Int32

    /// Makes the folder when it is missing and locks it.
    init(_ path: String) throws(StateStoreError) {
        self.path = path
        try Self.makeDirectories(path)
        let name = path + "/lock"
        let descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notWritable(directory: path, reason: Self.reason()) }
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            let code = errno
            let process = Self.number(in: descriptor)
            close(descriptor)
            if code == EWOULDBLOCK { throw .locked(directory: path, process: process) }
            throw .notWritable(directory: path, reason: String(cString: strerror(code)))
        }
        let text = Array("\(getpid())\n".utf8)
        let written = ftruncate(descriptor, 0) == 0 ? pwrite(descriptor, text, text.count, 0) : -1
        guard written == text.count || errno == ENOSPC else {
            let reason = Self.reason()
            close(descriptor)
            throw .notWritable(directory: path, reason: reason)
        }
        lock = descriptor
    }

    deinit {
        // Closing alone would leave it to a child that has been forked and not yet become another program.
        flock(lock, LOCK_UN)
        close(lock)
    }

    private static func makeDirectories(_ path: String) throws(StateStoreError) {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                throw .notWritable(directory: path, reason: "not a directory")
            }
            return
        }
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        if !parent.isEmpty { try makeDirectories(parent) }
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else { throw .notWritable(directory: path, reason: reason()) }
    }

    private static func number(in descriptor: Int32) -> Int32? {
        var room = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &room, room.count, 0)
        return Int32(String(decoding: room[..<max(0, count)].prefix { $0 != 0x0A }, as: UTF8.self))
    }

    private static func reason() -> String { String(cString: strerror(errno)) }

    /// Gives a file and its companions another name; missing ones are passed over.
    /// - Returns: whether the file itself was renamed.
    static func setAside(_ file: String, suffix: String) -> Bool {
        for companion in ["-wal", "-shm"] { rename("\(file)\(companion)", "\(file)\(suffix)\(companion)") }
        return rename(file, "\(file)\(suffix)") == 0
    }

    /// What the name of a damaged file ends with.
    static func damageSuffix(_ now: Timestamp) -> String {
        ".damaged-" + RFC3339.string(now).filter { $0.isLetter || $0.isNumber }
    }
}
