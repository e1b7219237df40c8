import Base
import BenchmarkSupport
import HTTPTransport
import PrometheusAPI
import TestSupport
import TimeSeries

/// Remote-writes the data to servers: half an hour of 500 series in a body, in the order of time.
struct Feeder {
    let client: HTTPClient
    private let series: [Series]
    let samples: Int

    init(_ data: BenchmarkData, client: HTTPClient) {
        self.client = client
        series = data.byName.sorted { $0.key < $1.key }.flatMap(\.value)
        samples = series.reduce(0) { $0 + $1.count }
    }

    /// Sends everything to all of `servers`; gives the seconds of processor time that each needed.
    func feed(_ servers: [BenchmarkServer]) async throws -> [Double] {
        let before = servers.map(\.processorTime)
        let length = series.map(\.count).max() ?? 0
        for slice in stride(from: 0, to: length, by: 120) {
            for first in stride(from: 0, to: series.count, by: 500) {
                let part = series[first..<min(first + 500, series.count)].map { one in
                    let wanted = slice..<min(slice + 120, one.count)
                    return Series(
                        labels: one.labels, timestamps: Array(one.timestamps[wanted]),
                        values: Array(one.values[wanted]))
                }
                let body = RemoteWriteRequest.encode(part)
                for server in servers { try await send(body, to: server) }
            }
        }
        return zip(servers, before).map { Double($0.processorTime - $1) / 1e9 }
    }

    private func send(_ body: [UInt8], to server: BenchmarkServer) async throws {
        let request = HTTPRequest(
            "POST", server.url + "/api/v1/write",
            headers: RemoteWriteRequest.headers.map { HTTPHeader($0.name, $0.value) }, body: body)
        let response = try await client.send(request)
        guard response.isSuccess else {
            throw ChildProcessError(path: server.name, reason: "\(response.status) \(response.text())")
        }
    }
}
