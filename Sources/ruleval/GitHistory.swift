import Base

/// Files as they were in a commit.
struct GitHistory: Sendable {
    let reference: String

    /// - Throws: when git or the reference is not there.
    init(reference: String) throws(Diagnostic) {
        self.reference = reference
        let question = ["rev-parse", "--verify", "--quiet", "--end-of-options", "\(reference)^{commit}"]
        let (status, output) = try ExternalProgram.run("git", question)
        if status == 0, !output.isEmpty { return }
        guard try ExternalProgram.run("git", ["rev-parse", "--git-dir"]).status == 0 else {
            throw Diagnostic("--changed-since: this folder is in no git repository")
        }
        throw Diagnostic(
            "--changed-since: git knows no commit '\(reference)' (a shallow clone has only the newest ones)")
    }

    /// The bytes that the file at `path` had; nil when it was not there.
    /// - Throws: when git cannot be run.
    func text(of path: String) throws(Diagnostic) -> [UInt8]? {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        let (status, output) = try ExternalProgram.run("git", ["-C", folder, "show", "\(reference):./\(name)"])
        return status == 0 ? output : nil
    }
}
