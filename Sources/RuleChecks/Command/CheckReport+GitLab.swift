import Base
import JSON
import TimeSeries

extension CheckReport {
    /// GitLab's code quality report.
    ///
    /// - Source: GitLab's documentation, "Code Quality report format".
    public var gitlab: String {
        var writer = JSONWriter()
        writer.beginArray()
        for (file, problem, fingerprint) in fingerprinted {
            writer.beginObject()
            writer.key("description")
            writer.string(problem.sentence)
            writer.key("check_name")
            writer.string(problem.rule)
            writer.key("fingerprint")
            writer.string(fingerprint)
            writer.key("severity")
            switch problem.severity {
            case .error: writer.string("critical")
            case .warning: writer.string("minor")
            case .info: writer.string("info")
            }
            writer.key("location")
            writer.beginObject()
            writer.key("path")
            writer.string(file.name.hasPrefix("./") ? String(file.name.dropFirst(2)) : file.name)
            writer.key("lines")
            writer.beginObject()
            writer.key("begin")
            writer.integer(problem.position?.line ?? 1)
            writer.endObject()
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        return writer.text + "\n"
    }

    /// Every problem with a name that stays when only its line moves: file, check and message, and the how manieth of
    /// those it is.
    var fingerprinted: [(file: File, problem: Diagnostic, fingerprint: String)] {
        var found: [(file: File, problem: Diagnostic, fingerprint: String)] = []
        var seen: [String: Int] = [:]
        for file in files {
            for problem in file.problems {
                let key = "\(file.name)\n\(problem.rule)\n\(problem.message)"
                let number = seen[key, default: 0]
                seen[key] = number + 1
                found.append((file, problem, Self.fingerprint("\(key)\n\(number)")))
            }
        }
        return found
    }

    private static func fingerprint(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let first = bytes.withUnsafeBytes { StableHash.hash($0) }
        let second = bytes.withUnsafeBytes { StableHash.combine(first, $0) }
        return [first, second].map { part in
            let digits = String(part, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
