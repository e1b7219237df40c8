import Base
import RuleTests
import TestSupport
import Testing

/// What would take for ever or fill the memory ends in an error with its place.
@Suite("Hostile unit tests")
struct HostileUnitTestTests {
    private func failures(_ tests: String, rules: String = "groups: []") throws -> [ScriptReport.Failure] {
        let folder = try TemporaryFolder()
        try folder.write("rules.yml", rules)
        let path = try folder.write("a_test.yml", "rule_files: [rules.yml]\n" + tests)
        let clock = ContinuousClock()
        let began = clock.now
        let report = UnitTestRunner().run(path: path).report
        #expect(clock.now - began < .seconds(60))
        #expect(report.failed == 1)
        return report.failures
    }

    @Test(
        "a thousand million samples",
        arguments: [
            "1x1000000000", "1+1x1000000000", "_x1000000000", "{{sum:1}}x1000000000",
            "{{sum:1}}+{{sum:1}}x1000000000", "1x99999999999999999999",
        ])
    func tooManySamples(_ values: String) throws {
        let failure = try #require(
            failures("tests:\n  - name: many\n    input_series: [{series: x, values: '1 \(values)'}]\n").first)
        #expect(failure.line == 4)
        #expect(
            failure.message.contains("more values than a test may have") || failure.message.contains("out of range"))
    }

    @Test func manySeriesCountTogether() throws {
        let series = (0..<200).map { "      - {series: 'x{a=\"\($0)\"}', values: '1x60000'}\n" }.joined()
        let failure = try #require(failures("tests:\n  - input_series:\n" + series).first)
        #expect(failure.message.contains("more values than a test may have"))
        #expect(failure.line > 100)
    }

    @Test func tooManyStepsAreRefused() throws {
        let failure = try #require(
            failures("evaluation_interval: 1ms\ntests: [{promql_expr_test: [{expr: '1', eval_time: 1y}]}]\n").first)
        #expect(failure.message.contains("evaluations"))
    }

    @Test func templatesThatCallThemselvesEnd() throws {
        let rules = """
            groups:
              - name: g
                rules:
                  - alert: A
                    expr: vector(1)
                    annotations:
                      t: '{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}'
                      q: '{{ range query "vector(1)" }}{{ range query (printf "vector(%f)" .Value) }}{{ . }}{{ end }}{{ end }}'

            """
        let tests = "tests: [{alert_rule_test: [{eval_time: 0, alertname: A, exp_alerts: [{}]}]}]\n"
        let failure = try #require(failures(tests, rules: rules).first)
        #expect(failure.message.contains("annotation t: expected none, got \"<error expanding template: "))
    }

    @Test func anExpressionOfAMegabyteIsToldInShort() throws {
        let deep = String(repeating: "(", count: 1_000_000)
        let failure = try #require(
            failures("tests: [{promql_expr_test: [{expr: '\(deep)', eval_time: 0}]}]\n").first)
        #expect(failure.message.utf8.count < 2000)
        let wide = (0..<100_000).map { "x\($0)" }.joined(separator: " + ")
        let other = try failures("tests: [{promql_expr_test: [{expr: '\(wide)', eval_time: 0, exp_samples: [{}]}]}]\n")
        #expect(other.count == 1)
    }
}
