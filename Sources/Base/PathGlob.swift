internal import Glibc

/// Patterns of file names: `*`, `?` and `[a-z]` within a name, `**` for any number of folders.
public enum PathGlob {
    /// Entries looked at before a search is given up.
    public static let defaultLimit = 500_000

    /// Whether `text` has any wildcard.
    public static func isPattern(_ text: String) -> Bool {
        text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
    }

    /// The files that `pattern` names, sorted; a pattern without wildcards names itself when it exists.
    /// - Parameter includesFolders: Whether folders whose own names the pattern fits are named too, for callers that
    ///   must say that these are no files.
    /// - Throws: A pattern that cannot be read, or more than `limit` entries to look at.
    public static func expand(
        _ pattern: String, includesFolders: Bool = false, limit: Int = defaultLimit
    ) throws(Diagnostic) -> [String] {
        var walk = Walk(limit: limit, includesFolders: includesFolders)
        let isAbsolute = pattern.hasPrefix("/")
        let parts = pattern.split(separator: "/").map(String.init)
        for part in parts where part != "**" { _ = try matches("", part) }
        try walk.expand(base: isAbsolute ? "/" : "", parts[...])
        return Set(walk.found).sorted()
    }

    /// The files below the folder `path` that `accepts`, sorted; linked folders and `.git` are not entered.
    /// - Throws: More than `limit` entries to look at, or a folder that cannot be read.
    public static func files(
        below path: String, limit: Int = defaultLimit, where accepts: (String) -> Bool
    ) throws(Diagnostic) -> [String] {
        var walk = Walk(limit: limit)
        var open = [path]
        var files: [String] = []
        while let folder = open.popLast() {
            for entry in try walk.entries(of: folder) {
                let full = Walk.join(folder, entry.name)
                if entry.isFolder {
                    if entry.name != ".git" { open.append(full) }
                } else if accepts(full) {
                    files.append(full)
                }
            }
        }
        return files.sorted()
    }

    /// `path` from the root on, links and `..` resolved where it exists.
    public static func absolute(_ path: String) -> String {
        if let resolved = realpath(path.isEmpty ? "." : path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        guard !path.hasPrefix("/"), let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return Walk.join(String(cString: folder), path)
    }

    /// Whether `path` is a folder, links followed.
    public static func isFolder(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether anything is at `path`, links followed.
    public static func exists(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0
    }

    /// Whether the single name `name` fits the single part `pattern`, which has no `/`.
    /// - Throws: A `[` or `\` without its end.
    public static func matches(_ name: String, _ pattern: String) throws(Diagnostic) -> Bool {
        let steps = try steps(of: pattern)
        let text = Array(name.unicodeScalars)
        var step = 0
        var at = 0
        var retry: (step: Int, at: Int)?
        while at < text.count {
            if step < steps.count, case .anyText = steps[step] {
                retry = (step, at)
                step += 1
            } else if step < steps.count, steps[step].accepts(text[at]) {
                step += 1
                at += 1
            } else if let last = retry {
                retry = (last.step, last.at + 1)
                step = last.step + 1
                at = last.at + 1
            } else {
                return false
            }
        }
        while step < steps.count, case .anyText = steps[step] { step += 1 }
        return step == steps.count
    }

    /// A part of a pattern.
    private enum Step {
        case anyText
        case anyCharacter
        case character(Unicode.Scalar)
        case oneOf([ClosedRange<Unicode.Scalar>], isNegated: Bool)

        func accepts(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .anyText: false
            case .anyCharacter: true
            case .character(let wanted): scalar == wanted
            case .oneOf(let ranges, let isNegated): ranges.contains { $0.contains(scalar) } != isNegated
            }
        }
    }

    private static func steps(of pattern: String) throws(Diagnostic) -> [Step] {
        var rest = Array(pattern.unicodeScalars)[...]
        var steps: [Step] = []
        while let first = rest.popFirst() {
            switch first {
            case "*": steps.append(.anyText)
            case "?": steps.append(.anyCharacter)
            case "[": steps.append(try set(&rest, pattern))
            case "\\":
                guard let next = rest.popFirst() else { throw unfinished(pattern) }
                steps.append(.character(next))
            default: steps.append(.character(first))
            }
        }
        return steps
    }

    private static func set(
        _ rest: inout ArraySlice<Unicode.Scalar>, _ pattern: String
    ) throws(Diagnostic) -> Step {
        let isNegated = rest.first == "^" || rest.first == "!"
        if isNegated { rest = rest.dropFirst() }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        while true {
            guard var low = rest.popFirst() else { throw unfinished(pattern) }
            if low == "]", !ranges.isEmpty { return .oneOf(ranges, isNegated: isNegated) }
            if low == "\\" {
                guard let next = rest.popFirst() else { throw unfinished(pattern) }
                low = next
            }
            var high = low
            if rest.first == "-", let end = rest.dropFirst().first, end != "]" {
                high = end
                rest = rest.dropFirst(2)
            }
            guard low <= high else { throw unfinished(pattern) }
            ranges.append(low...high)
        }
    }

    private static func unfinished(_ pattern: String) -> Diagnostic {
        Diagnostic("file pattern '\(pattern)' cannot be read")
    }

    /// A search in progress.
    private struct Walk {
        var limit: Int
        var includesFolders = false
        var seen = 0
        var found: [String] = []

        static func join(_ folder: String, _ name: String) -> String {
            folder.isEmpty || folder.hasSuffix("/") ? folder + name : folder + "/" + name
        }

        mutating func expand(base: String, _ parts: ArraySlice<String>) throws(Diagnostic) {
            guard let part = parts.first else { return }
            let rest = parts.dropFirst()
            if part == "**" {
                if rest.isEmpty {
                    for entry in try entries(of: base) where !entry.isFolder {
                        let path = Self.join(base, entry.name)
                        if !PathGlob.isFolder(path) { found.append(path) }
                    }
                } else {
                    try expand(base: base, rest)
                }
                for entry in try entries(of: base) where entry.isFolder && entry.name != ".git" {
                    try expand(base: Self.join(base, entry.name), parts)
                }
                return
            }
            if !PathGlob.isPattern(part) {
                let path = Self.join(base, part)
                if rest.isEmpty {
                    if PathGlob.exists(path), includesFolders || !PathGlob.isFolder(path) { found.append(path) }
                } else if PathGlob.isFolder(path) {
                    try expand(base: path, rest)
                }
                return
            }
            for entry in try entries(of: base) where try PathGlob.matches(entry.name, part) {
                let path = Self.join(base, entry.name)
                if rest.isEmpty {
                    if includesFolders || !PathGlob.isFolder(path) { found.append(path) }
                } else if PathGlob.isFolder(path) {
                    try expand(base: path, rest)
                }
            }
        }

        /// The entries of a folder, sorted; none when it cannot be opened because it is not there.
        mutating func entries(of folder: String) throws(Diagnostic) -> [(name: String, isFolder: Bool)] {
            guard let directory = opendir(folder.isEmpty ? "." : folder) else {
                if errno == ENOENT || errno == ENOTDIR { return [] }
                throw Diagnostic("\(folder): \(String(cString: strerror(errno)).lowercased())")
            }
            defer { closedir(directory) }
            var names: [(name: String, isFolder: Bool)] = []
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name == "." || name == ".." { continue }
                seen += 1
                if seen > limit { throw Diagnostic("more than \(limit) files and folders to look at in '\(folder)'") }
                var isFolder = Int32(entry.pointee.d_type) == Int32(DT_DIR)
                if Int32(entry.pointee.d_type) == Int32(DT_UNKNOWN) {
                    var facts = stat()
                    isFolder = lstat(Self.join(folder, name), &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
                }
                names.append((name, isFolder))
            }
            return names.sorted { $0.name < $1.name }
        }
    }
}
