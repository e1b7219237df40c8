import TestSupport

/// A folder in which the built binary is run, as `ruleval` on the PATH.
struct CheckingFolder {
    let folder: TemporaryFolder
    var path: String { folder.path + "/work" }

    /// A folder with these files.
    init(_ files: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        try folder.write("work/.keep", "")
        for (name, text) in files { try write(name, text) }
    }

    /// Writes a file.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String { try folder.write("work/" + name, text) }

    /// A file's text.
    func text(_ name: String) -> String { TemporaryFolder.text(of: path + "/" + name) }

    /// What bash makes of a script in this folder; `ruleval` is the built binary, git knows who it is.
    func bash(
        _ script: String, shell: String = "/bin/bash", environment: [String: String] = [:]
    ) async throws -> (status: Int32, output: String, error: String) {
        try await ChildProcess.run(
            shell, ["-c", "cd '\(path)' && \(script)"], environment: try variables(environment), folder: folder)
    }

    /// The environment of scripts.
    func variables(_ more: [String: String] = [:]) throws -> [String: String] {
        try folder.write("bin/.keep", "")
        let link = folder.path + "/bin/ruleval"
        if TemporaryFolder.names(in: folder.path + "/bin").contains("ruleval") == false {
            try makeLink(Surroundings.binary, link)
        }
        let own = [
            "PATH": folder.path + "/bin:/usr/local/bin:/usr/bin:/bin", "HOME": folder.path, "NO_COLOR": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
        ]
        return own.merging(more) { $1 }
    }
}
