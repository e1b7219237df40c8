import Base
import Testing
import YAML

@testable import RuleFiles

/// A file with one rule.
private func rule(_ text: String) -> String { "groups:\n- name: g\n  rules:\n  - \(text)\n" }

/// A file with one group, its keys behind the name.
private func group(_ text: String) -> String { "groups:\n- name: g\n  \(text)\n" }

/// What `promtool check rules` (3.5) accepts and refuses, each file tried on it; the messages are ours.
@Suite("Rule files judged as promtool does")
struct PromtoolVerdictTests {
    static let accepted: [(text: String, rules: Int)] = [
        ("", 0),
        ("---\n", 0),
        ("null\n", 0),
        ("# x\n", 0),
        ("{}\n", 0),
        ("groups:\n", 0),
        ("groups: []\n", 0),
        ("groups:\n-\n", 0),
        ("groups:\n- name: g\n", 0),
        (group("rules:"), 0),
        ("groups:\n- name: g\n  rules:\n  -\n", 0),
        ("groups:\n- name: 5\n", 0),
        (group("interval: 0"), 0),
        (group("interval: 0s"), 0),
        (group("interval:"), 0),
        (group("limit: -5"), 0),
        (group("limit: 1.5"), 0),
        (group("limit: 1e2"), 0),
        (group("limit:"), 0),
        (group("limit: 0x10"), 0),
        (group("query_offset: 1m"), 0),
        (group("query_offset:"), 0),
        (group("labels: {a: b}"), 0),
        (group("labels: {\"ä b\": b}"), 0),
        (rule("{alert: a, expr: up, for: 0}"), 1),
        (rule("{alert: a, expr: up, for: }"), 1),
        (rule("{record: a, expr: up, for: 0s}"), 1),
        (rule("{record: a, expr: up, annotations: {}}"), 1),
        (rule("{record: \"a b\", expr: up}"), 1),
        (rule("{record: \"ä.b\", expr: up}"), 1),
        (rule("{record: \"a-b\", expr: up}"), 1),
        (rule("{record: 5, expr: up}"), 1),
        (rule("{record: \"\", alert: x, expr: up}"), 1),
        (rule("{record: a, expr: 1}"), 1),
        (rule("{record: a, expr: true}"), 1),
        (rule("{record: a, expr: \"up[5m]\"}"), 1),
        (rule("{record: a, expr: \"'x'\"}"), 1),
        (rule("{record: a, expr: up, labels: {\"a-b\": x}}"), 1),
        (rule("{record: a, expr: up, labels: {a: 5, b: true, c: 1.50, d: 2001-01-01, e: 0x10, f: yes}}"), 1),
        (rule("{record: a, expr: up, labels: {a: , b: ~}}"), 1),
        (rule("{record: a, expr: up, labels: {5: b}}"), 1),
        (rule("{record: a, expr: up, labels: {~: b}}"), 1),
        (rule("{record: a, expr: up, labels: }"), 1),
        (rule("{alert: a, expr: up, annotations: {\"a-b\": x}}"), 1),
        (rule("{alert: a, expr: up, annotations: {__name__: x}}"), 1),
        (rule("{alert: a, expr: up, labels: {alertname: x}}"), 1),
        (rule("{alert: \"ä { b\", expr: up}"), 1),
        (rule("{record: a, expr: up, labels: {a: \"{{ $foo }}\"}}"), 1),
        (rule("{alert: a, expr: up, annotations: {a: \"{{ query \\\"up{\\\" }}\"}}"), 1),
        (rule("{alert: a, expr: up, annotations: {a: \"{{ .Foo }} {{ .Labels.x }} {{ .Value.X }}\"}}"), 1),
        (
            rule("{alert: a, expr: up, annotations: {a: \"{{ define \\\"x\\\" }}{{ template \\\"y\\\" }}{{ end }}\"}}"),
            1
        ),
        (rule("{alert: a, expr: up, annotations: {a: \"{{ template \\\"y\\\" }}\"}}"), 1),
        ("groups:\n- name: g\n  rules:\n  - {alert: a, expr: up}\n  - {alert: a, expr: up == 0}\n", 2),
        (
            "groups:\n- name: g\n  rules:\n  - {record: a, expr: up}\n- name: h\n  rules:\n  - {record: a, expr: up}\n",
            2
        ),
        (
            "groups:\n- name: g\n  rules:\n  - {alert: a, expr: up, labels: {a: \"1\"}}\n  - {alert: a, expr: up, labels: {a: \"2\"}}\n",
            2
        ),
        ("groups:\n- name: g\n  rules:\n  - {alert: a, expr: up}\n  - {record: a, expr: up == 0}\n", 2),
        (
            "groups:\n- name: g\n  rules:\n  - {record: a, expr: up}\n  - {record: a, expr: up}\n  - {record: a, expr: up}\n",
            3
        ),
        ("groups: []\n---\ngroups: foo\n", 0),
        ("groups: []\n---\n{{{\n", 0),
        ("groups: []\n...\nfoo\n", 0),
        ("groups:\n- &x\n  name: g\n  rules: []\n- <<: *x\n  name: h\n", 0),
        ("groups:\n- name: g\n  rules:\n  - &r {alert: a, expr: up}\n  - <<: *r\n    alert: b\n", 2),
        (rule("{alert: a, expr: up, keep_firing_for: 5m}"), 1),
        (rule("{record: a, expr: up, keep_firing_for: 0}"), 1),
        (rule("{alert: !!str a, expr: !foo up}"), 1),
        (rule("{alert: !!binary YQ==, expr: up}"), 1),
        (group("limit: !!int \"5\""), 0),
        (rule("{record: a, expr: up, labels: {a: \"\\xff\\u0000\"}}"), 1),
        (rule("{alert: , record: x, expr: up}"), 1),
        ("groups: [\t]\n", 0),
        ("groups:\t[]\n", 0),
        ("groups:\n- name: g\n  rules:\n  - alert: a\n    expr: |\n      up\n      \t== 0\n", 1),
        ("groups:\n- name: g\n  rules:\n  - alert: a\n    expr: a:b{c=\"d\"}\n", 1),
        (rule("{alert: a, expr: up, }"), 1),
        ("? groups\n: []\n", 0),
        (group("limit: 010"), 0),
        (group("limit: 1_000"), 0),
        ("groups:\n-\n-\n", 0),
        (rule("{alert: a, expr: up, for: 1s500ms}"), 1),
        ("groups:\n- name: 2001-01-01\n", 0),
        ("groups:\n- name: yes\n", 0),
        ("groups:\n- name: g\n  rules: &r\n  - {alert: a, expr: up}\n- name: h\n  rules: *r\n", 2),
        (
            "groups:\n- name: g\n  rules:\n  - alert: a\n    expr: up\n    labels: &l {a: b}\n  - alert: b\n    expr: up\n    labels:\n      <<: *l\n      c: d\n",
            2
        ),
    ]

    static let refused: [(text: String, messages: [String])] = [
        ("- a\n", ["1:1: error: a rule file must be a mapping, not a list"]),
        ("hello\n", ["1:1: error: a rule file must be a mapping, not text"]),
        ("groups: foo\n", ["1:9: error: 'groups' must be a list, not text"]),
        ("groups: {}\n", ["1:9: error: 'groups' must be a list, not a mapping"]),
        ("groups: [foo]\n", ["1:10: error: a group must be a mapping, not text"]),
        ("groups:\n- rules: []\n", ["2:3: error: a group needs a 'name'"]),
        (group("rules: {}"), ["3:10: error: 'rules' must be a list, not a mapping"]),
        (rule("foo"), ["4:5: error: a rule must be a mapping, not text"]),
        ("groups:\n- name: g\n- name: g\n", ["3:3: error: group 'g' stands in this file already, in line 2"]),
        ("groups:\n- name: [a]\n", ["2:9: error: 'name' must be text, not a list"]),
        (
            group("interval: 5"),
            ["3:13: error: 'interval' must be a duration such as 30s, 5m or 1h30m, not '5' (a unit is missing: 5s?)"]
        ),
        (group("interval: -5s"), ["3:13: error: 'interval' must be a duration such as 30s, 5m or 1h30m, not '-5s'"]),
        (group("interval: \"\""), ["3:13: error: 'interval' must be a duration such as 30s, 5m or 1h30m, not ''"]),
        (group("interval: [1]"), ["3:13: error: 'interval' must be a duration such as 5m, not a list"]),
        (group("limit: \"5\""), ["3:10: error: 'limit' must be a whole number, not text"]),
        (group("limit: 99999999999999999999"), ["3:10: error: 'limit' must be a whole number, not a number"]),
        (group("limit: true"), ["3:10: error: 'limit' must be a whole number, not a boolean"]),
        (
            group("query_offset: -1m"),
            ["3:17: error: 'query_offset' must be a duration such as 30s, 5m or 1h30m, not '-1m'"]
        ),
        (
            group("labels: {__name__: b}"),
            ["3:12: error: '__name__' is no label that a rule may set (the metric's name is set by 'record')"]
        ),
        (group("labels: {\"\": b}"), ["3:12: error: '' is no label that a rule may set"]),
        (
            group("source_tenants: [a]"),
            ["3:3: error: unknown key 'source_tenants' in a group (Mimir's and Cortex' key; Prometheus refuses it)"]
        ),
        (
            group("partial_response_strategy: warn"),
            ["3:3: error: unknown key 'partial_response_strategy' in a group (Thanos' key; Prometheus refuses it)"]
        ),
        (
            rule("{alert: a, expr: up, for: 5}"),
            ["4:31: error: 'for' must be a duration such as 30s, 5m or 1h30m, not '5' (a unit is missing: 5s?)"]
        ),
        (
            rule("{alert: a, expr: up, for: 30m1h}"),
            ["4:31: error: 'for' must be a duration such as 30s, 5m or 1h30m, not '30m1h'"]
        ),
        (
            rule("{alert: a, expr: up, for: -5m}"),
            ["4:31: error: 'for' must be a duration such as 30s, 5m or 1h30m, not '-5m'"]
        ),
        (
            rule("{alert: a, expr: up, for: \" 5m\"}"),
            ["4:31: error: 'for' must be a duration such as 30s, 5m or 1h30m, not ' 5m'"]
        ),
        (
            rule("{record: a, expr: up, for: 5m}"),
            ["4:27: error: a recording rule has no 'for' ('for' is for alerting rules)"]
        ),
        (
            rule("{record: a, expr: up, annotations: {a: b}}"),
            ["4:27: error: a recording rule has no 'annotations' ('annotations' is for alerting rules)"]
        ),
        (
            rule("{record: \"a}\", expr: up}"),
            [
                "4:14: error: 'a}' is no name for a recording: it has braces (labels are set under 'labels'; an expression stands under 'expr')"
            ]
        ),
        (rule("{record: ~, expr: up}"), ["4:5: error: a rule needs 'record' or 'alert'"]),
        (rule("{record: a, alert: a, expr: up}"), ["4:17: error: a rule has 'record' or 'alert', not both"]),
        (rule("{expr: up}"), ["4:5: error: a rule needs 'record' or 'alert'"]),
        (rule("{record: a, expr: \"\"}"), ["4:23: error: rule 'a' needs 'expr'"]),
        (rule("{record: a, expr: \" \"}"), ["4:24: error: no expression found in input"]),
        (rule("{record: a, expr: null}"), ["4:23: error: rule 'a' needs 'expr'"]),
        (rule("{record: a, expr: {a: b}}"), ["4:23: error: 'expr' must be text, not a mapping"]),
        (rule("{record: a, expr: \"# x\"}"), ["4:24: error: no expression found in input"]),
        (
            rule("{record: a, expr: up, labels: {__name__: x}}"),
            ["4:36: error: '__name__' is no label that a rule may set (the metric's name is set by 'record')"]
        ),
        (rule("{record: a, expr: up, labels: {\"\": x}}"), ["4:36: error: '' is no label that a rule may set"]),
        (rule("{record: a, expr: up, labels: {a: [b]}}"), ["4:39: error: 'a' in 'labels' must be text, not a list"]),
        (
            rule("{record: a, expr: up, labels: [a]}"),
            ["4:35: error: 'labels' must be a mapping of names to texts, not a list"]
        ),
        (
            rule("{record: a, expr: up, labels: foo}"),
            ["4:35: error: 'labels' must be a mapping of names to texts, not text"]
        ),
        (rule("{alert: a, expr: up, annotations: {\"\": x}}"), ["4:40: error: an annotation needs a name"]),
        (
            rule("{alert: a, expr: up, annotations: {a: [x]}}"),
            ["4:43: error: 'a' in 'annotations' must be text, not a list"]
        ),
        (
            rule("{alert: a, expr: up, annotations: {a: \"{{ x }\"}}"),
            ["4:47: error: template: function \"x\" not defined"]
        ),
        (
            rule("{alert: a, expr: up, annotations: {a: \"{{ foo 1 }}\"}}"),
            ["4:47: error: template: function \"foo\" not defined"]
        ),
        (
            rule("{alert: a, expr: up, annotations: {a: \"{{ $foo }}\"}}"),
            ["4:47: error: template: undefined variable \"$foo\""]
        ),
        (
            rule("{alert: a, expr: up, labels: {a: \"{{ $foo }}\"}}"),
            ["4:42: error: template: undefined variable \"$foo\""]
        ),
        (
            rule("{alert: a, expr: up, severity: x}"),
            ["4:26: error: unknown key 'severity' in a rule (it belongs under 'labels')"]
        ),
        ("groups: []\nfoo: 1\n", ["2:1: error: unknown key 'foo' in a rule file"]),
        (rule("{alert: a, alert: b, expr: up}"), ["4:16: error: key 'alert' is already set in line 4"]),
        (rule("{alert: a, expr: up, labels: {a: b, a: c}}"), ["4:41: error: key 'a' is already set in line 4"]),
        ("x: &x {name: g}\ngroups:\n- <<: *x\n", ["1:1: error: unknown key 'x' in a rule file"]),
        ("groups:\n\t- name: g\n", ["2:1: error: a tab stands where only spaces may indent"]),
        ("Groups: []\n", ["1:1: error: unknown key 'Groups' in a rule file (did you mean 'groups'?)"]),
        ("groups: *x\n", ["1:9: error: unknown anchor 'x'"]),
        ("5: 1\ngroups: []\n", ["1:1: error: unknown key '5' in a rule file"]),
        (rule("{alert: !!binary \"***\", expr: up}"), ["4:13: error: '***' does not fit the tag before it"]),
        (group("limit: !!int \"abc\""), ["3:10: error: 'abc' does not fit the tag before it"]),
        ("groups:\n- name: !!int g\n", ["2:9: error: 'g' does not fit the tag before it"]),
        (
            "groups:\n- name: g\n  rules:\n  - record: a\n    expr: >\n      up\n      foo\n",
            ["7:7: error: unexpected identifier \"foo\""]
        ),
        (
            rule("{record: a, expr: \"limitk(1, up)\"}"),
            [
                "4:24: error: limitk() is experimental and must be enabled with --enable-feature=promql-experimental-functions (enable the feature promql-experimental-functions)"
            ]
        ),
        (
            rule("{record: a, expr: \"mad_over_time(up[5m])\"}"),
            [
                "4:24: error: function \"mad_over_time\" is not enabled (enable the feature promql-experimental-functions)"
            ]
        ),
        (rule("{alert: a}"), ["4:5: error: rule 'a' needs 'expr'"]),
        (
            "groups:\n- name: g\n  rules:\n  - alert: a\n    expr: up\n\t   == 0\n",
            ["6:1: error: a tab stands where only spaces may indent"]
        ),
        (
            "groups:\n- name: g\n  rules:\n  - alert: a\n    expr: \"a\" + 1\n",
            ["5:15: error: did not find expected key while parsing a block mapping that begins in line 4"]
        ),
        (
            "groups:\n- name: g\n  rules:\n  - alert: %a\n    expr: up\n",
            [
                "4:12: error: found character that cannot start any token while scanning for the next token that begins in line 4"
            ]
        ),
        (
            "groups:\n- name: g\n  rules:\n  - alert: @a\n    expr: up\n",
            [
                "4:12: error: found character that cannot start any token while scanning for the next token that begins in line 4"
            ]
        ),
        (
            rule("{alert: a,expr: up{a=\"b\"}}"),
            ["4:23: error: did not find expected ',' or '}' while parsing a flow mapping that begins in line 4"]
        ),
        (rule("{alert: a, expr: a?b}"), ["4:22: error: '?' needs quotes around the text inside of [ ] and { }"]),
        (
            "groups:\n- name: g\n  rules:\n  - alert: a\n    expr: up\n   labels: {a: b}\n",
            ["6:4: error: did not find expected key while parsing a block mapping that begins in line 2"]
        ),
        ("groups:\n- name: ~\n", ["2:9: error: a group needs a 'name'"]),
        (
            rule("{alert: a, expr: up, for: 300y}"),
            ["4:31: error: 'for' must be a duration such as 30s, 5m or 1h30m, not '300y'"]
        ),
        (
            rule("{alert: a, expr: up, for: 1d1w}"),
            ["4:31: error: 'for' must be a duration such as 30s, 5m or 1h30m, not '1d1w'"]
        ),
        (rule("{}"), ["4:5: error: a rule needs 'record' or 'alert'", "4:5: error: rule '' needs 'expr'"]),
        ("\"groups \": []\n", ["1:1: error: unknown key 'groups ' in a rule file (did you mean 'groups'?)"]),
    ]

    @Test("are accepted", arguments: accepted)
    func accepts(text: String, rules: Int) {
        let (file, diagnostics) = RuleFileLoader.load(text: text, path: "f")
        #expect(file.map { $0.alertingCount + $0.recordingCount } == rules)
        #expect(!diagnostics.contains { $0.severity == .error })
    }

    @Test("are refused", arguments: refused)
    func refuses(text: String, messages: [String]) {
        let (file, diagnostics) = RuleFileLoader.load(text: text, path: "f")
        #expect(file == nil)
        #expect(diagnostics.map { String($0.description.dropFirst(2)) } == messages)
    }
}
