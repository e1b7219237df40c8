import Base

extension CheckReport {
    /// Checkstyle's XML, which many CI servers and editors read.
    public var checkstyle: String {
        var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n"
        for file in files where !file.problems.isEmpty {
            out += "  <file\(XMLText.attribute("name", file.name))>\n"
            for problem in file.problems {
                out += "    <error" + XMLText.attribute("line", "\(problem.position?.line ?? 1)")
                out += XMLText.attribute("column", "\(problem.position?.column ?? 1)")
                out += XMLText.attribute("severity", problem.severity.rawValue)
                out += XMLText.attribute("message", problem.sentence)
                out += XMLText.attribute("source", "ruleval.\(problem.rule)") + "/>\n"
            }
            out += "  </file>\n"
        }
        return out + "</checkstyle>\n"
    }
}

extension Diagnostic {
    /// The message with its hint.
    var sentence: String { hint.map { "\(message) (\($0))" } ?? message }

    /// The check that found it; what refuses a file has no check of its own.
    var rule: String { check ?? severity.rawValue }
}
