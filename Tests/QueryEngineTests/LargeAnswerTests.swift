import Base
import Glibc
import HTTPTransport
import PrometheusAPI
import TestSupport
import Testing
import TimeSeries

@Suite("Large answers", .serialized)
struct LargeAnswerTests {
    private static let start: Int64 = 1_700_000_000_000
    /// 10,801 samples each, about 34 bytes of text a sample.
    private static let seriesCount = Surroundings.isSoak ? 800 : 200

    /// How much of an answer has come, and its end.
    private struct Reading {
        var bytes = 0
        var tail: [UInt8] = []

        /// The same after reading until there are `wanted` bytes or the peer has closed.
        func continued(on connection: RawConnection, to wanted: Int) async -> Reading {
            await OwnThread.value {
                var reading = self
                var room = [UInt8](repeating: 0, count: 256 << 10)
                var silences = 0
                while reading.bytes < wanted {
                    let count = recv(connection.descriptor, &room, room.count, 0)
                    if count < 0, errno == EAGAIN, silences < 5 {
                        // The machine may be busy with other things.
                        silences += 1
                        continue
                    }
                    if count <= 0 { break }
                    reading.bytes += count
                    reading.tail = Array((reading.tail + room[..<count].suffix(64)).suffix(64))
                }
                return reading
            }
        }
    }

    @Test("are written as the client reads them: the text is never held whole", .timeLimit(.minutes(5)))
    func streamed() async throws {
        let daemon = try await QueryDaemon("{embedded: {retention: 100d}}")
        let settings = RemoteWriteSettings(url: try #require(HTTPURL(daemon.url + "/api/v1/write")))
        try await RemoteWriteClient(settings, http: HTTPClient()).send(
            (0..<Self.seriesCount).map { number in
                Series(
                    labels: Labels([("__name__", "m"), ("n", "\(number)")]), timestamps: [Self.start],
                    values: [Double(number) + 0.123456789])
            })
        // 10,801 steps of 25 ms, all within the lookback of one sample.
        let target = "/api/v1/query_range?query=m&start=1700000000&end=1700000270&step=0.025"
        let connection = try #require(RawConnection(port: daemon.port))
        connection.send("GET \(target) HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
        var reading = await Reading().continued(on: connection, to: 1 << 20)
        // Others are served while this client takes its time.
        var other = HTTPRequest("GET", daemon.url + "/api/v1/query?query=count(m)&time=1700000000")
        other.timeout = .seconds(120)
        #expect(try await HTTPClient().send(other).text(limit: 4096).contains("\"\(Self.seriesCount)\"]"))
        reading = await reading.continued(on: connection, to: .max)
        #expect(reading.bytes > Self.seriesCount * 10_801 * 28)
        #expect(String(decoding: reading.tail, as: UTF8.self).hasSuffix("]}}\r\n0\r\n\r\n"))
        let peak = daemon.peak
        Surroundings.say("an answer of \(reading.bytes >> 20) MB: \(peak >> 20) MB at most were resident")
        // Twice the samples of the result, 16 bytes each, and what the program takes itself.
        #expect(peak < 2 * 16 * Self.seriesCount * 10_801 + (40 << 20))
        // A client that goes away half-way costs nothing more.
        do {
            let leaving = try #require(RawConnection(port: daemon.port))
            leaving.send("GET \(target) HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
            _ = await Reading().continued(on: leaving, to: 1 << 20)
        }
        #expect(await daemon.end() == 0)
    }
}
