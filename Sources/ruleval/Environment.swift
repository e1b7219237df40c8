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
    /// Whether `path` is a folder.
    static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }
}
