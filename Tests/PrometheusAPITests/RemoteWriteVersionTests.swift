import Base
import HTTPServer
import HTTPTransport
import Synchronization
import Testing
import TimeSeries

@testable import PrometheusAPI

@Suite("Versions of remote write")
struct RemoteWriteVersionTests {
    private final class Receiver: Sendable {
        private final class Box: Sendable {
            let versions = Mutex<[String]>([])
            let speaks2: Bool
            init(_ speaks2: Bool) { self.speaks2 = speaks2 }
        }
        private let box: Box
        private let server: HTTPServer

        /// - Parameter refusal: The status for version 2 when it is not spoken; 200 for one that takes anything.
        init(speaks2: Bool, refusal: Int = 415) throws {
            let box = Box(speaks2)
            self.box = box
            server = try HTTPServer { request in
                let version = request.header("X-Prometheus-Remote-Write-Version") ?? ""
                box.versions.withLock { $0.append(version) }
                if version == "0.1.0" { return HTTPServerResponse(status: 204) }
                if !box.speaks2 { return HTTPServerResponse(status: refusal, text: "what?") }
                return HTTPServerResponse(status: 204)
                    .with(header: "X-Prometheus-Remote-Write-Samples-Written", "1")
            }
        }
        var url: String { "http://127.0.0.1:\(server.port)/write" }
        var versions: [String] { box.versions.withLock { $0 } }
    }

    private static let series: Series = {
        var series = Series(labels: ["__name__": "a", "job": "x"])
        series.append(.float(1.5), at: 1000)
        return series
    }()

    private static func client(
        _ receiver: Receiver, _ version: RemoteWriteSettings.Version = .negotiated
    ) throws -> RemoteWriteClient {
        var settings = RemoteWriteSettings(url: try #require(HTTPURL(receiver.url)))
        settings.version = version
        return RemoteWriteClient(settings, http: HTTPClient())
    }

    @Test func whoSpeaksTheSecondGetsItAfterTheFirstSamples() async throws {
        let receiver = try Receiver(speaks2: true)
        let client = try Self.client(receiver)
        for _ in 0..<3 { try await client.transmit([Self.series]) }
        // The first samples, the question, the others.
        #expect(receiver.versions == ["0.1.0", "2.0.0", "2.0.0", "2.0.0"])
    }

    @Test("who does not speak it is asked once", arguments: [415, 400, 500, 200])
    func staysWithTheFirst(_ status: Int) async throws {
        let receiver = try Receiver(speaks2: false, refusal: status)
        let client = try Self.client(receiver)
        for _ in 0..<3 { try await client.transmit([Self.series]) }
        #expect(receiver.versions == ["0.1.0", "2.0.0", "0.1.0", "0.1.0"])
    }

    @Test func theConfigurationSettlesIt() async throws {
        let receiver = try Receiver(speaks2: true)
        try await Self.client(receiver, .version1).transmit([Self.series])
        try await Self.client(receiver, .version2).transmit([Self.series])
        #expect(receiver.versions == ["0.1.0", "2.0.0"])
    }

    @Test func aRealPrometheusTakesBoth() async throws {
        guard let prometheus = try await RealPrometheus.start() else { return }
        var settings = RemoteWriteSettings(url: prometheus.client.settings.url.appending(path: "/api/v1/write"))
        for (version, name) in [(RemoteWriteSettings.Version.version1, "one"), (.version2, "two")] {
            settings.version = version
            settings.sendNativeHistograms = true
            let now = SystemClock().now()
            var series = Series(labels: Labels([("__name__", name), ("job", "ü\"x")]))
            for step in 0..<3 {
                series.append(.float(Double(step) + 0.5), at: now.milliseconds - 3000 + Int64(step) * 1000)
            }
            try await RemoteWriteClient(settings, http: HTTPClient()).transmit(
                bodies: [RemoteWriteRequest.encode([series]), RemoteWriteRequest.encode([Self.atNow(now, name)])])
            let answer = try await prometheus.client.query("\(name)[1m]", at: now)
            guard case .matrix(let found) = answer.value else {
                Issue.record("no matrix")
                return
            }
            #expect(found.map(\.count).sorted() == [1, 3], "\(name)")
            #expect(found.contains { $0.labels["job"] == "ü\"x" && $0.values == [0.5, 1.5, 2.5] })
        }
    }

    private static func atNow(_ now: Timestamp, _ name: String) -> Series {
        var series = Series(labels: Labels([("__name__", name), ("job", "y")]))
        series.append(.float(7), at: now.milliseconds - 10)
        return series
    }

    @Test(
        "who asks for patience is asked again later, who refuses is not",
        arguments: [(429, true), (503, true), (500, true), (408, true), (400, false), (401, false), (404, false)])
    func refuses(_ status: Int, _ isTemporary: Bool) async throws {
        let server = try HTTPServer { _ in
            HTTPServerResponse(status: status, text: "no").with(header: "Retry-After", "7")
        }
        let settings = RemoteWriteSettings(url: try #require(HTTPURL("http://127.0.0.1:\(server.port)/write")))
        let client = RemoteWriteClient(settings, http: HTTPClient())
        let error = await #expect(throws: PrometheusError.self) { try await client.transmit([Self.series]) }
        #expect(error?.isTemporary == isTemporary)
        #expect(error?.retryAfter == .seconds(7))
        await server.stop()
    }

    @Test func joinedBodiesAreOneBody() throws {
        var other = Series(labels: ["__name__": "b"])
        other.append(.float(2), at: 2000)
        let joined = RemoteWriteRequest.join([
            RemoteWriteRequest.encode([Self.series]), RemoteWriteRequest.encode([other, Self.series]),
        ])
        let read = try RemoteWriteRequest.decode(joined, limit: 1 << 20).series
        #expect(read.map(\.labels.metricName) == ["a", "b", "a"])
        #expect(read.map(\.timestamps) == [[1000], [2000], [1000]])
    }
}
