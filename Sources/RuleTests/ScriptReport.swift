/// What came of a script: one eval statement is one case.
public struct ScriptReport: Hashable, Sendable {
    /// One case that failed, or a statement that could not be read or carried out.
    public struct Failure: Hashable, Sendable, CustomStringConvertible {
        /// The file's name.
        public var file: String
        /// Counted from 1.
        public var line: Int
        /// What is wrong; several lines.
        public var message: String

        /// `file:line: message`.
        public var description: String { "\(file):\(line): \(message)" }
    }

    /// Evals that gave what they must.
    public var passed = 0
    /// Evals that did not, and statements that could not be read or carried out.
    public var failed: Int { failures.count }
    /// In the order of the file.
    public var failures: [Failure] = []

    /// A report of nothing.
    public init() {}

    /// Adds the cases of another report.
    public mutating func append(_ other: ScriptReport) {
        passed += other.passed
        failures += other.failures
    }
}
