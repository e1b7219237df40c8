import Base
import HTTPTransport
import PrometheusAPI
import TestSupport
import TimeSeries

/// Why the real server did not come up.
struct NotStarted: Error {
    let reason: String
}

/// A real Prometheus with a remote write receiver, on a free port and a folder of its own.
final class RealPrometheus: Sendable {
    let url: HTTPURL
    let client: PrometheusClient
    let http = HTTPClient()
    private let folder: TemporaryFolder
    private let process: ChildProcess

    /// Nil, with a loud line, when there is no such program.
    static func start(externalLabels: String = "{}") async throws -> RealPrometheus? {
        guard let program = Surroundings.peer("prometheus") else { return nil }
        return try await RealPrometheus(program, externalLabels)
    }

    private init(_ program: String, _ externalLabels: String) async throws {
        folder = try TemporaryFolder()
        let port = try Surroundings.freePort()
        let config = try folder.write("prometheus.yml", "global: {external_labels: \(externalLabels)}\n")
        process = try ChildProcess(
            program,
            [
                "--config.file=\(config)", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)",
                "--web.enable-remote-write-receiver", "--enable-feature=native-histograms", "--log.level=error",
            ], folder: folder)
        guard let address = HTTPURL("http://127.0.0.1:\(port)") else {
            throw NotStarted(reason: "no address")
        }
        url = address
        client = PrometheusClient(PrometheusServerSettings(url: address), http: http)
        let (http, ready) = (http, address.appending(path: "/-/ready").text)
        let isReady = await eventually { (try? await http.send(HTTPRequest("GET", ready)).status) == 200 }
        if !isReady { throw NotStarted(reason: process.errorOutput) }
    }

    func push(_ series: [Series]) async throws {
        var settings = RemoteWriteSettings(url: url.appending(path: "/api/v1/write"))
        settings.sendNativeHistograms = true
        try await RemoteWriteClient(settings, http: http).send(series)
    }
}
