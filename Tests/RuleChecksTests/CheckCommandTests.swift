import Base
import JSON
import TestSupport
import Testing

@testable import RuleChecks

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

@Suite("Kubernetes objects")
struct KubernetesTests {
    private static let rule =
        "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: a}\nspec:\n  groups:\n"
        + "  - name: g\n    partial_response_strategy: warn\n    rules:\n    - {record: r, expr: a}\n    - {alert: b, expr: up == 0}\n"

    private func counts(_ text: String) -> (rules: Int, problems: [String]) {
        let file = CheckCommand.check(text: text, name: "f")
        return (file.count("rules"), file.problems.map(\.description))
    }

    @Test func areReadInAllDocumentsAndLists() {
        #expect(counts(Self.rule) == (2, []))
        #expect(
            counts(
                "---\n" + Self.rule + "---\napiVersion: v1\nkind: Service\n---\n"
                    + Self.rule.replacing("name: g", with: "name: h").replacing("record: r", with: "record: s")
                    .replacing("alert: b", with: "alert: c")) == (4, []))
        let item = Self.rule.split(separator: "\n").enumerated().map { ($0 == 0 ? "- " : "  ") + $1 }.joined(
            separator: "\n")
        #expect(counts("apiVersion: v1\nkind: List\nitems:\n" + item) == (2, []))
        #expect(
            counts("apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRuleList\nitems:\n- spec: {groups: []}\n")
                == (0, []))
    }

    @Test func haveTheirProblemsAtTheirPlaces() {
        #expect(
            counts(Self.rule + "---\n" + Self.rule.replacing("up == 0", with: "up ==")).problems == [
                "f:21:29: error: unexpected end of input"
            ])
        #expect(
            counts("apiVersion: v1\nkind: PrometheusRule\n").problems == ["f:1:1: error: a PrometheusRule needs 'spec'"]
        )
        #expect(
            counts("apiVersion: v1\nkind: PrometheusRule\nspec: {groups: [], rules: []}").problems == [
                "f:3:20: error: unknown key 'rules' in 'spec' of a PrometheusRule (it belongs into an item of 'groups')"
            ])
        #expect(
            counts("apiVersion: v1\nkind: Service\n").problems == [
                "f:1:1: warning: no PrometheusRule is among the Kubernetes objects of this file"
            ])
    }
}
