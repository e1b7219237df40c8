import Base
import JSON

extension CheckReport {
    /// SARIF 2.1.0, which code scanning of GitHub, GitLab and editors read.
    ///
    /// - Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
    public var sarif: String {
        let problems = fingerprinted
        let rules = Set(problems.map(\.problem.rule)).sorted()
        let places = Dictionary(uniqueKeysWithValues: rules.enumerated().map { ($1, $0) })
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("$schema")
        writer.string("https://json.schemastore.org/sarif-2.1.0.json")
        writer.key("version")
        writer.string("2.1.0")
        writer.key("runs")
        writer.beginArray()
        writer.beginObject()
        Self.writeTool(rules, to: &writer)
        writer.key("columnKind")
        writer.string("unicodeCodePoints")
        writer.key("results")
        writer.beginArray()
        for (file, problem, fingerprint) in problems {
            Self.write(file, problem, fingerprint, places[problem.rule] ?? 0, to: &writer)
        }
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return writer.text + "\n"
    }

    private static func writeTool(_ rules: [String], to writer: inout JSONWriter) {
        let summaries = Dictionary(
            RuleCheckRegistry.descriptions.map { ($0.name, $0.summary) },
            uniquingKeysWith: { first, _ in first })
        writer.key("tool")
        writer.beginObject()
        writer.key("driver")
        writer.beginObject()
        writer.key("name")
        writer.string("ruleval")
        writer.key("version")
        writer.string(Version.number)
        writer.key("rules")
        writer.beginArray()
        for rule in rules {
            writer.beginObject()
            writer.key("id")
            writer.string(rule)
            writer.key("shortDescription")
            writer.text("text", summaries[rule] ?? "Prometheus refuses the file")
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endObject()
    }

    private static func write(
        _ file: File, _ problem: Diagnostic, _ fingerprint: String, _ ruleIndex: Int, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.key("ruleId")
        writer.string(problem.rule)
        writer.key("ruleIndex")
        writer.integer(ruleIndex)
        writer.key("level")
        writer.string(problem.severity == .info ? "note" : problem.severity.rawValue)
        writer.key("message")
        writer.text("text", problem.sentence)
        writer.key("locations")
        writer.beginArray()
        writer.beginObject()
        writer.key("physicalLocation")
        writer.beginObject()
        writer.key("artifactLocation")
        writer.text("uri", uri(file.name))
        if let position = problem.position {
            writer.key("region")
            writer.beginObject()
            writer.key("startLine")
            writer.integer(position.line)
            writer.key("startColumn")
            writer.integer(position.column)
            writer.endObject()
        }
        writer.endObject()
        writer.endObject()
        writer.endArray()
        writer.key("partialFingerprints")
        writer.text("ruleval/v1", fingerprint)
        writer.endObject()
    }

    /// A path as a relative reference or a file URL.
    private static func uri(_ path: String) -> String {
        var out = path.hasPrefix("/") ? "file://" : ""
        for byte in (path.hasPrefix("./") ? String(path.dropFirst(2)) : path).utf8 {
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || "-._~/+@".utf8.contains(byte)
            if isPlain {
                out.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                out += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }
}

extension JSONWriter {
    /// An object of one text.
    fileprivate mutating func text(_ name: String, _ value: String) {
        beginObject()
        key(name)
        string(value)
        endObject()
    }
}
