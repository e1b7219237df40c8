import Base
import JSON
import PromQL
import RuleFiles
import TestSupport
import Testing

@testable import RuleChecks

@Suite("Formatting of expressions in rule files")
struct ExpressionFormatterTests {
    private func format(_ text: String) throws -> String {
        String(decoding: try ExpressionFormatter.format(Array(text.utf8), file: "a.yml"), as: UTF8.self)
    }

    private static let long =
        "sum by (job, instance) (rate(http_requests_total{code=~\"5..\"}[5m])) / sum by (job, instance) (rate(http_requests_total[5m]))"

    @Test func everythingElseStays() throws {
        let text = """
            # héad

            groups:   # all
              -   name:  'g'
                  rules:
                  - record: a   # the rule
                    expr:   sum(x)by(job)   # why
                    labels: {b: "c" , d: e}
                  - alert: b
                    annotations:
                      summary: >
                        folded
                          text
                    expr: 'up{job="it''s"}==0'
                  - {record: c, expr: "sum (x)", labels: {e: f}}
                  - alert: d
                    expr: |
                       a+b
                    for: 5m

            """
        let expected = text.replacing("sum(x)by(job)", with: "sum by (job) (x)")
            .replacing("'up{job=\"it''s\"}==0'", with: "'up{job=\"it''s\"} == 0'").replacing("sum (x)", with: "sum(x)")
            .replacing("a+b", with: "a + b")
        #expect(try format(text) == expected)
        #expect(try format(expected) == expected)
    }

    @Test func longExpressionsBecomeBlocks() throws {
        let text = "groups:\n- name: g\n  rules:\n  - record: a\n    expr: \(Self.long) # why\n    labels: {a: b}\n"
        let expected = """
            groups:
            - name: g
              rules:
              - record: a
                expr: |2- # why
                    sum by (job, instance) (rate(http_requests_total{code=~"5.."}[5m]))
                  /
                    sum by (job, instance) (rate(http_requests_total[5m]))
                labels: {a: b}

            """
        #expect(try format(text) == expected)
        #expect(try format(expected) == expected)
        // The same where it is a block already; the header's own indicators stay.
        let block =
            "groups:\n- name: g\n  rules:\n  - record: a\n    expr: |+ # why\n       \(Self.long)\n\n    labels: {a: b}\n"
        let formatted = try format(block)
        #expect(formatted.contains("expr: |3+ # why\n         sum by (job"))
        #expect(formatted.hasSuffix("[5m]))\n\n    labels: {a: b}\n"))
        #expect(try format(formatted) == formatted)
    }

    @Test func bracesKeepOneLine() throws {
        let text = "groups: [{name: g, rules: [{record: a, expr: '\(Self.long)'}]}]"
        #expect(try format(text) == text)
        #expect(
            try format("groups: [{name: g, rules: [{record: a, expr: sum(x)by(a)}]}]")
                == "groups: [{name: g, rules: [{record: a, expr: sum by (a) (x)}]}]")
        #expect(
            try format("groups: [{name: g, rules: [{record: a, expr: a+b-1}]}]")
                == "groups: [{name: g, rules: [{record: a, expr: a + b - 1}]}]")
    }

    @Test("line ends, marks, anchors, comments and further documents stay")
    func formsStay() throws {
        let head = "groups:\n- name: g\n  rules:\n  - record: a\n    expr: "
        let crlf = (head + Self.long + "\n    labels: {}\n").replacing("\n", with: "\r\n")
        let formatted = try format(crlf)
        #expect(formatted.utf8.filter { $0 == 0x0A }.count == formatted.utf8.filter { $0 == 0x0D }.count)
        #expect(formatted.contains("expr: |2-\r\n        sum by"))
        #expect(try format("\u{FEFF}" + head + "a+b\n") == "\u{FEFF}" + head + "a + b\n")
        #expect(
            try format(head + "&e a+b\n  - record: b\n    expr: *e\n") == head
                + "&e a + b\n  - record: b\n    expr: *e\n")
        #expect(try format(head + "|\n      a+b # both\n") == head + "|\n      a+b # both\n")
        #expect(try format(head + "a+b\n---\ngroups:  [ ]\n") == head + "a + b\n---\ngroups:  [ ]\n")
        #expect(try format(head + "a+b") == head + "a + b")
        #expect(try format(head + "\n      a +\n      b\n") == head + "\n      a + b\n")
        #expect(try format(head + "\"a+b\"\n") == head + "\"a + b\"\n")
        #expect(try format(head + ">-\n      a+\n      b\n") == head + ">-\n      a + b\n")
        #expect(try format("") == "")
    }

    @Test func rulesOfKubernetesObjectsToo() throws {
        let text =
            "apiVersion: v1\nkind: PrometheusRule\nspec:\n  groups:\n  - name: g\n    rules:\n    - {alert: a, expr: up==0}\n"
        #expect(try format(text) == text.replacing("up==0", with: "up == 0"))
    }

    @Test func brokenExpressionsAreNamedByPlace() throws {
        let text =
            "groups:\n- name: g\n  rules:\n  - record: a\n    expr: a+b\n  - record: b\n    expr: |\n      sum(\n"
        let error = #expect(throws: Diagnostics.self) { try format(text) }
        #expect(error?.all.map(\.position?.line) == [8])
    }

    @Test func corpusMeansTheSameAfterwards() throws {
        guard let corpus = Surroundings.corpus() else { return }
        let verdicts = try JSONValue(parsing: TemporaryFolder.text(of: corpus + "/rules/verdicts.json"))
        var formatted = 0
        for member in try #require(verdicts["files"]?.object)
        where member.value["kind"]?.string == "rules" && member.value["accept"]?.bool == true {
            let bytes = TemporaryFolder.bytes(of: "\(corpus)/rules/\(member.key)")
            let after = try ExpressionFormatter.format(bytes, file: member.key)
            #expect(try ExpressionFormatter.format(after, file: member.key) == after, "\(member.key): not stable")
            if after == bytes { continue }
            formatted += 1
            let old = RuleFileLoader.load(text: String(decoding: bytes, as: UTF8.self), path: "a").file
            let new = RuleFileLoader.load(text: String(decoding: after, as: UTF8.self), path: "a").file
            let (left, right) = (old?.groups.flatMap(\.rules) ?? [], new?.groups.flatMap(\.rules) ?? [])
            #expect(left.map { "\($0.expression.expr)" } == right.map { "\($0.expression.expr)" }, "\(member.key)")
            #expect(left.map(\.labels) == right.map(\.labels) && left.map(\.annotations) == right.map(\.annotations))
            #expect(!left.isEmpty)
        }
        #expect(formatted > 100)
    }
}
