import GoTemplate
import TestSupport
import Testing

@Suite("Hostile templates end with an error")
struct BoundsTests {
    @Test(
        "of kind limit",
        arguments: [
            #"{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}"#,
            "{{ range 1000000000 }}x{{ end }}",
            "{{ range 1000000000 }}{{ end }}",
            #"{{ $x := "ab" }}{{ range 64 }}{{ $x = print $x $x }}{{ end }}{{ len $x }}"#,
            "{{ $x := list 1 }}{{ range 64 }}{{ $x = list $x $x }}{{ end }}{{ $x }}",
            "{{ $x := list 1 }}{{ range 64 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}",
            "{{ $x := list 1 }}{{ range 200000 }}{{ $x = list $x }}{{ end }}",
            #"{{ $x := dict "a" 1 }}{{ range 200000 }}{{ $x = dict "a" $x }}{{ end }}"#,
            #"{{ range 100 }}{{ printf "%999999d" 1 }}{{ end }}"#,
        ])
    func limited(_ text: String) throws {
        let set = try TemplateSet(name: "t", text: text, functions: .alertmanager)
        #expect(set.execute("t", data: .undefined).error?.kind == .limit)
    }

    @Test(
        "nested too deep for reading",
        arguments: [
            String(repeating: "(", count: 100_000), String(repeating: "{{if 1}}", count: 100_000),
            String(repeating: "{{block \"x\" .}}", count: 100_000),
            "{{" + String(repeating: "(", count: 5000) + "1" + String(repeating: ")", count: 5000) + "}}",
        ])
    func nested(_ text: String) {
        #expect(throws: TemplateError.self) {
            try TemplateSet(name: "t", text: text.hasPrefix("(") ? "{{" + text : text)
        }
    }

    @Test(
        "broken off inside a block",
        arguments: [
            #"{{ $a := 1 }}{{ if 1 }}{{ block "b" 1 }}{{"#,
            #"{{ range $a, $b := . }}{{ block "b" 1 }}x{{ toLower "" }}"#,
            #"{{ with $a := 1 }}{{ range . }}{{ block "b" 1 }}{{ else }}"#,
        ])
    func brokenOff(_ text: String) {
        #expect(throws: TemplateError.self) { try TemplateSet(name: "t", text: text) }
        #expect(throws: TemplateError.self) { try RuleTemplate(alert: "A", text: text) }
    }

    @Test func rangesInRangesAreEscapedInBoundedTime() throws {
        let text = String(repeating: "{{ range . }}", count: 60) + "x" + String(repeating: "{{ end }}", count: 60)
        let set = try TemplateSet(name: "t", text: text)
        #expect(throws: TemplateError.self) { try set.escapedForHTML("t") }
        let chain = (0..<60).map {
            #"{{ define "t\#($0)" }}{{ template "t\#($0 + 1)" }}{{ template "t\#($0 + 1)" }}{{ end }}"#
        }
        let chained = try TemplateSet(
            name: "t",
            text: chain.joined() + #"{{ define "t60" }}<a href="{{ end }}{{ template "t0" }}{{ template "t1" }}"#)
        #expect(throws: TemplateError.self) { try chained.escapedForHTML("t") }
    }

    @Test func theDeepestNestingThatIsReadRuns() throws {
        let text = "{{" + String(repeating: "(", count: 190) + "1" + String(repeating: ")", count: 190) + "}}"
        #expect(render(text) == "1")
        let controls = String(repeating: "{{if 1}}", count: 190) + "x" + String(repeating: "{{end}}", count: 190)
        #expect(render(controls) == "x")
    }

    @Test func valuesThatLookLikeTemplatesAreNotRun() throws {
        let template = try RuleTemplate(alert: "A", text: "{{ $labels.a }}")
        let data = RuleTemplate.Data(labels: ["a": "{{ $value }}"], value: 1)
        #expect(template.expand(data, at: .zero).text == "{{ $value }}")
    }

    @Test func anyBytesAreReadWithoutACrash() {
        var chance = SeededGenerator(seed: 7)
        for _ in 0..<(Surroundings.isSoak ? 200_000 : 3000) {
            let length = Int.random(in: 0..<40, using: &chance)
            let text = (0..<length).map { _ in
                chance.pick([
                    "{{", "}}", "-", " ", "$x", ".a", "(", ")", "|", ":=", "=", "if", "end", "range", "\"", "`", "'",
                    "1", "\\", "/*", "*/", "é", "define", ",", "\n", "printf", "%", "<a href='", "<script>", ">",
                    "else", "block", "template",
                ])
            }.joined()
            _ = render(text)
            _ = render(text, asHTML: true)
        }
    }
}

@Suite("Problems are found without running")
struct ProblemTests {
    @Test func argumentCountsAndTemplates() throws {
        let text = "a {{ humanize }}\n{{ if false }}{{ 1 | toUpper 2 }}{{ template \"no\" }}{{ len (title) }}{{ end }}"
        let template = try RuleTemplate(alert: "A", text: text)
        #expect(
            template.problems.map { "\($0.position?.line ?? 0):\($0.position?.column ?? 0) \($0.reason)" } == [
                "1:6 wrong number of args for humanize: want 1 got 0",
                "2:22 wrong number of args for toUpper: want 1 got 2",
                "2:46 template \"no\" not defined", "2:61 wrong number of args for title: want 1 got 0",
            ])
    }

    @Test func referencesAreListed() throws {
        let template = try RuleTemplate(
            alert: "A",
            text: #"{{ $labels.job }}{{ index .Labels "x" }}{{ $externalLabels.cl }}{{ query "up" | first | value }}"#)
        let references = template.references
        #expect(references.labels == ["job", "x"])
        #expect(references.externalLabels == ["cl"])
        #expect(!references.usesValue && !references.usesAllLabels)
        #expect(references.queries == ["up"])
        #expect(references.functions == ["index", "query", "first", "value"])
        #expect(try RuleTemplate(alert: "A", text: "{{ $labels }} {{ $value }}").references.usesAllLabels)
    }
}

@Suite("Sets of templates")
struct TemplateSetTests {
    @Test func laterFilesReplaceEarlierDefinitionsUnlessEmpty() throws {
        var set = TemplateSet(functions: .alertmanager)
        try set.parse(#"{{ define "a" }}one{{ end }}{{ define "b" }}b{{ end }}"#, name: "1.tmpl")
        try set.parse(#"{{ define "a" }}two{{ end }}{{ define "b" }}  {{ end }}"#, name: "2.tmpl")
        #expect(set.expand(#"{{ template "a" }}{{ template "b" }}"#, data: .undefined).text == "twob")
        #expect(set.names == ["1.tmpl", "2.tmpl", "a", "b"])
    }

    @Test func twoDefinitionsInOneFileAreRefused() {
        let error = #expect(throws: TemplateError.self) {
            try TemplateSet(name: "t", text: "{{ define \"a\" }}1{{ end }}\n{{ define \"a\" }}2{{ end }}")
        }
        #expect(error?.message == #"template: t:2: template: multiple definition of template "a""#)
    }

    @Test func alertmanagersOwnTemplatesRender() async throws {
        guard let amtool = Surroundings.peer("amtool") else { return }
        let folder = "\(Surroundings.root)/.peers/usr/share/prometheus/alertmanager"
        var set = TemplateSet(functions: .alertmanager)
        for file in ["default.tmpl", "email.tmpl"] {
            try set.parse(TemporaryFolder.text(of: "\(folder)/\(file)"), name: file)
        }
        let scratch = try TemporaryFolder()
        let data = ExampleData.notification.value
        try scratch.write("data.json", render("{{ toJson . }}", data))
        for name in set.names where !name.hasSuffix(".tmpl") {
            for type in ["text", "html"] where !name.hasPrefix("__text") {
                let text = "{{ template \"\(name)\" . }}"
                let real = try await ChildProcess.run(
                    amtool,
                    [
                        "template", "render", "--template.glob=\(folder)/*.tmpl", "--template.type=\(type)",
                        "--template.data=\(scratch.path)/data.json", "--template.text=\(text)",
                    ], environment: ["TZ": "UTC"], folder: scratch)
                let ours = set.expand(text, data: data, asHTML: type == "html")
                let expected =
                    real.status == 0 ? real.output : String(real.error.dropFirst("amtool: error: ".count).dropLast(2))
                #expect((ours.text ?? ours.error?.message) == expected, "\(name) as \(type)")
            }
        }
    }
}
