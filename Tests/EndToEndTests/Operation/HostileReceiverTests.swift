import JSON
import TestSupport
import Testing

/// Receivers that hang, reset or talk without end: the others are told all the same, and SIGTERM ends the daemon.
@Suite("Broken receivers")
struct HostileReceiverTests {
    static let alert = #"[{"labels":{"alertname":"Down","job":"api"},"annotations":{"summary":"s"}}]"#

    @Test func othersAreToldAndTheEndComesInTime() async throws {
        let endpoint = try Endpoint()
        let megabyte = String(repeating: "no ", count: 350_000)
        let silent = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.waitForClose()
        }
        let deaf = ScriptedServer { $0.waitForClose() }
        let reset = ScriptedServer { _ in }
        let talkative = ScriptedServer(
            answering: "HTTP/1.1 500 No\r\nContent-Length: \(megabyte.utf8.count)\r\n\r\n\(megabyte)")
        let endless = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            let piece = Array("10000\r\n".utf8) + [UInt8](repeating: 0x20, count: 65_536) + Array("\r\n".utf8)
            while connection.write(piece) {}
        }
        let mute = ScriptedServer { $0.waitForClose() }
        let broken = [silent, deaf, reset, talkative, endless].enumerated().map {
            "      - {url: '\($0.element.url)/broken\($0.offset)'}"
        }
        let ruleval = try Ruleval(
            configuration: """
                global:
                  smtp_smarthost: 127.0.0.1:\(mute.port)
                  smtp_from: ruleval@example.org
                  smtp_require_tls: false
                route: {receiver: team, group_by: [alertname], group_wait: 50ms, group_interval: 1s}
                receivers:
                  - name: team
                    webhook_configs:
                \(broken.joined(separator: "\n"))
                      - {url: '\(endpoint.url)/good'}
                    slack_configs:
                      - {api_url: '\(silent.url)/slack', channel: '#a'}
                      - {api_url: '\(endpoint.url)/slack', channel: '#a'}
                    email_configs:
                      - {to: team@example.org}
                """)
        try await ruleval.start()
        let process = try #require(ruleval.process)
        #expect(await ruleval.post("/api/v2/alerts", Self.alert)?.status == 200)
        let areTold = await eventually(within: .seconds(5)) {
            endpoint.calls("/good").count == 1 && endpoint.calls("/slack").count == 1
        }
        #expect(areTold)
        // Another group of the same receivers is not held up either.
        let other = Self.alert.replacing("Down", with: "Other")
        #expect(await ruleval.post("/api/v2/alerts", other)?.status == 200)
        #expect(await eventually(within: .seconds(5)) { endpoint.calls("/good").count == 2 })
        #expect(await eventually { process.errorOutput.contains("delivery failed") })
        for line in process.errorOutput.split(separator: "\n") { #expect(line.utf8.count < 2000) }
        #expect(await ruleval.get("/-/ready")?.status == 200)
        #expect(Footprint.peak(of: process.id) < 300 << 20, "\(Footprint.peak(of: process.id) >> 20) MB")
        #expect(await ruleval.terminate(within: .seconds(5)) == 0)
        #expect(endpoint.calls("/good").count == 2)
    }
}
