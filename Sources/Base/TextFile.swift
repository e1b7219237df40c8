internal import Glibc

/// Reading of files that somebody else wrote: bounded, and refused with a reason where they are no files.
public enum TextFile {
    /// The bytes of the file at `path`.
    ///
    /// Pipes and devices are read only below `/dev` and `/proc` (standard input, process substitution): elsewhere
    /// they could block for ever.
    /// - Throws: A ``Diagnostic`` without line for what cannot be read, a directory, or more than `maximumBytes`.
    public static func read(_ path: String, maximumBytes: Int) throws(Diagnostic) -> [UInt8] {
        var facts = stat()
        guard stat(path, &facts) == 0 else { throw failure(path, errno) }
        let kind = facts.st_mode & S_IFMT
        if kind == S_IFDIR { throw Diagnostic("\(path): is a directory, not a file") }
        let mayStream = path.hasPrefix("/dev/") || path.hasPrefix("/proc/")
        guard kind == S_IFREG || mayStream else { throw Diagnostic("\(path): is not a regular file") }
        if kind == S_IFREG, Int(facts.st_size) > maximumBytes {
            throw tooLarge(path, Int(facts.st_size), maximumBytes)
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(kind == S_IFREG ? Int(facts.st_size) + 1 : 65_536)
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path, errno)
            }
            bytes += chunk[..<count]
            if bytes.count > maximumBytes { throw tooLarge(path, bytes.count, maximumBytes) }
        }
    }

    /// Puts `bytes` in the place of the file at `path`, whole or not at all; its permissions stay, links are followed.
    /// - Throws: Why that cannot be done.
    public static func replace(_ path: String, with bytes: [UInt8]) throws(Diagnostic) {
        let target = PathGlob.absolute(path)
        var facts = stat()
        guard stat(target, &facts) == 0 else { throw failure(path, errno) }
        let temporary = target + ".ruleval-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, facts.st_mode & 0o7777)
        guard descriptor >= 0 else { throw failure(path, errno) }
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                let code = errno
                close(descriptor)
                unlink(temporary)
                throw failure(path, code)
            }
            written += count
        }
        fchmod(descriptor, facts.st_mode & 0o7777)
        close(descriptor)
        guard rename(temporary, target) == 0 else {
            let code = errno
            unlink(temporary)
            throw failure(path, code)
        }
    }

    private static func failure(_ path: String, _ code: Int32) -> Diagnostic {
        Diagnostic("\(path): \(String(cString: strerror(code)).lowercased())")
    }

    private static func tooLarge(_ path: String, _ size: Int, _ limit: Int) -> Diagnostic {
        Diagnostic("\(path): \(size) bytes are too many, the limit is \(limit)")
    }
}
