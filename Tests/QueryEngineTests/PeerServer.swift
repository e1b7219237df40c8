import Base
import HTTPTransport
import PrometheusAPI
import TestSupport
import TimeSeries

/// A real Prometheus on a free port, with data of ours.
final class PeerServer: Sendable {
    struct NotStarted: Error {
        let reason: String
    }

    let client: PrometheusClient
    let http = HTTPClient()
    let url: HTTPURL
    private let process: ChildProcess

    init(_ program: String, features: [String] = []) async throws {
        let folder = try TemporaryFolder()
        let port = try Surroundings.freePort()
        let config = try folder.write("prometheus.yml", "global: {evaluation_interval: 1m}\n")
        process = try ChildProcess(
            program,
            [
                "--config.file=\(config)", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--storage.tsdb.retention.time=100y",
                "--web.enable-remote-write-receiver", "--log.level=error",
                "--enable-feature=\((["native-histograms"] + features).joined(separator: ","))",
            ], folder: folder)
        guard let address = HTTPURL("http://127.0.0.1:\(port)") else { throw NotStarted(reason: "no address") }
        url = address
        client = PrometheusClient(PrometheusServerSettings(url: address), http: http)
        let (http, ready) = (http, address.appending(path: "/-/ready").text)
        let isReady = await eventually { (try? await http.send(HTTPRequest("GET", ready)).status) == 200 }
        if !isReady { throw NotStarted(reason: process.errorOutput) }
    }

    /// Writes series and reads them back as the server has them.
    func load(_ series: [Series]) async throws -> [Series] {
        var settings = RemoteWriteSettings(url: url.appending(path: "/api/v1/write"))
        settings.sendNativeHistograms = true
        try await RemoteWriteClient(settings, http: http).send(series)
        let request = SeriesRequest(
            matchers: [try LabelMatcher(Labels.metricName, .notMatches, "custom")],
            start: Timestamp(seconds: Double(RandomExpression.start) - 86_400),
            end: Timestamp(seconds: Double(RandomExpression.start) + 86_400))
        // Its remote read leaves out the bounds of custom buckets.
        let custom = series.filter { $0.labels.metricName == "custom" }
        return try await (PrometheusSource(client).fetch([request])[0].series + custom).sorted { $0.labels < $1.labels }
    }
}
