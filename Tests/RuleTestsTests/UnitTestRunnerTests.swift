import Base
@preconcurrency import Glibc
import RuleTests
import Testing
import YAML

@Suite("Unit tests of rules")
struct UnitTestRunnerTests {
    /// promtool's verdicts: path below the corpus, accepted, failing cases.
    static let verdicts: [(path: String, isAccepted: Bool, failing: Int?)] = {
        guard let scripts = CorpusScriptTests.folder else { return [] }
        let root = scripts.dropLast("/promql".count) + "/rules/"
        guard let files = (try? YAMLDocument.load(root + "verdicts.json"))?.root?["files"]?.mapping else { return [] }
        return files.compactMap { pair in
            guard pair.value["kind"]?.scalar?.text == "tests", let path = pair.key.scalar?.text else { return nil }
            return (
                root + path, pair.value["accept"]?.scalar?.boolean ?? false,
                pair.value["count"]?.scalar?.integer.map { Int($0) }
            )
        }
    }()

    @Test func corpusIsJudgedAsByPromtool() {
        if Self.verdicts.isEmpty {
            return print("SKIPPED: the corpus is not here; set RULEVAL_CORPUS to run its unit tests")
        }
        #expect(Self.verdicts.count == 22)
        for verdict in Self.verdicts {
            let report = UnitTestRunner().run(path: verdict.path).report
            let told = report.failures.map(\.description).joined(separator: "\n")
            #expect((report.failed == 0) == verdict.isAccepted, "\(verdict.path)\n\(told)")
            if let failing = verdict.failing { #expect(report.failed == failing, "\(verdict.path)\n\(told)") }
        }
    }

    private func run(_ rules: String, _ tests: String) throws -> ScriptReport {
        let folder = try TemporaryFolder()
        try folder.write(rules, to: "rules.yml")
        try folder.write("rule_files: [rules.yml]\n" + tests, to: "a_test.yml")
        return UnitTestRunner().run(path: folder.path + "/a_test.yml").report
    }

    private static let rules = """
        groups:
          - name: first
            rules:
              - record: job:up:sum
                expr: sum by (job) (up)
              - alert: Down
                expr: up == 0
                for: 2m
                labels: {severity: page}
                annotations: {text: "{{ $labels.instance }} is {{ $value }} in {{ $externalLabels.region }}"}
        """

    private static let input = """
        tests:
          - name: one
            interval: 1m
            external_labels: {region: eu}
            input_series:
              - {series: 'up{job="api", instance="a"}', values: "1 0x5 1"}
              - {series: 'up{job="api", instance="b"}', values: "1x10"}

        """

    @Test(
        "expectations that hold",
        arguments: [
            "promql_expr_test: [{expr: 'job:up:sum', eval_time: 90s, exp_samples: [{labels: 'job:up:sum{job=\"api\"}', value: 1}]}]",
            "promql_expr_test: [{expr: 'count(ALERTS{alertstate=\"pending\"})', eval_time: 2m, exp_samples: [{value: 1}]}]",
            "promql_expr_test: [{expr: '1 + 1', eval_time: 0, exp_samples: [{value: 2}]}]",
            // Samples later than the last step are not there yet.
            "promql_expr_test: [{expr: 'up{instance=\"a\"} offset -4m', eval_time: 0, exp_samples: [{labels: 'up{job=\"api\",instance=\"a\"}', value: 1}]}]",
            "alert_rule_test: [{eval_time: 2m59s, alertname: Down, exp_alerts: []}]",
            """
            alert_rule_test:
              - eval_time: 3m30s
                alertname: Down
                exp_alerts:
                  - exp_labels: {severity: page, job: api, instance: a}
                    exp_annotations: {text: a is 0 in eu}
            """,
            "alert_rule_test: [{eval_time: 3m, alertname: Down, match: subset, exp_alerts: [{exp_labels: {instance: a}}]}]",
            "alert_rule_test: [{eval_time: 8m, alertname: Down}]",
            // A block scalar's line break; an octal number, as Go reads it; a float beside no histogram.
            """
            promql_expr_test: [{expr: 'more{a=" {#"}', eval_time: 1m, exp_samples: [{labels: 'more{a=" {#"}', value: 8}]}]
            input_series:
              - series: 'more{a=" {#"}'
                values: |
                  1 010
              - {series: other, values: 1}
            """,
            "alert_rule_test: [{eval_time: 3m, alertname: Other}]",
        ])
    func holds(expectation: String) throws {
        let indented = expectation.split(separator: "\n").map { "    \($0)\n" }.joined()
        let input = expectation.contains("input_series") ? "tests:\n  - name: one\n" : Self.input
        let report = try run(Self.rules, input + indented)
        #expect(report.passed == 1 && report.failed == 0, "\(report.failures)")
    }

    @Test(
        "expectations that do not",
        arguments: [
            "promql_expr_test: [{expr: 'job:up:sum', eval_time: 90s, exp_samples: [{labels: 'job:up:sum{job=\"api\"}', value: 2}]}]",
            "promql_expr_test: [{expr: 'job:up:sum', eval_time: 90s}]",
            "promql_expr_test: [{expr: '\"text\"', eval_time: 0}]",
            "promql_expr_test: [{expr: 'sum(', eval_time: 0}]",
            "promql_expr_test: [{expr: 'up{instance=\"a\"} * NaN', eval_time: 0, exp_samples: [{labels: '{job=\"api\",instance=\"a\"}', value: .nan}]}]",
            "alert_rule_test: [{eval_time: 3m, alertname: Down, exp_alerts: []}]", "alert_rule_test: [{eval_time: 3m}]",
            "alert_rule_test: [{eval_time: 3m, alertname: Down, exp_alerts: [{exp_labels: {instance: a}}]}]",
            "alert_rule_test: [{eval_time: 3m, alertname: Down, match: subset, exp_alerts: [{exp_labels: {instance: b}}]}]",
            "alert_rule_test: [{eval_time: 3m, alertname: Other, exp_alerts: [{}]}]",
            "alert_rule_test: [{eval_time: 9000y, alertname: Other}]",
            "input_series: [{series: 'x', values: '1x1000000000'}]", "unknown_key: 1",
            // As promtool refuses them: it reads series with another reader than selectors.
            "input_series: [{series: 'x {a=\"b\"}', values: '1'}]", "input_series: [{series: 'x # c', values: '1'}]",
            "input_series: [{series: '', values: '1'}]", "input_series: [{series: x, values: 'Infx3'}]",
            "input_series: [{series: x, values: '1e400'}]", "input_series: [{series: x, values: \"1\\n2\"}]",
        ])
    func fails(expectation: String) throws {
        var input = Self.input
        if expectation.hasPrefix("input_series") { input = "tests:\n  - name: one\n" }
        let report = try run(Self.rules, input + "    " + expectation + "\n")
        #expect(report.passed == 0 && report.failed == 1)
        #expect(report.failures.allSatisfy { $0.line > 1 && $0.file.hasSuffix("a_test.yml") })
    }

    @Test func differencesAreShownFieldByField() throws {
        let report = try run(
            Self.rules,
            Self.input
                + "    alert_rule_test: [{eval_time: 3m, alertname: Down, exp_alerts: [{exp_labels: {instance: c, severity: page}}]}]\n"
        )
        #expect(
            report.failures.first?.message == """
                alertname: Down, time: 3m
                  differs:
                    label instance: expected "c", got "a"
                    label job: expected none, got "api"
                    annotation text: expected none, got "a is 0 in eu"
                """)
        #expect(report.failures.first?.line == 9)
        #expect(report.failures.first?.testCase == "one")
    }

    @Test func brokenRuleFilesFailEveryCase() throws {
        let report = try run(
            "groups: [{name: a, rules: [{record: x, expr: 'sum('}]}]", "tests: [{name: a}, {name: b}]\n")
        #expect(report.failed == 2)
        #expect(report.failures.first?.file.hasSuffix("rules.yml") == true)
    }

    /// Seen on promtool 3.5.3.
    @Test func aRuleFileThatIsNotThereIsNoError() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "rule_files: [none.yml, 'no*.yml']\ntests: [{promql_expr_test: [{expr: '1', eval_time: 0, exp_samples: [{value: 1}]}]}]\n",
            to: "a_test.yml")
        let report = UnitTestRunner().run(path: folder.path + "/a_test.yml").report
        #expect(report.failed == 0, "\(report.failures)")
        #expect(report.passed == 1)
    }

    @Test func failingRulesFailTheCase() throws {
        let report = try run(
            "groups: [{name: a, rules: [{record: x, expr: 'a * on(l) b'}]}]",
            "tests: [{input_series: [{series: 'a{l=\"1\"}', values: 1}, {series: 'b{l=\"1\",m=\"1\"}', values: 1}, {series: 'b{l=\"1\",m=\"2\"}', values: 1}]}]\n"
        )
        #expect(report.failed == 1)
        #expect(report.failures.first?.message.contains("rule: x, time: 0s, err: found duplicate series") == true)
    }

    /// Seen on promtool 3.5.3: the expression looks back by the offset, a query of a template does not.
    @Test func templatesAskAtTheTickWhateverTheOffset() throws {
        let rules = """
            groups:
              - name: late
                query_offset: 1m
                rules:
                  - alert: A
                    expr: g
                    labels: {first: '{{ with query "g" }}{{ . | first | value }}{{ end }}'}
                    annotations: {text: '{{ $value }} then {{ with query "g" }}{{ . | first | value }}{{ end }}'}

            """
        let tests = """
            tests:
              - interval: 1m
                input_series: [{series: g, values: '1 2 3 4'}]
                alert_rule_test:
                  - eval_time: 2m
                    alertname: A
                    exp_alerts: [{exp_labels: {first: '3'}, exp_annotations: {text: 2 then 3}}]

            """
        #expect(try run(rules, tests).failures.isEmpty)
    }

    /// Seen on promtool 3.5.3: rules are evaluated every `evaluation_interval`, a minute where none is given, whatever
    /// interval their group has; `ALERTS` has what is pending, `alert_rule_test` has not.
    @Test func theIntervalOfAGroupDoesNotCountAndPendingAlertsAreNotListed() throws {
        let rules = """
            groups:
              - name: slow
                interval: 5m
                rules:
                  - {record: r, expr: 'x * 2'}
                  - {alert: Fast, expr: 'x > 0', for: 1m}
                  - {alert: Waits, expr: 'x > 0', for: 10m}

            """
        let tests = """
            tests:
              - interval: 1m
                input_series: [{series: x, values: '1+1x20'}]
                promql_expr_test:
                  - {expr: 'r', eval_time: 1m, exp_samples: [{labels: r, value: 4}]}
                  - {expr: 'count_over_time(r[10m])', eval_time: 10m, exp_samples: [{labels: '{}', value: 10}]}
                  - expr: 'ALERTS{alertname="Waits"}'
                    eval_time: 5m
                    exp_samples: [{labels: 'ALERTS{alertname="Waits",alertstate="pending"}', value: 1}]
                alert_rule_test:
                  - {eval_time: 0m, alertname: Fast}
                  - {eval_time: 1m, alertname: Fast, exp_alerts: [{}]}
                  - {eval_time: 9m, alertname: Waits}
                  - {eval_time: 10m, alertname: Waits, exp_alerts: [{}]}

            """
        #expect(try run(rules, tests).failures.map(\.description) == [])
    }

    /// What templates say of a native histogram and of a number that is none.
    ///
    /// - Source: observed on promtool 3.5.3.
    @Test(
        "what a query gives shows as by promtool",
        arguments: [
            (#"{{ range query "h" }}{{ .Value }}|{{ printf "%v" .Value }}{{ end }}"#, Self.shown + "|" + Self.shown),
            (#"{{ with query "h" }}{{ . | first | value }}{{ end }}"#, Self.shown),
            (
                #"{{ range query "h" }}{{ .Value.String }}|{{ .Value.ZeroCount }}|{{ .Value.Schema }}{{ end }}"#,
                Self.shown + "|2|1"
            ),
            (#"{{ query "h" | first | label "a" }}{{ (query "h" | first).Value.Count }}"#, "b5"),
            (#"{{ range query "h" }}{{ .Value.Sum }}|{{ .Value.Count }}{{ end }}"#, "7.5|5"),
            (
                #"{{ range query "h" }}{{ .Value.Foo }}{{ end }}"#,
                "142:<.Value.Foo>: can't evaluate field Foo in type interface {}"
            ),
            (
                #"{{ range query "h" }}{{ .Value | humanize }}{{ end }}"#,
                "145:<humanize>: error calling humanize: can't convert *histogram.FloatHistogram to float"
            ),
            (
                #"{{ range query "vector(1)" }}{{ .Value.Sum }}{{ end }}"#,
                "150:<.Value.Sum>: can't evaluate field Sum in type interface {}"
            ),
            (
                #"{{ range query "vector(1)" }}{{ with .Value }}{{ .Sum }}{{ end }}{{ end }}"#,
                "161:<.Sum>: can't evaluate field Sum in type float64"
            ),
            (
                #"{{ range query "vector(1)" }}{{ (.Value).Sum }}{{ end }}"#,
                "145:<.Value>: can't evaluate field Sum in type float64"
            ),
            (#"{{ $value.Sum }}"#, "121:<$value.Sum>: can't evaluate field Sum in type float64"),
            (#"{{ .Value.Sum }}"#, "121:<.Value.Sum>: can't evaluate field Sum in type interface {}"),
            (
                #"{{ (query "vector(1)" | first).Value.Sum }}"#,
                "136:<first>: can't evaluate field Sum in type interface {}"
            ),
            (
                #"{{ $x := query "vector(1)" | first }}{{ $x.Value.Sum }}"#,
                "154:<$x.Value.Sum>: can't evaluate field Sum in type interface {}"
            ),
            (
                #"{{ range query "vector(1)" }}{{ .Labels.Sum.Foo }}{{ end }}"#,
                "151:<.Labels.Sum.Foo>: can't evaluate field Foo in type string"
            ),
            (#"{{ (args 1).arg0.Foo }}"#, "121:<1>: can't evaluate field Foo in type interface {}"),
        ])
    func shows(_ template: String, _ expected: String) throws {
        var wanted = expected
        // A place in the template with the preamble that Prometheus puts before it, and what is wrong there.
        let parts = expected.split(separator: ":", maxSplits: 1)
        if let place = parts.first.flatMap({ Int($0) }), parts.count == 2 {
            wanted =
                "<error expanding template: error executing template __alert_A: template: __alert_A:1:\(place): "
                + "executing \"__alert_A\" at \(parts[1])>"
        }
        let quoted = { (text: String) in "'" + text.replacing("'", with: "''") + "'" }
        let rules = "groups: [{name: g, rules: [{alert: A, expr: vector(1), annotations: {v: \(quoted(template))}}]}]\n"
        let tests = """
            tests:
              - interval: 1m
                input_series:
                  - series: 'h{a="b"}'
                    values: '{{schema:1 count:5 sum:7.5 z_bucket:2 z_bucket_w:0.01 buckets:[1 2]}}x5'
                alert_rule_test:
                  - {eval_time: 1m, alertname: A, exp_alerts: [{exp_annotations: {v: \(quoted(wanted))}}]}

            """
        #expect(try run(rules, tests).failures.map(\.description) == [])
    }

    private static let shown = "{count:5, sum:7.5, [-0.01,0.01]:2, (0.7071067811865475,1]:1, (1,1.414213562373095]:2}"

    /// Values are compared to the last digit, so each rounding on the way must be Prometheus': seen on promtool 3.5.3.
    @Test func meansAreRoundedAsByPromtool() throws {
        let tests = """
            tests:
              - interval: 1m
                input_series: [{series: c, values: '1e-3 2 1.7'}, {series: whole, values: '1 2 4'}]
                promql_expr_test:
                  - {expr: 'avg_over_time(c[3m])', eval_time: 2m, exp_samples: [{labels: '{}', value: 1.2336666666666665}]}
                  - {expr: 'avg_over_time(whole[3m])', eval_time: 2m, exp_samples: [{labels: '{}', value: 2.3333333333333335}]}
                  - {expr: 'sum_over_time(c[3m])', eval_time: 2m, exp_samples: [{labels: '{}', value: 3.701}]}

            """
        #expect(try run("groups: []\n", tests).failures.map(\.description) == [])
    }

    @Test func timesCountFromTheStartTimestamp() throws {
        let report = try run(
            "groups: []",
            """
            tests:
              - start_timestamp: 2024-01-01T00:00:00Z
                input_series: [{series: x, values: 1 2}]
                promql_expr_test: [{expr: 'timestamp(x)', eval_time: 1m, exp_samples: [{value: 1704067260}]}]
            """)
        #expect(report.passed == 1, "\(report.failures)")
    }
}

/// A folder that is gone with its last owner.
private final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/ruleval-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw Diagnostic("no temporary folder") }
        path = String(cString: made)
    }

    func write(_ text: String, to name: String) throws {
        guard let file = fopen(path + "/" + name, "w") else { throw Diagnostic("cannot write \(name)") }
        fputs(text, file)
        fclose(file)
    }

    deinit {
        for name in ["rules.yml", "a_test.yml"] { unlink(path + "/" + name) }
        rmdir(path)
    }
}
