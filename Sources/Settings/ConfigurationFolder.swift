import Base

/// The folder of a configuration file, which relative paths in it count from.
public struct ConfigurationFolder: Hashable, Sendable {
    /// The folder's path; empty for the working directory.
    public let path: String

    /// The folder `path`.
    public init(path: String) { self.path = path }

    /// The folder of the file at `file`.
    public init(of file: String) {
        guard let slash = file.lastIndex(of: "/") else {
            path = ""
            return
        }
        path = slash == file.startIndex ? "/" : String(file[..<slash])
    }

    /// `relative` as seen from the working directory; absolute paths and the empty one stay as they are.
    public func resolve(_ relative: String) -> String {
        if relative.isEmpty || relative.hasPrefix("/") || path.isEmpty { return relative }
        return path.hasSuffix("/") ? path + relative : path + "/" + relative
    }

    /// All files that `patterns` name, each once, in the order of the patterns and sorted within each.
    ///
    /// A pattern that matches nothing gives nothing, as in Prometheus; a folder that fits is given, and refused by
    /// whoever reads it, as in Prometheus.
    /// - Throws: A pattern that cannot be read.
    public func files(matching patterns: [String]) throws(Diagnostic) -> [String] {
        var seen: Set<String> = []
        var files: [String] = []
        for pattern in patterns {
            for file in try PathGlob.expand(resolve(pattern), includesFolders: true)
            where seen.insert(file).inserted { files.append(file) }
        }
        return files
    }
}
