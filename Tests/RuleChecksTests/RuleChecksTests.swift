import Base
import JSON
import TestSupport
import Testing

@testable import RuleChecks

/// Warnings on a file with one group of these rules.
private func warnings(_ rules: String, interval: String = "1m") -> [String] {
    let file = RuleFile(rules, interval)
    return CheckCommand.check(text: file.text, name: "f").problems.map { problem in
        "\(problem.position?.line ?? 0) \(problem.check ?? problem.message)"
    }
}

/// A recording rule.
private func record(_ expr: String) -> String { "- record: r\n  expr: \(expr)" }

/// An alerting rule with further keys.
private func alert(_ expr: String, _ more: String = "") -> String { "- alert: r\n  expr: \(expr)\n  \(more)" }

private struct RuleFile {
    var text: String

    init(_ rules: String, _ interval: String) {
        text = "groups:\n- name: g\n  interval: \(interval)\n  rules:\n"
        for line in rules.split(separator: "\n") { text += "  \(line)\n" }
    }
}

@Suite("Lints")
struct LintTests {
    @Test(
        "find what they are for, and nothing else",
        arguments: [
            ("identical-operands", record("a / a"), record("a / b")),
            ("identical-operands", record("(a{x='1'}) > a{x='1'}"), record("a{x='1'} > a")),
            ("identical-operands", record("sum(a) or sum( a )"), record("a + a")),
            ("alert-without-condition", alert("sum(up)"), alert("up == 0")),
            ("alert-without-condition", alert("a == bool 1"), alert("a unless b")),
            ("alert-without-condition", alert("rate(a_total[5m])"), alert("absent(a)")),
            ("alert-without-condition", alert("up"), record("up")),
            (
                "aggregation-in-rate", record("rate(sum(a_total)[5m:])"),
                record("max_over_time(sum(rate(a_total[5m]))[5m:])")
            ),
            (
                "histogram-quantile-le", record("histogram_quantile(0.9, sum by (job) (rate(a_bucket[5m])))"),
                record("histogram_quantile(0.9, sum by (job, le) (rate(a_bucket[5m])))")
            ),
            (
                "histogram-quantile-le", record("histogram_quantile(0.9, sum without (le) (a_bucket))"),
                record("histogram_quantile(0.9, sum by (job) (rate(native[5m])))")
            ),
            ("rate-of-gauge", record("rate(a_ratio[5m])"), record("delta(a_ratio[5m])")),
            ("irate-in-alert", alert("irate(a_total[5m]) > 1"), record("irate(a_total[5m])")),
            ("for-below-interval", alert("up == 0", "for: 30s"), alert("up == 0", "for: 1m")),
            (
                "template-label", alert("sum by (job) (a) > 1", "labels: {s: '{{ $labels.instance }}'}"),
                alert("sum by (job) (a) > 1", "labels: {s: '{{ $labels.job }}'}")
            ),
            (
                "template-label", alert("vector(1) > 0", "annotations: {s: '{{ .Labels.x }}'}"),
                alert("a > 0", "annotations: {s: '{{ .Labels.x }}'}")
            ),
            (
                "template-label", alert("a * on (x) b > 1", "annotations: {s: '{{ $labels.y }}'}"),
                alert("a * on (x) group_left (y) b > 1", "annotations: {s: '{{ $labels.y }}'}")
            ),
            (
                "template-label", alert("absent(a{x='1'})", "annotations: {s: '{{ $labels.y }}'}"),
                alert("absent(a{x='1'})", "annotations: {s: '{{ $labels.x }}'}")
            ),
        ])
    func badAndGood(_ check: String, _ bad: String, _ good: String) {
        #expect(warnings(bad).map { $0.drop { $0 != " " }.dropFirst() } == [check[...]])
        #expect(warnings(good) == [])
    }

    @Test func duplicatesAreFoundAcrossGroupsByNameAndLabels() {
        let two = "- {record: r, expr: a}\n- {record: r, expr: b}\n- {record: r, expr: b, labels: {x: '1'}}"
        #expect(warnings(two) == ["6 duplicate-rules"])
    }

    @Test func commentsSwitchThemOff() {
        let rule = "- record: r\n  expr: a / a"
        #expect(warnings(rule) == ["6 identical-operands"])
        #expect(warnings("# ruleval:ignore identical-operands on purpose\n" + rule) == [])
        #expect(warnings(rule + " # ruleval:ignore identical-operands") == [])
        #expect(warnings("# ruleval:ignore irate-in-alert\n" + rule) == ["7 identical-operands"])
        #expect(warnings(rule + " # ruleval:ignore identical-operands\n" + rule).contains("8 identical-operands"))
    }

    @Test func theDocumentationListsThemAll() {
        let page = TemporaryFolder.text(of: Surroundings.root + "/docs/checks.md")
        let rows = RuleCheckRegistry.all.map { "| `\(type(of: $0).name)` | \(type(of: $0).summary) |" }
        #expect(page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init) == rows)
    }

    @Test func namesAreUnique() {
        let names = RuleCheckRegistry.all.map { type(of: $0).name }
        #expect(Set(names).count == names.count)
    }
}

@Suite("The check command")
struct CheckCommandTests {
    /// A folder with these files.
    private func folder(_ files: [String: String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (name, text) in files { try folder.write(name, text) }
        return folder
    }

    @Test func goodFilesAreCounted() throws {
        let rules = "groups: [{name: g, rules: [{record: r, expr: a}, {alert: b, expr: up == 0}]}]\n"
        let folder = try folder(["a.yml": rules, "b.yaml": "", "c.txt": "{"])
        let outcome = CheckCommand.run(paths: [folder.path])
        #expect(outcome.exitStatus == 0)
        #expect(
            outcome.output == """
                \(folder.path)/a.yml: 2 rules (1 alerting, 1 recording)
                \(folder.path)/b.yaml: 0 rules (0 alerting, 0 recording)
                2 files: 2 rules, 0 errors, 0 warnings

                """)
    }

    @Test func problemsAreShownInTheirLine() throws {
        let text = "groups:\n- name: g\n  rules:\n  - alert: a\n    expr: |\n      up ==\n    severity: page\n"
        let folder = try folder(["a.yml": text])
        let path = folder.path + "/a.yml"
        let outcome = CheckCommand.run(paths: [path])
        #expect(outcome.exitStatus == 1)
        #expect(
            outcome.output == """
                \(path):6:12: error: unexpected end of input
                  6 |       up ==
                    |            ^
                \(path):7:5: error: unknown key 'severity' in a rule (it belongs under 'labels')
                  7 |     severity: page
                    |     ^
                \(path): refused, 2 errors
                1 file: 0 rules, 2 errors, 0 warnings

                """)
    }

    @Test func warningsFailOnlyWhenStrict() throws {
        let folder = try folder(["a.yml": "groups: [{name: g, rules: [{record: r, expr: a / a}]}]"])
        #expect(CheckCommand.run(paths: [folder.path]).exitStatus == 0)
        var strict = CheckOptions()
        strict.isStrict = true
        let outcome = CheckCommand.run(paths: [folder.path], options: strict)
        #expect(outcome.exitStatus == 1)
        #expect(
            outcome.output.contains("warning: both sides of '/' are the same, so the result is always 1 [identical"))
    }

    @Test func whatCannotBeLookedAtIsStatusThree() throws {
        let folder = try folder(["a.yml": "groups: []"])
        let outcome = CheckCommand.run(paths: [folder.path + "/nothing.yml", folder.path + "/a.yml"])
        #expect(outcome.exitStatus == 3)
        #expect(outcome.errors == "\(folder.path)/nothing.yml: no such file or directory\n")
        #expect(outcome.output.hasPrefix("\(folder.path)/a.yml: 0 rules"))
        #expect(CheckCommand.run(paths: [folder.path + "/*.json"]).exitStatus == 3)
        #expect(CheckCommand.run(paths: []).exitStatus == 2)
        #expect(CheckCommand.run(paths: [folder.path + "/**/*.yml"]).exitStatus == 0)
    }

    @Test func theKindIsFoundByContent() throws {
        let folder = try folder([
            "am.yml": "route: {receiver: a}\nreceivers: [{name: a}]\n",
            "test.yml": "rule_files: [a.yml]\ntests: []\n", "k8s.yml": "apiVersion: v1\nkind: PrometheusRule\n",
            "prom.yml": "rule_files: []\nscrape_configs: []\n", "daemon.yml": "rule_files: []\n",
        ])
        var options = CheckOptions()
        options.format = .json
        options.readers[.configuration] = { document, _ in
            CheckOptions.Verdict(counts: [("receivers", document.root?["receivers"]?.sequence?.count ?? 0)])
        }
        let output = CheckCommand.run(paths: [folder.path], options: options).output
        let files = try #require(try JSONValue(parsing: output)["files"]?.array)
        let kinds = files.map { $0["kind"]?.string }
        #expect(kinds == ["configuration", "configuration", "kubernetes", "prometheusConfiguration", "unitTest"])
        #expect(files[0]["receivers"]?.integer == 1)
        #expect(files.map { $0["problems"]?.array?.isEmpty } == [true, true, false, false, true])
        let text = CheckCommand.run(paths: [folder.path + "/test.yml"]).output
        #expect(text.contains("test.yml: unit tests, to be run with ruleval test"))
    }

    @Test func hostileFilesEndInAnErrorOfTheFile() throws {
        let folder = try folder([:])
        try folder.write("binary.yml", "ELF\0\u{1}")
        try folder.write("long.yml", "a: " + String(repeating: "x", count: 500) + "\u{1B}[31m\n")
        let outcome = CheckCommand.run(paths: [folder.path])
        #expect(outcome.exitStatus == 1)
        #expect(!outcome.output.utf8.contains(0x1B))
        #expect(outcome.output.contains("a NUL byte; binary data, not a text file"))
        #expect(outcome.output.split(separator: "\n").allSatisfy { $0.utf8.count < 200 + folder.path.utf8.count })
    }

    @Test func manyProblemsOnOneLongLineAreBounded() throws {
        let keys = (0..<20_000).map { "k\($0): 1" }.joined(separator: ", ")
        let folder = try folder(["a.yml": "{\(keys)}", "b.yml": String(repeating: "a: 1\n", count: 20_000)])
        let outcome = CheckCommand.run(paths: [folder.path])
        #expect(outcome.exitStatus == 1)
        #expect(outcome.output.contains("error: more than 1000 problems; the rest is not listed"))
        #expect(outcome.output.contains("a.yml: refused, 1001 errors"))
        #expect(outcome.output.contains("b.yml: refused, 1000 errors"))
    }

    @Test func jsonNamesPlacesAndChecks() throws {
        let folder = try folder(["a.yml": "groups: [{name: g, rules: [{record: r, expr: a / a}]}]"])
        var options = CheckOptions()
        options.format = .json
        let answer = try JSONValue(parsing: CheckCommand.run(paths: [folder.path], options: options).output)
        let problem = answer["files"]?[0]?["problems"]?[0]
        #expect(problem?["check"]?.string == "identical-operands")
        #expect(problem?["line"]?.integer == 1)
        #expect(problem?["column"]?.integer == 46)
        #expect(answer["summary"]?["warnings"]?.integer == 1)
    }
}
