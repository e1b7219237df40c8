import Base

extension CheckReport {
    /// JUnit's XML: a suite a file, a case a problem. Errors are failures; warnings too where `isStrict`, else they are
    /// shown as skipped. A file without problems is one case that passed.
    public func junit(isStrict: Bool) -> String {
        var suites = ""
        var totals = (cases: 0, failures: 0)
        for file in files {
            let cases = max(file.problems.count, 1)
            let failures = file.problems.count { Self.isFailure($0, isStrict) }
            totals = (totals.cases + cases, totals.failures + failures)
            suites += "  <testsuite\(XMLText.attribute("name", file.name))"
            suites += Self.counts(cases, failures, skipped: file.problems.count - failures) + ">\n"
            if file.problems.isEmpty { suites += Self.opening("rules", file, line: nil) + "/>\n" }
            for problem in file.problems {
                let isFailure = Self.isFailure(problem, isStrict)
                let place = problem.position.map { ":\($0.line):\($0.column)" } ?? ""
                suites += Self.opening(problem.rule + place, file, line: problem.position?.line) + ">\n"
                suites += "      <\(isFailure ? "failure" : "skipped")"
                if isFailure { suites += XMLText.attribute("type", problem.severity.rawValue) }
                suites += XMLText.attribute("message", problem.sentence)
                suites +=
                    isFailure ? ">\(XMLText.escaped(file.name + place + ": " + problem.sentence))</failure>\n" : "/>\n"
                suites += "    </testcase>\n"
            }
            suites += "  </testsuite>\n"
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites"
            + Self.counts(totals.cases, totals.failures, skipped: nil) + ">\n" + suites + "</testsuites>\n"
    }

    private static func isFailure(_ problem: Diagnostic, _ isStrict: Bool) -> Bool {
        problem.severity == .error || isStrict && problem.severity == .warning
    }

    private static func counts(_ cases: Int, _ failures: Int, skipped: Int?) -> String {
        XMLText.attribute("tests", "\(cases)") + XMLText.attribute("failures", "\(failures)")
            + XMLText.attribute("errors", "0") + (skipped.map { XMLText.attribute("skipped", "\($0)") } ?? "")
    }

    private static func opening(_ name: String, _ file: File, line: Int?) -> String {
        "    <testcase" + XMLText.attribute("classname", file.name) + XMLText.attribute("name", name)
            + XMLText.attribute("file", file.name) + (line.map { XMLText.attribute("line", "\($0)") } ?? "")
    }
}
