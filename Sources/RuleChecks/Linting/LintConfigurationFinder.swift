import Base
import Settings
import YAML

/// Finds the configuration that holds for a file: the nearest `.ruleval-lint.yml` in its folder or one above.
final class LintConfigurationFinder {
    /// The name it has in every folder.
    static let fileName = ".ruleval-lint.yml"

    /// A configuration that cannot be read, and why.
    struct Refusal {
        var path: String
        var problems: [Diagnostic]
    }

    /// What could not be read so far, each once.
    private(set) var refusals: [Refusal] = []
    private var known: [String: LintConfiguration] = [:]

    /// The configuration for the file at `path`; the defaults where there is none or it cannot be read.
    func configuration(for path: String) -> LintConfiguration {
        let folder = ConfigurationFolder(of: PathGlob.absolute(path)).path
        return configuration(in: folder.isEmpty ? "/" : folder)
    }

    private func configuration(in folder: String) -> LintConfiguration {
        if let found = known[folder] { return found }
        let file = folder == "/" ? "/\(Self.fileName)" : "\(folder)/\(Self.fileName)"
        let found: LintConfiguration
        if PathGlob.exists(file) {
            found = read(file)
        } else if folder == "/" {
            found = LintConfiguration()
        } else {
            let above = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? ""
            found = configuration(in: above.isEmpty ? "/" : above)
        }
        known[folder] = found
        return found
    }

    private func read(_ file: String) -> LintConfiguration {
        do throws(Diagnostics) {
            var limits = YAMLDocument.Limits()
            limits.bytes = 1 << 20
            return try LintConfiguration(document: YAMLDocument.load(file, limits: limits), path: file)
        } catch {
            refusals.append(Refusal(path: file, problems: error.all))
            return LintConfiguration()
        }
    }
}
