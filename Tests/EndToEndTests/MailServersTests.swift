import TestSupport
import Testing

/// Mail handed to two servers that have no code in common.
@Suite("Mail")
struct MailServersTests {
    private static let alert = #"""
        [{"labels":{"alertname":"Disk & <co>","a":"1"},
          "annotations":{"summary":"ünï 🎉\r\nBcc: evil@example.org","description":".\n..\n.dot and a long line %LONG%"}}]
        """#

    private static func configuration(_ port: Int) -> String {
        """
        global: {smtp_smarthost: '127.0.0.1:\(port)', smtp_from: 'Alerts <am@example.org>', smtp_require_tls: false, smtp_hello: me.example.org}
        route: {receiver: team}
        receivers:
        - name: team
          email_configs:
          - {to: 'Ada <ada@example.org>, bob@example.org'}
          - to: text@example.org
            html: ''
            text: "{{ range .Alerts }}{{ .Annotations.description }}{{ end }}\\n"
            headers: {Subject: '{{ .CommonAnnotations.summary }}', X-Own: 'é {{ .Status }}', Reply-To: r@example.org}
        """
    }

    /// What stays the same from one message to the next.
    private static func comparable(_ mail: String) -> [String] {
        var boundary = ""
        var lines: [String] = []
        for line in mail.split(separator: "\n", omittingEmptySubsequences: false) {
            let line = String(line)
            let name = line.prefix { $0 != ":" }.lowercased()
            if ["message-id", "date", "x-peer", "x-mailfrom", "x-rcptto"].contains(name) { continue }
            if name == "content-type", let value = line.split(separator: "=").last, line.contains("boundary=") {
                boundary = value.filter { $0 != "\"" }
            }
            lines.append(boundary.isEmpty ? line : line.replacing(boundary, with: "BOUNDARY"))
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    @Test("arrives whole at both, and is the same")
    func delivery() async throws {
        var arrived: [[[String]]] = []
        for kind in MailServer.Kind.allCases {
            guard let server = try await MailServer.start(kind) else { continue }
            let folder = try TemporaryFolder()
            let path = try folder.write("alertmanager.yml", Self.configuration(server.port))
            let long = String(repeating: "0123456789 é ", count: 300)
            let alerts = try folder.write("alerts.json", Self.alert.replacing("%LONG%", with: long))
            let result = try await ChildProcess.run(
                Surroundings.binary, ["receivers", "test", "team", "--config", path, "--alert", alerts], folder: folder,
                within: .seconds(60))
            #expect(result.status == 0, "\(kind): \(result.output)\(result.error)")
            #expect(await eventually { server.messages.count == 2 }, "\(kind): \(server.messages.count)")
            let messages = server.messages
            let text = try #require(messages.first { $0.contains("text@example.org") })
            // The subject's line end is no line end of the message, and a line of one dot is no end of it.
            #expect(!text.contains("\nBcc:"), "\(text)")
            #expect(text.contains("\n.\n..\n.dot"), "\(text)")
            #expect(messages.allSatisfy { $0.lowercased().contains("message-id: <") })
            arrived.append(messages.map(Self.comparable).sorted { $0.count < $1.count })
            server.stop()
        }
        if arrived.count == 2 { #expect(arrived[0] == arrived[1]) }
    }
}
