import Base

/// What a run of `ruleval test` found, file by file.
public struct TestReport: Sendable {
    /// A file of tests.
    public struct File: Sendable {
        /// Its name as given, or as found in a folder.
        public var name: String
        /// Its cases.
        public var report: ScriptReport

        /// A file and its cases.
        public init(name: String, report: ScriptReport) {
            self.name = name
            self.report = report
        }
    }

    /// In the order in which they were run.
    public var files: [File] = []
    /// What the tests prove about rules; nil when it was not asked for.
    public var coverage: RuleCoverage?

    /// A report of nothing.
    public init() {}

    /// Cases that gave what they must.
    public var passed: Int { files.reduce(0) { $0 + $1.report.passed } }
    /// Cases that did not, and files that cannot be read.
    public var failed: Int { files.reduce(0) { $0 + $1.report.failed } }

    /// `N passed, N failed`.
    public var summary: String { "\(passed) passed, \(failed) failed" }

    /// For people: each failure with its place and case, what is untested, the counts in the last line.
    public var text: String {
        var text = ""
        for failure in files.flatMap(\.report.failures) { text += Self.printable("\(failure)") + "\n" }
        if let coverage { text += coverage.text }
        return text + summary + "\n"
    }

    /// Text from files, made harmless for a terminal; line breaks stay.
    static func printable(_ text: String) -> String {
        let isHarmless = text.unicodeScalars.allSatisfy { $0 == "\n" || !isControl($0) }
        if isHarmless { return text }
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            out.append(scalar == "\n" || !isControl(scalar) ? scalar : scalar == "\t" ? " " : "·")
        }
        return String(out)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E, 0x2028, 0x2029, 0x2066...0x2069: true
        default: false
        }
    }
}

extension RuleCoverage {
    /// The share of rules, and what no test shows.
    public var text: String {
        var text = ""
        for rule in rules {
            for gap in rule.gaps {
                text += (gap.position.map { "\($0): " } ?? "") + "untested: \(TestReport.printable(gap.message))\n"
            }
        }
        return text + "coverage: \(provenCount) of \(rules.count) rules, \(shownPercentage)%\n"
    }

    /// With one digit behind the point, never rounded up to 100.
    public var shownPercentage: String {
        let tenths = rules.isEmpty ? 1000 : provenCount * 1000 / rules.count
        return "\(tenths / 10).\(tenths % 10)"
    }
}
