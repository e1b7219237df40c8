import Base
import JSON
import RuleTests
import TestSupport
import Testing

@Suite("Coverage and reports of unit tests")
struct CoverageTests {
    private static let rules = """
        groups:
          - name: g
            rules:
              - record: job:errors
                expr: sum by (job) (errors)
              - alert: Errors
                expr: job:errors > 5 and on (job) up == 1
                for: 1m

        """

    /// An item of `tests:`.
    private static func item(
        _ name: String, errors: String, up: String = "1x10", firing: Bool, more: String = ""
    ) -> String {
        """
          - name: \(name)
            input_series:
              - {series: 'errors{job="a"}', values: '\(errors)'}
              - {series: 'up{job="a"}', values: '\(up)'}
            alert_rule_test:
              - {eval_time: 5m, alertname: Errors, exp_alerts: [\(firing ? "{exp_labels: {job: a}}" : "")]}
        \(more)

        """
    }

    private static let compared =
        "    promql_expr_test: [{expr: 'job:errors', eval_time: 1m, exp_samples: [{labels: 'job:errors{job=\"a\"}', value: 9}]}]"

    private func run(_ items: String..., wanted: @escaping @Sendable (String) -> Bool = { _ in true }) throws
        -> TestReport
    {
        let folder = try TemporaryFolder()
        try folder.write("rules.yml", Self.rules)
        let path = try folder.write("a_test.yml", "rule_files: [rules.yml]\ntests:\n" + items.joined())
        var run = TestRun()
        run.collectsCoverage = true
        run.isWanted = wanted
        return run.run([path])
    }

    private func gaps(_ report: TestReport) -> [String] {
        (report.coverage?.rules ?? []).flatMap(\.gaps).map { gap in
            "\(gap.position?.line ?? 0):\(gap.position?.column ?? 0) \(gap.message)"
        }
    }

    @Test func bothWaysAreNeeded() throws {
        let fires = Self.item("fires", errors: "9x10", firing: true, more: Self.compared)
        let silent = Self.item("silent", errors: "1x10", firing: false)
        let down = Self.item("down", errors: "9x10", up: "0x10", firing: false)
        let all = try run(fires, silent, down)
        #expect(all.failed == 0, "\(all.text)")
        #expect(all.coverage?.provenCount == 2 && all.coverage?.percentage == 100)
        #expect(gaps(all) == [])
        #expect(all.text.hasSuffix("coverage: 2 of 2 rules, 100.0%\n3 passed, 0 failed\n"))

        let half = try run(fires)
        #expect(half.coverage?.percentage == 50)
        #expect(
            gaps(half) == [
                "6:9 alert Errors: no test that has data sees it stay silent",
                "7:15 alert Errors: comparison 'job:errors > 5' never decided: it was true wherever it was evaluated",
                "7:43 alert Errors: comparison 'up == 1' never decided: it was true wherever it was evaluated",
            ])
        // Without the case in which the instance is down nobody sees that `up == 1` matters.
        #expect(
            gaps(try run(fires, silent)) == [
                "7:43 alert Errors: comparison 'up == 1' never decided: it was true wherever it was evaluated"
            ])
    }

    @Test func silenceWithoutDataProvesNothing() throws {
        let fires = Self.item("fires", errors: "9x10", firing: true)
        let empty = "  - name: empty\n    alert_rule_test: [{eval_time: 5m, alertname: Errors}]\n"
        #expect(gaps(try run(fires, empty)).contains("6:9 alert Errors: no test that has data sees it stay silent"))
        // Nor does silence in a case in which the alert fires at another time, or that looks at another alert.
        let later =
            "  - name: later\n    input_series: [{series: 'errors{job=\"a\"}', values: '0x3 9x9'}, {series: 'up{job=\"a\"}', values: 1x12}]\n    alert_rule_test: [{eval_time: 1m, alertname: Errors}, {eval_time: 9m, alertname: Errors, exp_alerts: [{exp_labels: {job: a}}]}]\n"
        let other =
            "  - name: other\n    input_series: [{series: 'errors{job=\"a\"}', values: '0x9'}]\n    alert_rule_test: [{eval_time: 1m, alertname: Other}]\n"
        let report = try run(later, other)
        #expect(report.failed == 0)
        #expect(gaps(report).contains("6:9 alert Errors: no test that has data sees it stay silent"))
        // A case that fails proves nothing.
        let wrong = try run(fires, Self.item("wrong", errors: "1x10", firing: true))
        #expect(wrong.coverage?.provenCount == 0)
    }

    @Test func jsonAndJUnitTellCasesAndCoverage() throws {
        let report = try run(
            Self.item("fires <&>", errors: "9x10", firing: true), Self.item("wrong", errors: "1x10", firing: true))
        let json = try JSONValue(parsing: report.json)
        #expect(json["passed"]?.integer == 1 && json["failed"]?.integer == 1)
        let failure = json["files"]?[0]?["failures"]?[0]
        #expect(failure?["case"]?.string == "wrong")
        #expect(failure?["line"]?.integer == 15)
        #expect(failure?["message"]?.string?.hasPrefix("alertname: Errors, time: 5m\n  missing: labels {") == true)
        #expect(json["coverage"]?["rules"]?.integer == 2)
        #expect(json["coverage"]?["untested"]?[0]?["rule"]?.string == "job:errors")
        let junit = report.junit
        #expect(junit.contains("<testsuites tests=\"2\" failures=\"1\" errors=\"0\""))
        #expect(junit.contains("name=\"fires &lt;&amp;&gt;\""))
        #expect(junit.contains("<failure message=\"alertname: Errors, time: 5m\">"))
        // A file that is none is a case that failed.
        let none = TestRun().run(["/nowhere/a_test.yml", "/nowhere/b.test"])
        #expect(none.failed == 2 && none.junit.contains("tests=\"2\" failures=\"2\""))
    }

    @Test func subsetsAreAssignedSoThatAllFit() throws {
        let folder = try TemporaryFolder()
        try folder.write("rules.yml", "groups: [{name: g, rules: [{alert: A, expr: 'x > 0', labels: {s: p}}]}]")
        func run(_ expected: String) throws -> ScriptReport {
            let path = try folder.write(
                "a_test.yml",
                """
                rule_files: [rules.yml]
                tests:
                  - input_series:
                      - {series: 'x{a="1",b="1"}', values: '1'}
                      - {series: 'x{a="1",b="2"}', values: '1'}
                    alert_rule_test: [{eval_time: 0, alertname: A, match: subset, exp_alerts: [\(expected)]}]

                """)
            return UnitTestRunner().run(path: path).report
        }
        // The first expectation fits both alerts; it must not take the only one that the second fits.
        #expect(try run("{exp_labels: {a: '1'}}, {exp_labels: {b: '1'}}").failed == 0)
        #expect(try run("{exp_labels: {b: '1'}}, {exp_labels: {a: '1'}}").failed == 0)
        #expect(try run("{exp_labels: {b: '1'}}, {exp_labels: {b: '1'}}").failed == 1)
        #expect(try run("{exp_labels: {a: '1'}}").failures.first?.message.contains("not expected: labels {") == true)
        let near = try run("{exp_labels: {a: '1', b: '3'}}, {exp_labels: {b: '2'}}")
        #expect(
            near.failures.first?.message.hasSuffix("differs:\n    label b: expected \"3\", got \"1\"") == true,
            "\(near.failures)")
    }
}

@Suite("What --watch runs again")
struct TestWatchTests {
    @Test func onlyWhatAChangedFileTouches() {
        var stamps: [String: TestWatch.Stamp] = [:]
        var number: Int64 = 0
        func touch(_ path: String) {
            number += 1
            stamps[path] = TestWatch.Stamp(size: 1, modified: number, inode: 1)
        }
        for path in ["a_test.yml", "b_test.yml", "a.yml", "rules/b.yml"] { touch(path) }
        var watch = TestWatch()
        let tests = ["a_test.yml", "b_test.yml"]
        func touched() -> [String] {
            let now = stamps
            return watch.touched(tests, look: { now[$0] }) { pattern in
                pattern == "rules/*" ? now.keys.filter { $0.hasPrefix("rules/") } : [pattern]
            }
        }
        #expect(touched() == tests)
        watch.note("a_test.yml", patterns: ["a.yml"])
        watch.note("b_test.yml", patterns: ["rules/*"])
        _ = touched()
        #expect(touched() == [])
        touch("a.yml")
        #expect(touched() == ["a_test.yml"])
        touch("rules/new.yml")
        #expect(touched() == ["b_test.yml"])
        stamps["rules/b.yml"] = nil
        #expect(touched() == ["b_test.yml"])
        touch("b_test.yml")
        #expect(touched() == ["b_test.yml"])
        stamps["a.yml"] = nil
        #expect(touched() == ["a_test.yml"])
        #expect(touched() == [])
    }
}
