import HTTPServer
import JSON
internal import Synchronization

/// The ends of the demo: HTTP and SMTP servers on loopback to which the real receivers deliver.
final class DemoSinks: Sendable {
    /// Something that arrived.
    enum Arrival: Sendable {
        case slack(title: String)
        case mail(subject: String, to: [String])
        case webhook(status: String, name: String, alerts: Int)
        case escalation(status: String, name: String)
    }

    private let server: HTTPServer
    private let mail: MailSink

    init(broken: DemoSettings.Sink?, _ arrived: @escaping @Sendable (Arrival) -> Void) throws {
        mail = try MailSink { message in arrived(.mail(subject: message.subject, to: message.recipients)) }
        if broken == .mail { mail.refuseEverybody() }
        server = try HTTPServer { request in
            let body = (try? JSONValue(parsing: request.body)) ?? .null
            let status = body["status"]?.string ?? ""
            let name = body["groupLabels"]?["alertname"]?.string ?? ""
            switch request.path {
            case "/slack":
                if broken == .slack { return HTTPServerResponse(status: 404, text: "no_team") }
                let title = body["attachments"]?[0]?["title"]?.string ?? body["text"]?.string ?? ""
                arrived(.slack(title: title))
                return HTTPServerResponse(text: "ok")
            case "/webhook":
                if broken == .webhook { return HTTPServerResponse(status: 404, text: "nobody here") }
                arrived(.webhook(status: status, name: name, alerts: body["alerts"]?.array?.count ?? 0))
            case "/on-call":
                arrived(.escalation(status: status, name: name))
            default: return HTTPServerResponse(status: 404, text: "not here\n")
            }
            return HTTPServerResponse(text: "ok")
        }
    }

    /// Base address of the HTTP sinks.
    var url: String { "http://127.0.0.1:\(server.port)" }
    /// `host:port` of the mail sink.
    var smarthost: String { "127.0.0.1:\(mail.port)" }

    func stop() async {
        mail.stop()
        await server.stop(grace: .milliseconds(200))
    }
}
