import Base
import GoTemplate
import Testing

/// Renders one text, or gives the error's message.
func render(
    _ text: String, _ data: TemplateValue = .undefined, functions: FunctionTable = .alertmanager, name: String = "t",
    asHTML: Bool = false
) -> String {
    do {
        let set = try TemplateSet(name: name, text: text, functions: functions)
        switch asHTML ? set.executeHTML(name, data: data) : set.execute(name, data: data) {
        case .text(let text): return text
        case .failed(let error, _): return error.message
        case .needs(let query, _): return "needs \(query)"
        }
    } catch { return error.message }
}

@Suite("Go templates")
struct GoTemplateTests {
    @Test(
        "render as Go renders them",
        arguments: [
            ("plain", "plain"),
            (#"{{ "a" }}{{ `b` }}{{ 'c' }}{{ 1.5 }}{{ 0x10 }}{{ 1e6 }}{{ true }}"#, "ab991.5161e+06true"),
            ("{{/* note */}}x{{- /* trimmed */ -}}  y", "xy"),
            ("a  {{- 1 -}}  b", "a1b"),
            ("{{ if and 1 0 }}a{{ else if or 0 2 }}b{{ else }}c{{ end }}", "b"),
            ("{{ with $x := 5 }}{{ $x }}{{ . }}{{ else }}no{{ end }}", "55"),
            ("{{ with 0 }}a{{ else with 3 }}{{ . }}{{ end }}", "3"),
            (
                "{{ range $i, $e := list 7 8 9 }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ $i }}{{ $e }};{{ end }}",
                "07;29;"
            ),
            ("{{ range 5 }}{{ if eq . 3 }}{{ break }}{{ end }}{{ . }}{{ end }}", "012"),
            ("{{ range list }}x{{ else }}none{{ end }}", "none"),
            (#"{{ range $k, $v := dict "b" 2 "a" 1 }}{{ $k }}={{ $v }} {{ end }}"#, "a=1 b=2 "),
            ("{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}", "32"),
            (#"{{ define "T" }}<{{ . }}>{{ end }}{{ template "T" 4 }}{{ block "B" 5 }}[{{ . }}]{{ end }}"#, "<4>[5]"),
            (
                #"{{ dict "a" (dict "b" 1) }}{{ (dict "a" (dict "b" 1)).a.b }}{{ (dict).x }}"#,
                "map[a:map[b:1]]1<no value>"
            ),
            (#"{{ "abc" | printf "%s-%q" "x" }}"#, #"x-"abc""#),
            (
                #"{{ printf "%05d|%x|%-5s|%5s|%+.2e|%08.3f|%U|%c" 42 "hi" "a" "b" 12345.678 -3.14159 65 66 }}"#,
                "00042|6869|a    |    b|+1.23e+04|-003.142|U+0041|B"
            ),
            (
                #"{{ printf "%d %s %z" "x" 5 3.0 }}{{ printf "a" 1 nil }}"#,
                "%!d(string=x) %!s(int=5) %!z(float64=3)a%!(EXTRA int=1, <nil>)"
            ),
            (#"{{ slice "abcdef" 1 3 }}{{ index "abc" 1 }}{{ len "héé" }}"#, "bc985"),
            (
                #"{{ html "<a&'\">" }}{{ js "it's <b>" }}{{ urlquery "a b&c" }}"#,
                #"&lt;a&amp;&#39;&#34;&gt;it\'s \u003Cb\u003Ea+b%26c"#
            ),
            ("{{ print nil 1 2 \"a\" \"b\" 3 }}|{{ println 1 \"a\" }}", "<nil> 1 2ab3|1 a\n"),
            ("{{ eq 1 2 3 1 }}{{ lt 1 2 }}{{ ge 2.5 2.5 }}{{ ne \"a\" \"b\" }}{{ not 0 }}", "truetruetruetruetrue"),
            ("{{ 1.0 }} {{ 123456.0 }} {{ 1234567.0 }} {{ 1e20 }} {{ 1e-5 }}", "1 123456 1.234567e+06 1e+20 1e-05"),
            (#"{{ toJson (list 1 "a<b" nil 1.5 1e21 1e-7 true) }}"#, #"[1,"a\u003cb",null,1.5,1e+21,1e-7,true]"#),
            (#"{{ printf "%*d" -9223372036854775808 1 }}"#, "%!(BADWIDTH)1"),
            (#"{{ title "x__name__:m a_:b a:_b a''b" }}"#, "X__name__:m A_:b A:_b A''B"),
            ("{{ 1_000 }} {{ 1_000.5 }} {{ 1e2_1 }} {{ 1_2e3 }} {{ 0x_1p1 }}", "1000 1000.5 1e+21 12000 2"),
            (#"{{ title "hello WORLD foo_bar foo-bar don't 3foo éa" }}"#, "Hello World Foo_bar Foo-Bar Don't 3Foo Éa"),
        ])
    func rendering(_ text: String, _ expected: String) { #expect(render(text) == expected) }

    @Test(
        "fail in Go's words",
        arguments: [
            ("{{ .X", "template: t:1: unclosed action"),
            ("{{ foo }}", #"template: t:1: function "foo" not defined"#),
            ("{{ $x }}", #"template: t:1: undefined variable "$x""#),
            ("{{ break }}", "template: t:1: {{break}} outside {{range}}"),
            ("a\n{{ if }}", "template: t:2: missing value for if"),
            ("{{ 1 | 2 }}", "template: t:1: non executable command in pipeline stage 2"),
            (#"{{ "a" "b" }}"#, #"template: t:1:3: executing "t" at <"a">: can't give argument to non-function "a""#),
            ("{{ len }}", #"template: t:1:3: executing "t" at <len>: wrong number of args for len: want 1 got 0"#),
            (
                "{{ and }}",
                #"template: t:1:3: executing "t" at <and>: wrong number of args for and: want at least 1 got 0"#
            ),
            ("{{ len 3 }}", #"template: t:1:3: executing "t" at <len 3>: error calling len: len of type int"#),
            (
                "{{ call 1 }}",
                #"template: t:1:3: executing "t" at <call 1>: error calling call: non-function 1 of type int"#
            ),
            (
                "{{ eq 1 1.0 }}",
                #"template: t:1:3: executing "t" at <eq 1 1.0>: error calling eq: incompatible types for comparison: int and float64"#
            ),
            (
                #"{{ join "," (list "a") }}"#,
                #"template: t:1:18: executing "t" at <"a">: wrong type for value; expected []string; got []interface {}"#
            ),
            (
                #"{{ template "y" . }}"#,
                #"template: t:1:12: executing "t" at <{{template "y" .}}>: template "y" not defined"#
            ),
            (
                #"{{ range "abc" }}{{ end }}"#,
                #"template: t:1:9: executing "t" at <"abc">: range can't iterate over abc"#
            ),
        ])
    func failures(_ text: String, _ expected: String) { #expect(render(text) == expected) }

    @Test func ruleTemplatesSeeLabelsAndValue() throws {
        let template = try RuleTemplate(
            alert: "A", text: #"{{ $labels.instance }} {{ $value | humanize }}{{ .Labels.nope }}"#)
        let data = RuleTemplate.Data(labels: ["instance": "a:90"], value: 1_234_567)
        #expect(template.expand(data, at: .zero).text == "a:90 1.235M")
        #expect(template.references.labels == ["instance", "nope"])
        #expect(template.references.usesValue)
    }

    @Test func ruleTemplatesAskForAnswers() throws {
        let template = try RuleTemplate(alert: "A", text: #"{{ query "q" | first | value }}"#)
        let data = RuleTemplate.Data(labels: [:], value: 1)
        guard case .needs(let query, _) = template.expand(data, at: .zero) else {
            Issue.record("a query without an answer must stop the run")
            return
        }
        #expect(query == "q")
        let answers = ["q": QueryAnswer.samples([QuerySample(labels: ["l": "b"], value: 2)])]
        #expect(template.expand(data, at: .zero, answers: answers).text == "2")
    }

    @Test func ruleTemplateErrorsPointIntoTheText() {
        let error = #expect(throws: TemplateError.self) {
            try RuleTemplate(alert: "InstanceDown", text: "x {{ $label.instance }}")
        }
        #expect(error?.message == #"template: __alert_InstanceDown:1: undefined variable "$label""#)
        #expect(error?.position?.column == 6)
    }
}
