import Alerts
import Base
import HTTPServer
import HTTPTransport
import Settings
import Synchronization
import TestSupport
import YAML

@testable import Receivers

/// A place that takes requests and mails and remembers them.
final class Capture: Sendable {
    struct Post: Sendable {
        var method = "POST"
        var path: String
        /// Path, `?` and query.
        var target = ""
        var headers: [HTTPServerRequest.Header]
        var body: String
    }

    private let posts = Mutex<[Post]>([])
    private let mails = Mutex<[String]>([])
    private let servers = Mutex<(HTTPServer?, ScriptedServer?)>((nil, nil))
    let port: Int
    let mailPort: Int

    init(
        answer: @escaping @Sendable (HTTPServerRequest) -> HTTPServerResponse = { _ in HTTPServerResponse(text: "ok") }
    )
        throws
    {
        let holder = Mutex<Capture?>(nil)
        let shared = Shared()
        let server = try HTTPServer { request in
            shared.capture?.note(request)
            return answer(request)
        }
        let mail = ScriptedServer { connection in Self.speak(connection) { shared.capture?.note(mail: $0) } }
        port = server.port
        mailPort = mail.port
        servers.withLock { $0 = (server, mail) }
        shared.capture = self
        holder.withLock { $0 = nil }
    }

    /// A weak way back from the servers.
    private final class Shared: Sendable {
        private struct Weak { weak var capture: Capture? }
        private let box = Mutex(Weak())
        var capture: Capture? {
            get { box.withLock { $0.capture } }
            set { box.withLock { $0.capture = newValue } }
        }
    }

    private func note(_ request: HTTPServerRequest) {
        let post = Post(
            method: request.method, path: request.path, target: request.target, headers: request.headers,
            body: String(decoding: request.body, as: UTF8.self))
        posts.withLock { $0.append(post) }
    }

    private func note(mail: String) { mails.withLock { $0.append(mail) } }

    func posts(to path: String) -> [Post] { posts.withLock { $0.filter { $0.path == path } } }

    /// How many requests came for `path` and what is below it.
    func count(below path: String) -> Int {
        posts.withLock { $0.count { $0.path == path || $0.path.hasPrefix(path + "/") } }
    }

    /// Method and address of all requests, each once, sorted.
    var addresses: [String] { posts.withLock { Set($0.map(Self.address)).sorted() } }

    func requests(to address: String) -> [Post] { posts.withLock { $0.filter { Self.address($0) == address } } }

    private static func address(_ post: Post) -> String {
        "\(post.method) \(post.target)"
    }

    var allMails: [String] { mails.withLock { $0 } }

    /// As much SMTP as a mail needs.
    private static func speak(_ connection: ScriptedConnection, _ note: (String) -> Void) {
        connection.write("220 test ESMTP\r\n")
        while let line = connection.readLine() {
            let word = line.prefix(4).uppercased()
            if word == "EHLO" {
                connection.write("250-test\r\n250 8BITMIME\r\n")
            } else if word == "DATA" {
                connection.write("354 go\r\n")
                var lines: [String] = []
                while let line = connection.readLine(), line != "." {
                    lines.append(line.hasPrefix("..") ? String(line.dropFirst()) : line)
                }
                note(lines.joined(separator: "\n"))
                connection.write("250 ok\r\n")
            } else if word == "QUIT" {
                connection.write("221 bye\r\n")
                return
            } else {
                connection.write("250 ok\r\n")
            }
        }
    }

    static func settings(_ yaml: String) throws -> (ReceiverSettings, [Diagnostic]) {
        let document = try YAMLDocument(parsing: yaml, file: "a.yml")
        let decoding = YAMLDecoding()
        guard let root = document.root, let reader = decoding.mapping(root, as: "configuration") else {
            return (ReceiverSettings(), decoding.diagnostics)
        }
        let context = SettingsContext(decoding: decoding, folder: ConfigurationFolder(path: ""))
        let global = reader.mapping("global")
        let settings = ReceiverSettings(reader, global: global, context)
        global?.finish()
        _ = reader.value("route")
        reader.finish()
        return (settings, decoding.diagnostics)
    }

    /// The integrations of a configuration that must be right.
    static func receivers(_ yaml: String) throws -> ReceiverSet {
        let (settings, problems) = try settings(yaml)
        if !problems.isEmpty { throw Diagnostics(problems) }
        let means = DeliveryMeans(http: HTTPClient(), smtp: SMTPClient(), templates: try NotificationTemplates())
        return ReceiverSet(settings, means)
    }
}
