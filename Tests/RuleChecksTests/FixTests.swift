import Base
import TestSupport
import Testing

@testable import RuleChecks

@Suite("Fixes")
struct FixTests {
    /// What `--fix` makes of an expression, written in a file in some way.
    private func fixed(_ before: String, _ expr: String, _ after: String = "\n") throws -> String {
        let folder = try TemporaryFolder()
        let head = "# kept\ngroups:\n- name: g   # too\n  rules:\n  - record: r\n    expr: "
        let path = try folder.write("rules.yml", head + before + expr + after)
        var options = CheckOptions()
        options.fixes = true
        let outcome = CheckCommand.run(paths: [path], options: options)
        let text = TemporaryFolder.text(of: path)
        #expect(text.hasPrefix(head + before), "\(outcome)")
        #expect(text.hasSuffix(after))
        return String(text.dropFirst((head + before).count).dropLast(after.count))
    }

    @Test(
        "change only what is wrong",
        arguments: [
            (#"sum(a{job=~"api", x="1"})"#, #"sum(a{job="api", x="1"})"#),
            (#"sum(a{job !~ 'api'})"#, #"sum(a{job != 'api'})"#),
            (#"sum(a{job=~".*", x="1"})"#, #"sum(a{x="1"})"#), (#"sum(a{x="1", job=~".*"})"#, #"sum(a{x="1"})"#),
            (#"sum(a{job=~".*"})"#, #"sum(a{})"#), (#"sum({job=~".*",__name__=~"a"})"#, #"sum({__name__="a"})"#),
            (
                "histogram_quantile(0.9, sum(rate(a_bucket[5m])))",
                "histogram_quantile(0.9, sum by (le) (rate(a_bucket[5m])))"
            ),
            (
                "histogram_quantile(0.9, sum by (job) (rate(a_bucket[5m])))",
                "histogram_quantile(0.9, sum by (le, job) (rate(a_bucket[5m])))"
            ),
            (
                "histogram_quantile(0.9, sum(rate(a_bucket[5m])) by (job))",
                "histogram_quantile(0.9, sum(rate(a_bucket[5m])) by (job, le))"
            ),
            ("histogram_quantile(0.9, sum by () (a_bucket))", "histogram_quantile(0.9, sum by (le) (a_bucket))"),
        ])
    func changes(_ bad: String, _ good: String) throws {
        #expect(try fixed("", bad) == good)
        #expect(try fixed("|\n      ", bad) == good)
        #expect(try fixed(">-\n      ", bad, "\n      + b\n    labels: {a: b}\n") == good)
    }

    @Test func leaveWhatIsWrittenOtherwiseThanItReads() throws {
        let text = #""sum(a{job=~\"api\"})""#
        #expect(try fixed("", text) == #""sum(a{job=\"api\"})""#)
        #expect(try fixed("", #"sum(a{job=~"api",job=~"api"})"#) == #"sum(a{job=~"api",job=~"api"})"#)
        #expect(try fixed("", #"sum(a{job=~"\x61pi"})"#) == #"sum(a{job=~"\x61pi"})"#)
    }

    @Test func keepTheByteOrderMarkAndSayWhatWasDone() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "a.yml", "\u{FEFF}groups: [{name: g, rules: [{record: r, expr: 'a{b=~\"c\"}'}]}]\r\n")
        var options = CheckOptions()
        options.fixes = true
        let outcome = CheckCommand.run(paths: [path], options: options)
        #expect(outcome.errors == "\(path): 1 mended\n")
        #expect(outcome.exitStatus == 0 && !outcome.output.contains("warning:"))
        #expect(
            TemporaryFolder.text(of: path)
                == "\u{FEFF}groups: [{name: g, rules: [{record: r, expr: 'a{b=\"c\"}'}]}]\r\n")
        #expect(CheckCommand.run(paths: ["-"], options: options).exitStatus == 2)
    }
}
