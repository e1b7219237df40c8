import Glibc

/// The corpus of rule files and scripts, when it is there.
enum Corpus {
    /// Its folder, nil (and said so) when there is none.
    static let root: String? = {
        let path = getenv("RULEVAL_CORPUS").map { String(cString: $0) } ?? "../shared/corpus"
        if opendir(path).map({ closedir($0) }) != nil { return path }
        print("SKIPPED: no corpus at \(path); set RULEVAL_CORPUS")
        return nil
    }()

    /// Expressions of the `eval` statements of all scripts, in the order of the files.
    static let scriptExpressions: [String] = files(in: "promql", endingWith: ".test").flatMap { path in
        lines(of: path).compactMap(expression(ofEval:))
    }

    /// Expressions of the rule files that promtool accepts.
    static let ruleExpressions: [String] =
        (files(in: "rules", endingWith: ".yaml") + files(in: "rules", endingWith: ".yml"))
        .filter(isAccepted).flatMap(expressions(inRules:))

    private static let acceptedRuleFiles: Set<Substring> = {
        guard let root else { return [] }
        let text = lines(of: root + "/rules/verdicts.json").joined()
        var found: Set<Substring> = []
        for entry in text.split(separator: "}") where entry.contains("\"rules\"") && entry.contains("\"accept\": true")
        {
            let names = entry.split(separator: "\"").filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }
            if let name = names.last { found.insert(name) }
        }
        return found
    }()

    private static func isAccepted(_ path: String) -> Bool {
        acceptedRuleFiles.contains { path.hasSuffix("/rules/" + $0) }
    }

    private static func expression(ofEval line: Substring) -> String? {
        let words = line.split(separator: " ", omittingEmptySubsequences: true)
        guard let first = words.first, first.hasPrefix("eval"), words.count > 3 else { return nil }
        let isRange = words[1] == "range"
        let skipped = isRange ? 8 : 4
        guard words.count > skipped else { return nil }
        return String(line[words[skipped].startIndex...])
    }

    /// Reads plain and block scalars behind `expr:`, enough for the corpus.
    private static func expressions(inRules path: String) -> [String] {
        let all = lines(of: path)
        var found: [String] = []
        for (index, line) in all.enumerated() {
            let trimmed = line.drop { $0 == " " || $0 == "-" }
            guard trimmed.hasPrefix("expr: ") else { continue }
            let indent = line.count - trimmed.count
            let rest = trimmed.dropFirst(6)
            if rest.hasPrefix("*") || rest.hasPrefix("&") { continue }
            if rest.hasPrefix("|") || rest.hasPrefix(">") {
                let body = all[(index + 1)...].prefix {
                    $0.allSatisfy { $0 == " " } || $0.prefix { $0 == " " }.count > indent
                }
                found.append(body.joined(separator: "\n"))
            } else if !rest.hasPrefix("'"), !rest.hasPrefix("\"") {
                let body = all[(index + 1)...].prefix { !$0.contains(":") && $0.prefix { $0 == " " }.count > indent }
                found.append(([rest] + body).joined(separator: "\n"))
            }
        }
        return found
    }

    static func files(in folder: String, endingWith suffix: String) -> [String] {
        guard let root else { return [] }
        var found: [String] = []
        var folders = [root + "/" + folder]
        while let path = folders.popLast() {
            guard let directory = opendir(path) else { continue }
            defer { closedir(directory) }
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name == "." || name == ".." { continue }
                if entry.pointee.d_type == UInt8(DT_DIR) {
                    folders.append(path + "/" + name)
                } else if name.hasSuffix(suffix) {
                    found.append(path + "/" + name)
                }
            }
        }
        return found.sorted()
    }

    private static func lines(of path: String) -> [Substring] {
        guard let file = fopen(path, "r") else { return [] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    }
}
