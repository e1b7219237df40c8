import HTTPServer
import Synchronization

/// A target that a real Prometheus scrapes, its values set by the test.
final class Exporter: Sendable {
    private let text: TextBox
    private let server: HTTPServer

    init(_ initial: String) throws {
        let text = TextBox(initial)
        self.text = text
        server = try HTTPServer { request in
            request.path == "/metrics"
                ? HTTPServerResponse(contentType: "text/plain; version=0.0.4", text: text.value)
                : HTTPServerResponse(status: 404, text: "not here\n")
        }
    }

    /// `host:port` for a scrape configuration.
    var target: String { "127.0.0.1:\(server.port)" }

    /// What the next scrape finds, in Prometheus' text format.
    func expose(_ lines: String) { text.value = lines }

    func stop() async { await server.stop() }
}

/// A text that several tasks share.
final class TextBox: Sendable {
    private let text: Mutex<String>
    init(_ text: String) { self.text = Mutex(text) }
    var value: String {
        get { text.withLock { $0 } }
        set { text.withLock { $0 = newValue } }
    }
}
