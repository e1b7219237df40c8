import Base

/// What came of a file of tests: a case is an eval statement of a script, or an item of `tests:` of a unit-test file.
public struct ScriptReport: Hashable, Sendable {
    /// One thing that is not as it must be: an eval, an expectation of a unit test, a statement or file that cannot be
    /// read.
    public struct Failure: Hashable, Sendable, CustomStringConvertible {
        /// The file's name.
        public var file: String
        /// Counted from 1.
        public var line: Int
        /// What is wrong; several lines.
        public var message: String
        /// The case's name; empty where it has none.
        public var testCase = ""

        /// `file:line: case: message`.
        public var description: String {
            "\(file):\(line): " + (testCase.isEmpty ? "" : "\(testCase): ") + message
        }
    }

    /// A case that was run.
    public struct Case: Hashable, Sendable {
        /// Its name; where it has none, what it evaluates or its place in the file.
        public var name: String
        /// Where it stands, from 1.
        public var line: Int
        /// What is not as it must be.
        public var failures: [Failure]
        /// How long it took.
        public var duration: Duration = .zero
    }

    /// Cases that gave what they must.
    public var passed = 0
    /// Cases that did not, and statements or files that could not be read or carried out.
    public var failed = 0
    /// In the order of the file.
    public var failures: [Failure] = []
    /// All cases that were run, and what could not be read, in the order of the file.
    public var cases: [Case] = []

    /// A report of nothing.
    public init() {}

    /// A report of a file that could not be read: one failure that says why.
    public static func unreadable(_ file: String, _ reason: Diagnostic) -> ScriptReport {
        var report = ScriptReport()
        report.add(
            Case(
                name: file, line: reason.position?.line ?? 1,
                failures: [Failure(file: file, line: reason.position?.line ?? 1, message: reason.message)]))
        return report
    }

    /// Adds a case.
    mutating func add(_ one: Case) {
        if one.failures.isEmpty { passed += 1 } else { failed += 1 }
        failures += one.failures
        cases.append(one)
    }

    /// Adds the cases of another report.
    public mutating func append(_ other: ScriptReport) {
        passed += other.passed
        failed += other.failed
        failures += other.failures
        cases += other.cases
    }
}
