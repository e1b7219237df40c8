import Base
import GoTemplate
import TestSupport
import Testing

/// Random templates rendered by us and by the real programs must come out equal, byte for byte.
@Suite("Compared with the real programs")
struct DifferentialTests {
    @Test func amtoolRendersTheSame() async throws {
        try await compareWithAmtool(.alertmanager, type: "text")
    }

    @Test func amtoolRendersTheSameHTML() async throws {
        try await compareWithAmtool(.html, type: "html")
    }

    @Test func amtoolRefusesDamagedTemplatesInTheSameWords() async throws {
        try await compareWithAmtool(.alertmanager, type: "text", damaged: true)
    }

    /// Whether a slice may end within a character: Go keeps the bytes, here the character becomes U+FFFD.
    private static func cutsCharacters(_ text: String) -> Bool { text.contains("slice ") && text.contains("été") }

    private func compareWithAmtool(_ dialect: TemplateGenerator.Dialect, type: String, damaged: Bool = false)
        async throws
    {
        guard let amtool = Surroundings.peer("amtool") else { return }
        let folder = try TemporaryFolder()
        let data = ExampleData.notification
        try folder.write("data.json", render("{{ toJson . }}", data.value))
        var generator = TemplateGenerator(
            dialect, seed: Surroundings.number("RULEVAL_SEED").map(UInt64.init) ?? 20_261_120)
        var differences: [String] = []
        let count = Surroundings.isSoak ? 4000 : 200
        for _ in 0..<count {
            let text = damaged ? generator.damagedTemplate() : generator.template()
            if text.isEmpty || Self.cutsCharacters(text) { continue }
            let result = try await ChildProcess.run(
                amtool,
                [
                    "template", "render", "--template.glob=/dev/null", "--template.type=\(type)",
                    "--template.data=\(folder.path)/data.json", "--template.text=\(text)",
                ], environment: ["TZ": "UTC"], folder: folder)
            let real =
                result.status == 0
                ? result.output
                : String(result.error.dropFirst("amtool: error: ".count).dropLast(2))
            let ours = render(text, data.value, name: "", asHTML: type == "html")
            if ours != real { differences.append("template: \(text)\n  real: \(real)\n  ours: \(ours)") }
        }
        let kind = damaged ? "damaged templates" : "templates as \(type)"
        print("compared with amtool: \(count) \(kind), \(differences.count) different")
        #expect(
            differences.isEmpty, "\(differences.count) of \(count):\n\(differences.prefix(40).joined(separator: "\n"))")
    }

    @Test func promtoolRendersTheSame() async throws {
        guard let promtool = Surroundings.peer("promtool") else { return }
        let folder = try TemporaryFolder()
        var generator = TemplateGenerator(
            .prometheus, seed: Surroundings.number("RULEVAL_SEED").map(UInt64.init) ?? 20_261_121)
        let count = Surroundings.isSoak ? 4000 : 200
        var cases: [String] = []
        while cases.count < count {
            let text = generator.template()
            // A syntax error refuses the whole file; amtool is the judge of those.
            if !Self.cutsCharacters(text), (try? RuleTemplate(alert: "A", text: text)) != nil { cases.append(text) }
        }
        let rules = cases.enumerated().map { index, text in
            #"{"alert":"A\#(index)","expr":"m","annotations":{"x":\#(render("{{ toJson . }}", .string(text)))}}"#
        }
        let checks = cases.indices.map { #"{"eval_time":"0m","alertname":"A\#($0)","exp_alerts":[]}"# }
        try folder.write("rules.json", #"{"groups":[{"name":"g","rules":[\#(rules.joined(separator: ","))]}]}"#)
        let tests = try folder.write(
            "test.json",
            #"{"rule_files":["rules.json"],"tests":[{"interval":"1m","external_labels":{"cl":"c<1>"},"input_series":"#
                + #"[{"series":"m{job=\"j&b\",instance=\"a.b.c:90\"}","values":"1234567.5"}],"#
                + #""alert_rule_test":[\#(checks.joined(separator: ","))]}]}"#)
        let result = try await ChildProcess.run(
            promtool, ["test", "rules", tests], environment: ["TZ": "UTC"], folder: folder, within: .seconds(600))
        let real = PromtoolOutput.annotations(result.output + result.error)
        #expect(!real.isEmpty, "\(result.error.prefix(1000))")
        let data = RuleTemplate.Data(
            labels: ["__name__": "m", "job": "j&b", "instance": "a.b.c:90"], externalLabels: ["cl": "c<1>"],
            value: 1_234_567.5)
        var differences: [String] = []
        for (index, text) in cases.enumerated() {
            let template = try RuleTemplate(alert: "A\(index)", text: text)
            let ours = template.annotation(template.expand(data, at: .zero)) ?? "needs an answer"
            // promtool leaves out annotations that are empty.
            let theirs = real["A\(index)"] ?? ""
            if ours != theirs { differences.append("template: \(text)\n  real: \(theirs)\n  ours: \(ours)") }
        }
        print("compared with promtool: \(count) templates, \(differences.count) different")
        #expect(
            differences.isEmpty, "\(differences.count) of \(count):\n\(differences.prefix(40).joined(separator: "\n"))")
    }
}

/// Data that both sides render.
enum ExampleData {
    static var notification: NotificationData {
        var data = NotificationData()
        data.receiver = "team\\.a"
        data.status = "firing"
        data.externalURL = "http://am.example:9093/x?a=1&b=2"
        data.groupLabels = ["alertname": "Disk<full>", "job": "node"]
        data.commonLabels = ["alertname": "Disk<full>", "job": "node", "zone": "eu 'w' \"1\""]
        data.commonAnnotations = ["summary": "disk is full & slow", "note": "{{ .Status }}"]
        data.alerts = [
            .init(
                status: "firing", labels: ["alertname": "Disk<full>", "job": "node", "instance": "a:9100"],
                annotations: ["summary": "90% used"],
                startsAt: ZonedTime(unixSeconds: 1_767_323_045, nanoseconds: 123_000_000),
                generatorURL: "http://p/graph?g0.expr=up+%3D%3D+0", fingerprint: "00ff00ff00ff00ff"),
            .init(
                status: "resolved", labels: ["alertname": "Disk<full>", "job": "node", "instance": "é:9100"],
                annotations: [:],
                startsAt: ZonedTime(unixSeconds: 1_783_000_000),
                endsAt: ZonedTime(unixSeconds: 1_783_003_661, nanoseconds: 5), fingerprint: "1"),
        ]
        return data
    }
}

/// Reads what promtool prints about alerts it did not expect.
enum PromtoolOutput {
    /// The annotation `x` by alert name.
    static func annotations(_ output: String) -> [String: String] {
        var found: [String: String] = [:]
        var alert: String?
        for line in output.split(separator: "\n") {
            let text = line.drop { $0 == " " }
            if text.hasPrefix("alertname: ") {
                alert = String(text.dropFirst("alertname: ".count).prefix { $0 != "," })
            } else if text.hasPrefix("Annotations:{x="), let name = alert {
                let quoted = String(text.dropFirst("Annotations:{x=".count).dropLast(1))
                found[name] = unquoted(quoted)
            }
        }
        return found
    }

    /// Go's quoted form back to its text, by the template language itself.
    private static func unquoted(_ literal: String) -> String { render("{{ \(literal) }}", functions: .builtin) }
}
