import HTTPTransport
import JSON
import TestSupport

/// ruleval and a real Alertmanager on the same configuration, each with an endpoint of its own.
final class SideBySide: Sendable {
    /// One of the two.
    struct Side: Sendable {
        let name: String
        let port: Int
        let endpoint: Endpoint
        private let client = HTTPClient()

        var url: String { "http://127.0.0.1:\(port)" }

        init(name: String, port: Int, endpoint: Endpoint) {
            self.name = name
            self.port = port
            self.endpoint = endpoint
        }

        /// An API call; the body is JSON unless `headers` say otherwise.
        func call(
            _ method: String, _ path: String, _ body: String? = nil, headers: [HTTPHeader]? = nil
        ) async throws -> HTTPResponse {
            var request = HTTPRequest(method, url + path)
            if let body { request.body = Array(body.utf8) }
            request.headers += headers ?? (body == nil ? [] : [HTTPHeader("Content-Type", "application/json")])
            return try await client.send(request)
        }
    }

    let ours: Side
    let theirs: Side
    let folder: TemporaryFolder
    private let ruleval: Ruleval
    private let alertmanager: RealAlertmanager

    var sides: [Side] { [ours, theirs] }

    /// Starts both; `configuration` is given the address of the side's endpoint.
    init(_ configuration: (String) -> String, flags: String = "") async throws {
        folder = try TemporaryFolder()
        let endpoints = (try Endpoint(), try Endpoint())
        ruleval = try Ruleval(configuration: configuration(endpoints.0.url))
        let path = try folder.write("alertmanager.yml", configuration(endpoints.1.url))
        guard let alertmanager = try RealAlertmanager.start(configuration: path, folder: folder, flags: flags) else {
            throw ChildProcessError(path: "alertmanager", reason: "not there")
        }
        self.alertmanager = alertmanager
        ours = Side(name: "ruleval", port: ruleval.port, endpoint: endpoints.0)
        theirs = Side(name: "alertmanager", port: alertmanager.port, endpoint: endpoints.1)
        try await ruleval.start()
        let theirs = theirs
        let isReady = await eventually { (try? await theirs.call("GET", "/-/ready"))?.status == 200 }
        guard isReady else { throw ChildProcessError(path: "alertmanager", reason: alertmanager.log) }
    }

    /// Ends ruleval at once and starts it again on the same state.
    func killRuleval() async throws {
        await ruleval.kill()
        try await ruleval.start()
    }

    /// Writes another configuration for both and has it read; the statuses of the answers, ours first.
    func reload(_ configuration: (String) -> String) async throws -> [Int] {
        try ruleval.folder.write("ruleval.yml", configuration(ours.endpoint.url))
        try folder.write("alertmanager.yml", configuration(theirs.endpoint.url))
        return [
            try await ours.call("POST", "/-/reload").status, try await theirs.call("POST", "/-/reload").status,
        ]
    }

    /// Ends both in order and starts them again on what they kept.
    func restart() async throws {
        _ = await ruleval.terminate()
        try await ruleval.start()
        try await alertmanager.restart()
        let theirs = theirs
        let isReady = await eventually { (try? await theirs.call("GET", "/-/ready"))?.status == 200 }
        guard isReady else { throw ChildProcessError(path: "alertmanager", reason: alertmanager.log) }
    }

    /// What ruleval wrote to standard error and standard output.
    var ownLog: (errors: String, output: String) {
        (ruleval.process?.errorOutput ?? "", ruleval.process?.output ?? "")
    }

    func stop() async {
        alertmanager.stop()
        _ = await ruleval.terminate()
    }
}
