import JSON
import TestSupport
import Testing

/// Templates that are no files, do not end or never stop growing: said, bounded, and nobody else's business.
@Suite("Hostile templates")
struct HostileTemplateTests {
    static let loop = #"{{ define "loop" }}{{ template "loop" . }}{{ end }}"#
    static let growing = "{{ range 1000000000000 }}xxxxxxxxxxxxxxxx{{ end }}"
    static let spinning = "{{ range 1000000000000 }}{{ end }}"

    static func configuration(_ endpoint: Endpoint) -> String {
        """
        templates: [templates/*.tmpl]
        route: {receiver: team, group_by: [alertname], group_wait: 50ms, group_interval: 1s}
        receivers:
          - name: team
            slack_configs:
              - {api_url: '\(endpoint.url)/loop', channel: '#a', title: '{{ template "loop" . }}'}
              - {api_url: '\(endpoint.url)/growing', channel: '#a', title: '\(growing)'}
              - {api_url: '\(endpoint.url)/spinning', channel: '#a', title: '\(spinning)'}
            webhook_configs: [{url: '\(endpoint.url)/good'}]
        """
    }

    @Test func areBoundedAndHoldUpNobody() async throws {
        let endpoint = try Endpoint()
        let ruleval = try Ruleval(configuration: Self.configuration(endpoint))
        try ruleval.folder.write("templates/own.tmpl", Self.loop)
        try await ruleval.start()
        let process = try #require(ruleval.process)
        #expect(await ruleval.post("/api/v2/alerts", HostileReceiverTests.alert)?.status == 200)
        #expect(await eventually(within: .seconds(30)) { endpoint.calls("/good").count == 1 })
        // Alertmanager posts what there is of a Slack message whose template fails, and so do we.
        let areTold = await eventually(within: .seconds(75)) {
            ["/loop", "/growing", "/spinning"].allSatisfy { endpoint.calls($0).count == 1 }
        }
        #expect(areTold, "\(process.errorOutput.prefix(3000))")
        for line in process.errorOutput.split(separator: "\n") { #expect(line.utf8.count < 4000) }
        #expect(endpoint.calls().count == 4)
        #expect(await ruleval.get("/-/ready")?.status == 200)
        #expect(Footprint.peak(of: process.id) < 300 << 20, "\(Footprint.peak(of: process.id) >> 20) MB")

        let path = ruleval.folder.path + "/templates/hostile.tmpl"
        let broken: [(String, @Sendable (String) throws -> Void)] = [
            ("is a directory", { try HostileFile.all[0].make($0) }),
            ("not a regular file", { try HostileFile.all[1].make($0) }),
            ("too many", { try HostileFile.write([UInt8](repeating: 0x61, count: 5 << 20), to: $0) }),
            ("hostile.tmpl", { try HostileFile.write(Array("{{ if }}".utf8), to: $0) }),
            (
                "hostile.tmpl",
                { try HostileFile.write(Array(String(repeating: "{{ if 1 }}", count: 9999).utf8), to: $0) }
            ),
            (
                "hostile.tmpl",
                { try HostileFile.write(Array("{{ \(String(repeating: "(", count: 99_999))".utf8), to: $0) }
            ),
        ]
        for (reason, make) in broken {
            try make(path)
            let answer = try #require(await ruleval.post("/-/reload"))
            #expect(answer.status == 500)
            #expect(answer.text(limit: 2000).contains(reason), "\(answer.text(limit: 2000))")
            HostileFile.remove(path)
        }
        #expect(await ruleval.post("/-/reload")?.status == 200)
        #expect(await ruleval.terminate(within: .seconds(5)) == 0)
    }

    @Test func ofAlertsHoldUpNobodyEither() async throws {
        let prometheus = ScriptedPrometheus()
        let rules = """
            groups:
              - name: hostile
                rules:
                  - {alert: Growing, expr: up, annotations: {summary: '\(Self.growing)'}}
                  - {alert: Spinning, expr: up, annotations: {summary: '\(Self.spinning)'}}
              - name: app
                rules:
                  - {alert: Good, expr: up}
            """
        let ruleval = try Ruleval(
            configuration: HostileFileTests.configuration(prometheus.url), rules: ["app.yml": rules])
        try await ruleval.start()
        let process = try #require(ruleval.process)
        #expect(await eventually(within: .seconds(10)) { await ruleval.rule("Good")?["state"]?.string == "firing" })
        let isSaid = await eventually(within: .seconds(30)) {
            let growing = await ruleval.rule("Growing")?["alerts"]?[0]?["annotations"]?["summary"]?.string
            let spinning = await ruleval.rule("Spinning")?["alerts"]?[0]?["annotations"]?["summary"]?.string
            return growing?.contains("error expanding template") == true
                && spinning?.contains("error expanding template") == true
        }
        #expect(isSaid)
        #expect(Footprint.peak(of: process.id) < 300 << 20, "\(Footprint.peak(of: process.id) >> 20) MB")
        #expect(await ruleval.terminate(within: .seconds(5)) == 0)
    }
}
