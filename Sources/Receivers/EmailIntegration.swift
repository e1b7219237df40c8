import Alerts
import Base
internal import Glibc
import GoTemplate
import HTTPTransport
import Settings

/// Sends notifications as mail.
public struct EmailIntegration: Integration {
    /// Which one it is.
    public let profile: IntegrationProfile
    private let settings: EmailSettings
    private let means: DeliveryMeans

    /// An integration that goes by `settings`.
    public init(_ id: IntegrationID, _ settings: EmailSettings, _ means: DeliveryMeans) {
        profile = IntegrationProfile(id: id, sendsResolved: settings.sendsResolved)
        self.settings = settings
        self.means = means
    }

    /// Makes one attempt.
    public func deliver(_ notification: Notification, timeout: Duration) async -> DeliveryResult {
        let data = notification.templateData.value
        let now = means.clock.now()
        let envelope: MailEnvelope
        let message: [UInt8]
        do throws(TemplateError) {
            let from = try means.templates.text(settings.mail.from, data, at: now)
            let to = try means.templates.text(settings.to, data, at: now)
            guard let sender = MailAddress.list(from), sender.count == 1 else {
                return .permanent("parse 'from' addresses: must be exactly one address")
            }
            guard let recipients = MailAddress.list(to) else {
                return .permanent("parse 'to' addresses: not a list of addresses")
            }
            envelope = MailEnvelope(sender: sender[0].address, recipients: recipients.map(\.address))
            message = try self.message(data, notification.groupKey, at: now)
        } catch { return .permanent("email template: \(error.reason)") }
        do throws(SMTPError) {
            let server: SMTPServer
            do throws(HTTPError) { server = try self.server(timeout) } catch { return .temporary("\(error.message)") }
            try await means.smtp.send(message, envelope, to: server)
            return .delivered
        } catch {
            return error.kind == .invalidRequest ? .permanent("\(error.message)") : .temporary("\(error.message)")
        }
    }

    private func server(_ timeout: Duration) throws(HTTPError) -> SMTPServer {
        let mail = settings.mail
        guard let port = mail.port else { throw HTTPError(.resolve, "smarthost: there is no such port") }
        let isImplicit = mail.forcesImplicitTLS ?? (port == 465)
        var server = SMTPServer(
            host: mail.host ?? "localhost", port: port,
            security: isImplicit ? .implicit : mail.requiresTLS ? .startTLS : .none)
        server.helloName = mail.hello
        server.tls = try mail.tls.options()
        server.timeout = timeout
        if !mail.username.isEmpty {
            server.login = SMTPServer.Login(
                username: mail.username, password: try mail.password?.read(), cramSecret: try mail.cramSecret?.read(),
                identity: mail.identity)
        }
        return server
    }

    /// Headers, an empty line, and the parts.
    private func message(_ data: TemplateValue, _ key: GroupKey, at now: Timestamp) throws(TemplateError) -> [UInt8] {
        var lines: [String] = []
        for (name, template) in settings.headers {
            lines.append("\(name): \(MailText.header(try means.templates.text(template, data, at: now)))")
        }
        let names = Set(settings.headers.map { $0.name.lowercased() })
        let seconds = now.milliseconds / 1000
        let date = CivilDate(unixSeconds: seconds)
        if !names.contains("message-id") {
            let unique = UInt64.random(in: 0...UInt64(Int64.max))
            lines.append("Message-Id: <\(now.milliseconds)000000.\(unique)@\(Self.hostName)>")
        }
        if let threading = settings.threading {
            // The root of the thread is a mail that was never sent.
            let day = threading == .daily ? MailText.day(date.year, date.month, date.day) : ""
            let root = "<alert-\(key.hash.prefix(16))-\(day)@alertmanager>"
            lines += ["References: \(root)", "In-Reply-To: \(root)"]
        }
        if !names.contains("date") {
            let text = MailText.date(
                date.year, date.month, date.day, weekday: date.weekday, (date.hour, date.minute, date.second))
            lines.append("Date: \(text)")
        }
        let boundary = (0..<30).map { _ in
            let byte = UInt8.random(in: 0...255)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        lines.append("Content-Type: multipart/alternative;  boundary=\(boundary)")
        lines.append("MIME-Version: 1.0")
        var out = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        var parts: [(type: String, content: [UInt8])] = []
        if !settings.text.isEmpty {
            let text = try means.templates.text(settings.text, data, at: now)
            parts.append(("text/plain", MailText.quotedPrintable(text)))
        }
        if !settings.html.isEmpty {
            let html = try means.templates.html(settings.html, data, at: now)
            parts.append(("text/html", MailText.quotedPrintable(html)))
        }
        for (index, part) in parts.enumerated() {
            out += Array((index > 0 ? "\r\n" : "").utf8)
            out += Array("--\(boundary)\r\nContent-Transfer-Encoding: quoted-printable\r\n".utf8)
            out += Array("Content-Type: \(part.type); charset=UTF-8\r\n\r\n".utf8)
            out += part.content
        }
        out += Array("\r\n--\(boundary)--\r\n".utf8)
        return out
    }

    private static let hostName: String = {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let isClean = text.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: ">") }
        return isClean && !text.isEmpty ? text : "localhost"
    }()
}
