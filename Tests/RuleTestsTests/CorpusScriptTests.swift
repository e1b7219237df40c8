import Base
@preconcurrency import Glibc
import RuleTests
import Testing

/// The scripts that Prometheus' engine must pass, where they are at hand.
@Suite("PromQL scripts of the corpus")
struct CorpusScriptTests {
    /// The folder of the scripts; nil when it is not there.
    static let folder: String? = {
        let root: String
        if let named = getenv("RULEVAL_CORPUS") {
            root = String(cString: named)
        } else {
            // Tests/RuleTestsTests/ThisFile.swift: the package's root is three levels up.
            root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/../shared/corpus"
        }
        let path = root + "/promql"
        return access(path + "/aggregators.test", R_OK) == 0 ? path : nil
    }()

    @Test func allEvalsPass() throws {
        guard let folder = Self.folder else {
            print("SKIPPED: the corpus is not here; set RULEVAL_CORPUS to run its PromQL scripts")
            return
        }
        let files = try PathGlob.expand(folder + "/*.test")
        #expect(files.count == 21)
        var report = ScriptReport()
        for file in files { report.append(try ScriptRunner().run(path: file)) }
        for failure in report.failures { Issue.record("\(failure)") }
        #expect(report.passed == 1318)
        #expect(report.failed == 0)
    }
}
