import Base

extension TestReport {
    /// JUnit's XML: a suite a file, a case a case.
    public var junit: String {
        var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + Self.counts(passed, failed)
        out += Self.time(files.flatMap(\.report.cases)) + ">\n"
        for file in files {
            out += "  <testsuite\(XMLText.attribute("name", file.name))"
            out += Self.counts(file.report.passed, file.report.failed) + Self.time(file.report.cases) + ">\n"
            for one in file.report.cases {
                out += "    <testcase" + XMLText.attribute("classname", file.name) + XMLText.attribute("name", one.name)
                out += XMLText.attribute("file", file.name) + XMLText.attribute("line", "\(one.line)")
                out += Self.time([one])
                if one.failures.isEmpty {
                    out += "/>\n"
                    continue
                }
                out += ">\n"
                for failure in one.failures {
                    let first = failure.message.split(separator: "\n").first.map(String.init) ?? ""
                    out += "      <failure" + XMLText.attribute("message", first)
                    out += ">\(XMLText.escaped(failure.description))</failure>\n"
                }
                out += "    </testcase>\n"
            }
            out += "  </testsuite>\n"
        }
        return out + "</testsuites>\n"
    }

    private static func counts(_ passed: Int, _ failed: Int) -> String {
        XMLText.attribute("tests", "\(passed + failed)") + XMLText.attribute("failures", "\(failed)")
            + XMLText.attribute("errors", "0")
    }

    /// Seconds to the millisecond.
    private static func time(_ cases: [ScriptReport.Case]) -> String {
        let all = cases.reduce(Duration.zero) { $0 + $1.duration }
        return XMLText.attribute("time", GoFloat.string(Double(all.milliseconds) / 1000, .fixed, precision: 3))
    }
}
