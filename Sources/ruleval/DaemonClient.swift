import Base
@preconcurrency import Glibc
import HTTPTransport
import JSON
import Settings
import YAML

/// Talks to a running daemon, for the commands that ask or tell it something.
struct DaemonClient {
    static let option = OptionSpec.one(
        "--url", "URL", "the daemon's address (default http://127.0.0.1:9595, or RULEVAL_URL)")

    static let configurationOption = OptionSpec.one(
        "--http-config", "FILE", "how to talk to it: TLS, user, token; the file of amtool's --http.config.file")
    /// What every command takes that talks to a daemon.
    static let options = [option, configurationOption]

    private let base: String
    private let client: ConfiguredHTTPClient

    /// - Throws: ``UsageError`` when the file of `--http-config` cannot be used.
    init(_ arguments: Arguments) throws {
        client = ConfiguredHTTPClient(try Self.settings(arguments), client: HTTPClient())
        let named = arguments.value("--url") ?? getenv("RULEVAL_URL").map { String(cString: $0) }
        var base = named ?? "http://127.0.0.1:9595"
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base.contains("://") ? base : "http://\(base)"
    }

    private static func settings(_ arguments: Arguments) throws -> HTTPClientSettings {
        guard let path = arguments.value("--http-config") else { return HTTPClientSettings() }
        do throws(Diagnostics) {
            let decoding = YAMLDecoding()
            let document = try YAMLDocument.load(path)
            var settings = HTTPClientSettings()
            if let root = document.root, !root.isNull, let reader = decoding.mapping(root, as: "the HTTP configuration")
            {
                settings = HTTPClientSettings(
                    reader, SettingsContext(decoding: decoding, folder: ConfigurationFolder(of: path)))
            }
            try decoding.finish()
            return settings
        } catch {
            throw UsageError("\(error)")
        }
    }

    /// The daemon's answer to a GET, to a POST of `body`, or to another `method`.
    /// - Throws: ``DaemonUnreachable`` when there is none.
    func ask(_ path: String, post body: [UInt8]? = nil, method: String? = nil) async throws -> HTTPResponse {
        var request = HTTPRequest(method ?? (body == nil ? "GET" : "POST"), base + path)
        request.timeout = .seconds(10)
        if let body {
            request.body = body
            request.headers.append(HTTPHeader("Content-Type", "application/json"))
        }
        do throws(HTTPError) {
            return try await client.send(request)
        } catch {
            throw DaemonUnreachable(url: base, reason: error.message)
        }
    }
}

/// No daemon answered.
struct DaemonUnreachable: Error, CustomStringConvertible {
    let url: String
    let reason: String
    var description: String { "no answer from \(url): \(reason)" }
}
