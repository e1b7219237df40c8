import Base
import TestSupport
import Testing

@testable import RuleChecks

/// An example of a check's page and what the check says of it.
private struct Shown: CustomStringConvertible, Sendable {
    var check: CheckDescription
    var example: CheckExample
    var isBad: Bool

    var description: String { "\(check.name), \(isBad ? "bad" : "good"): \(example.files[0])" }

    static var all: [Shown] {
        RuleCheckRegistry.descriptions.filter { $0.mode != .online }.flatMap { check in
            check.bad.map { Shown(check: check, example: $0, isBad: true) }
                + check.good.map { Shown(check: check, example: $0, isBad: false) }
        }
    }

    func report() throws -> CheckReport {
        var options = CheckOptions()
        var configuration = try LintConfiguration(parsing: example.configuration ?? "", file: "lint.yml")
        if configuration.switches[check.name] == nil { configuration.switches[check.name] = true }
        options.configuration = configuration
        return CheckCommand.check(example.files.enumerated().map { ("\($0.offset).yml", $0.element) }, options: options)
    }
}

@Suite("Lints")
struct LintTests {
    @Test("find what their bad examples show, and nothing in the good ones", arguments: Shown.all)
    fileprivate func examples(_ shown: Shown) throws {
        let problems = try shown.report().files.flatMap(\.problems)
        #expect(problems.allSatisfy { $0.severity != .error }, "\(problems)")
        let found = problems.filter { $0.check == shown.check.name }
        #expect(found.isEmpty != shown.isBad, "\(problems)")
        #expect(found.allSatisfy { $0.position != nil })
    }

    @Test func everyCheckHasExamplesOfBothKinds() {
        for check in RuleCheckRegistry.descriptions {
            #expect(!check.bad.isEmpty && !check.good.isEmpty, "\(check.name)")
            #expect(check.severity != .error, "\(check.name)")
        }
        #expect(Shown.all.count > 80)
    }

    @Test func namesAreUniqueAndOfOneForm() {
        let names = RuleCheckRegistry.descriptions.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.utf8.allSatisfy { ($0 >= 0x61 && $0 <= 0x7A) || $0 == 0x2D } })
    }

    @Test func everyCheckHasAFileOfItsOwn() {
        let files = TemporaryFolder.names(in: Surroundings.root + "/Sources/RuleChecks/Checks")
        let types = RuleCheckRegistry.all.map { "\(type(of: $0)).swift" }
        #expect(Set(files) == Set(types))
    }

    /// RULEVAL_REWRITE=1 writes the pages anew.
    @Test func thePagesAreThoseOfTheRegistry() throws {
        let folder = Surroundings.root + "/docs/checks"
        let pages = CheckPages.all()
        if Surroundings.rewrites {
            for name in TemporaryFolder.names(in: folder) { Surroundings.remove(folder + "/" + name) }
            for page in pages { try Surroundings.rewrite(folder + "/" + page.name, page.text) }
        }
        #expect(Set(TemporaryFolder.names(in: folder)) == Set(pages.map(\.name)), "stale pages: set RULEVAL_REWRITE=1")
        for page in pages {
            #expect(
                TemporaryFolder.text(of: folder + "/" + page.name) == page.text,
                "\(page.name) is stale: set RULEVAL_REWRITE=1")
        }
    }

    @Test func shapesOfSecretsAreAllRead() {
        for (what, pattern) in SecretInAnnotationCheck.patterns {
            #expect(throws: Never.self, "\(what)") { try RegularExpressionProbe.compile(pattern) }
        }
    }
}

/// Warnings on a file with one group of these rules.
private func warnings(_ rules: String, _ configuration: String = "") throws -> [String] {
    var options = CheckOptions()
    options.configuration = try LintConfiguration(parsing: configuration, file: "lint.yml")
    var text = "groups:\n- name: g\n  rules:\n"
    for line in rules.split(separator: "\n") { text += "  \(line)\n" }
    return CheckCommand.check([("f", text)], options: options).files[0].problems.map { problem in
        "\(problem.position?.line ?? 0) \(problem.severity == .warning ? "" : "\(problem.severity) ")\(problem.check ?? problem.message)"
    }
}

@Suite("Comments that switch checks off")
struct SuppressionTests {
    private let rule = "- record: r\n  expr: a / a"

    @Test func holdForTheirRuleOnly() throws {
        #expect(try warnings(rule) == ["5 identical-operands"])
        #expect(try warnings("# ruleval:ignore identical-operands on purpose\n" + rule) == [])
        #expect(try warnings(rule + " # ruleval:ignore identical-operands") == [])
        #expect(try warnings("# ruleval:ignore irate-in-alert\n" + rule) == ["6 identical-operands"])
        #expect(
            try warnings(rule + " # ruleval:ignore identical-operands\n- record: q\n  expr: b / b") == [
                "7 identical-operands"
            ])
        let between = rule + "\n# ruleval:ignore identical-operands\n- record: q\n  expr: b / b"
        #expect(try warnings(between) == ["5 identical-operands"])
        let block =
            "- record: r\n  expr: |\n    a /\n    a\n# ruleval:ignore identical-operands\n- record: q\n  expr: b / b"
        #expect(try warnings(block) == ["6 identical-operands"])
    }

    @Test func holdForWhatIsFoundBetweenFiles() throws {
        let file = "groups: [{name: g, rules: [{record: r, expr: a}]}]"
        let other =
            "groups:\n- name: g\n  rules:\n  # ruleval:ignore duplicate-rules one is for the old cluster\n  - {record: r, expr: b}\n"
        #expect(CheckCommand.check([("a", file), ("b", file)]).count(.warning) == 1)
        #expect(CheckCommand.check([("a", file), ("b", other)]).count(.warning) == 0)
    }

    @Test func mustNameAKnownCheckAndStandAtTheBeginning() throws {
        #expect(
            try warnings("# ruleval:ignore identical-operand\n" + rule) == ["4 unknown-ignore", "6 identical-operands"])
        #expect(try warnings("# see the page on ruleval:ignore comments\n" + rule) == ["6 identical-operands"])
    }
}

@Suite("The lint configuration")
struct LintConfigurationTests {
    private let rule = "- alert: r\n  expr: irate(a[5m]) > 1"

    @Test func switchesChecksAndSetsSeverities() throws {
        #expect(try warnings(rule) == ["5 irate-in-alert"])
        #expect(try warnings(rule, "disable: [irate-in-alert]") == [])
        #expect(try warnings(rule, "severity: {irate-in-alert: error}") == ["5 error irate-in-alert"])
        #expect(try warnings(rule, "severity: {irate-in-alert: info}") == ["5 info irate-in-alert"])
        #expect(try warnings(rule, "enable: [severity-label]") == ["4 severity-label", "5 irate-in-alert"])
        #expect(try warnings(rule, "disable: [all]") == [])
        #expect(
            try warnings("- alert: r\n  expr: up == 0\n  for: 10s", "evaluation_interval: 1m") == [
                "6 for-below-interval"
            ])
    }

    @Test(
        "is refused with the place of what is wrong",
        arguments: [
            ("enabled: []", "l:1:1: error: unknown key 'enabled' in a lint configuration (did you mean 'enable'?)"),
            (
                "enable: [irate-in-alrt]",
                "l:1:10: error: there is no check 'irate-in-alrt' (did you mean 'irate-in-alert'?)"
            ),
            (
                "severity: {irate-in-alert: bad}",
                "l:1:28: error: the severity of 'irate-in-alert' is error, warning or info, not 'bad'"
            ),
            (
                "thresholds: {short-range: {interval: 3}}",
                "l:1:28: error: unknown key 'interval' in the thresholds of 'short-range' (did you mean 'intervals'?)"
            ),
            ("thresholds: {irate-in-alert: {x: 3}}", "l:1:14: error: 'irate-in-alert' has no thresholds"),
            (
                "required_labels: {a: '('}",
                "l:1:22: error: not a regular expression: error parsing regexp: missing closing ): `(`"
            ),
            ("- a", "l:1:1: error: a lint configuration must be a mapping, not a list"),
            (
                "evaluation_interval: 5",
                "l:1:22: error: 'evaluation_interval' must be a duration such as 30s, 5m or 1h30m, not '5' (a unit is missing: 5s?)"
            ),
        ])
    func refusals(_ text: String, _ message: String) {
        let error = #expect(throws: Diagnostics.self) { try LintConfiguration(parsing: text, file: "l") }
        #expect(error?.all.first?.description == message)
    }

    @Test func isTheNearestAboveTheFile() throws {
        let folder = try TemporaryFolder()
        let rules = "groups: [{name: g, rules: [{alert: r, expr: 'irate(a[5m]) > 1'}]}]"
        try folder.write(".ruleval-lint.yml", "disable: [irate-in-alert]")
        try folder.write("a/b/rules.yml", rules)
        try folder.write("a/own/.ruleval-lint.yml", "severity: {irate-in-alert: error}")
        try folder.write("a/own/deep/rules.yml", rules.replacing("alert: r", with: "alert: q"))
        let report = CheckCommand.report(on: [folder.path], options: CheckOptions())
        #expect(report.files.map { $0.problems.map(\.severity) } == [[], [.error]])
        #expect(report.exitStatus(isStrict: false) == 1)
    }

    @Test func thatIsWrongIsAProblemOfItsOwn() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(".ruleval-lint.yml", "disabled: [irate-in-alert]")
        try folder.write("rules.yml", "groups: []")
        let outcome = CheckCommand.run(paths: [folder.path])
        #expect(outcome.exitStatus == 1)
        #expect(outcome.output.contains("\(path):1:1: error: unknown key 'disabled'"))
    }
}
