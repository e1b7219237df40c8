import Base
import HTTPTransport
import JSON
import Synchronization

/// What integrations would have sent, for people to read; addresses and keys that are secrets are hidden.
final class DrillPage: Sendable {
    private let lines = Mutex("")

    /// What was collected since the last call.
    func text() -> String {
        lines.withLock { lines in
            defer { lines = "" }
            return lines
        }
    }

    /// Notes a request and answers as a server would that takes it.
    func take(_ request: HTTPRequest) -> HTTPResponse {
        var text =
            "  \(request.method) \(HTTPURL(request.url).map { "\($0.scheme)://\($0.authority)/<hidden>" } ?? "?")\n"
        for header in request.headers { text += "  \(header.name): \(header.value)\n" }
        for header in request.secretHeaders { text += "  \(header.name): <secret>\n" }
        if let body = request.body, !body.isEmpty { text += "\n" + Self.indented(Self.shown(body)) }
        lines.withLock { $0 += text }
        return HTTPResponse(
            status: 200, headers: [HTTPHeader("Content-Type", "application/json")], body: Array(#"{"ok":true}"#.utf8))
    }

    /// Notes a mail.
    func take(_ message: [UInt8], _ envelope: MailEnvelope, _ server: SMTPServer) {
        let text =
            "  SMTP \(server.host):\(server.port)\n  from \(envelope.sender)\n"
            + envelope.recipients.map { "  to \($0)\n" }.joined() + "\n"
            + Self.indented(String(decoding: message, as: UTF8.self))
        lines.withLock { $0 += text }
    }

    /// Members of bodies that are secrets with some services.
    private static let secrets: Set<String> = [
        "routing_key", "service_key", "token", "user", "user_key", "api_key", "apiKey", "corpsecret", "secret",
    ]

    private static func shown(_ body: [UInt8]) -> String {
        guard let value = try? JSONValue(parsing: body), let members = value.object?.members,
            members.contains(where: { secrets.contains($0.key) })
        else { return String(decoding: body, as: UTF8.self) }
        var json = JSONWriter()
        json.beginObject()
        for member in members {
            json.key(member.key)
            if secrets.contains(member.key) { json.string("<secret>") } else { json.value(member.value) }
        }
        json.endObject()
        return json.text
    }

    private static func indented(_ text: String) -> String {
        text.split(omittingEmptySubsequences: false) { $0.isNewline }.map { "  \($0)" }.joined(separator: "\n") + "\n"
    }
}
