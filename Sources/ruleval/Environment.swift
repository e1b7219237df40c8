import Base
@preconcurrency import Glibc

/// What the process was given besides its arguments.
enum Environment {
    /// A variable's value.
    static subscript(name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// The zone that Go's programs call Local: TZ's, else the machine's own.
    static var localZone: TimeZoneRules {
        guard let name = self["TZ"] else { return TimeZoneRules(file: "/etc/localtime", name: "Local") ?? .utc }
        let path = name.hasPrefix(":") ? String(name.dropFirst()) : name
        let zone = path.hasPrefix("/") ? TimeZoneRules(file: path, name: "Local") : TimeZoneRules(named: path)
        return zone ?? .utc
    }

    /// Who runs the command.
    static var login: String { self["SUDO_USER"] ?? self["LOGNAME"] ?? self["USER"] ?? "unknown" }
}

/// What the file system says.
enum FileSystem {
    /// Puts `bytes` in the place of the file at `path`, whole or not at all; its permissions stay, links are followed.
    /// - Throws: why not.
    static func replace(_ path: String, with bytes: [UInt8]) throws(Diagnostic) {
        guard let real = realpath(path, nil) else { throw failure(path) }
        defer { free(real) }
        let target = String(cString: real)
        var facts = stat()
        guard stat(target, &facts) == 0 else { throw failure(path) }
        var template = Array("\(target).XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure(path) }
        let temporary = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { break }
            sent += max(0, count)
        }
        let isWritten = sent == bytes.count && fchmod(descriptor, facts.st_mode & 0o7777) == 0 && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(temporary, target) == 0 else {
            let problem = failure(path)
            unlink(temporary)
            throw problem
        }
    }

    private static func failure(_ path: String) -> Diagnostic {
        Diagnostic("\(path): cannot be written: \(String(cString: strerror(errno)).lowercased())")
    }

    /// Whether `path` is a folder.
    static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
}
