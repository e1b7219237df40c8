import Base
import HTTPTransport
import JSON
import TestSupport
import Testing
import TimeSeries

@testable import PrometheusAPI

/// Bodies of remote write that no sender should make, to the built binary: an answer, bounded memory, no effect.
@Suite("Hostile bodies of remote write", .serialized)
struct HostileWriteTests {
    /// One body and the statuses that are right.
    private struct Case: Sendable {
        let name: String
        var version = RemoteWriteRequest.Version.one
        /// False for what is ours alone, as bounds on memory.
        var isCompared = true
        let body: @Sendable () -> [UInt8]
    }

    private static func message(_ write: (inout ProtobufWriter) -> Void) -> [UInt8] {
        var writer = ProtobufWriter()
        write(&writer)
        return Snappy.compress(writer.bytes)
    }

    private static func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        var all = bytes
        while all.count < bytes.count * count { all += all }
        return Array(all.prefix(bytes.count * count))
    }

    private static func label(_ name: String, _ value: String, _ writer: inout ProtobufWriter) {
        writer.message(1) { writer in
            writer.string(1, name)
            writer.string(2, value)
        }
    }

    /// A good series, so that something could be taken.
    private static func good(_ writer: inout ProtobufWriter) {
        writer.message(1) { writer in
            label("__name__", "good", &writer)
            writer.message(2) { writer in
                writer.double(1, 1)
                writer.signed(2, Int64(RandomExpression.start) * 1000)
            }
        }
    }

    /// A series whose fields are `fields`.
    private static func series(_ fields: [UInt8]) -> [UInt8] {
        message { writer in
            good(&writer)
            writer.message(1) { writer in
                label("__name__", "bad", &writer)
                fields.withUnsafeBufferPointer { writer.raw($0) }
            }
        }
    }

    private static let cases: [Case] = [
        Case(name: "nothing") { [] },
        Case(name: "no snappy") { Array("hello".utf8) },
        Case(name: "snappy that declares 4 GB") { [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00, 0x61] },
        Case(name: "snappy that declares 4 GB and begins well") {
            [0xFF, 0xFF, 0xFF, 0xFF, 0x0F] + message { good(&$0) }.dropFirst(1)
        },
        Case(name: "a length of eleven bytes") { [UInt8](repeating: 0xFF, count: 11) },
        Case(name: "half a body") { Array(message { good(&$0) }.dropLast(7)) },
        Case(name: "snappy that copies from before its beginning") { [0x08, 0x0D, 0xFF, 0xFF] },
        Case(name: "a series longer than the body") {
            message { writer in
                good(&writer)
                [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07].withUnsafeBufferPointer { writer.raw($0) }
            }
        },
        Case(name: "a length beyond 64 bits") {
            message { writer in
                good(&writer)
                ([0x0A] + [UInt8](repeating: 0xFF, count: 10) + [0x01]).withUnsafeBufferPointer { writer.raw($0) }
            }
        },
        Case(name: "a field with number 0") { series([0x02, 0x00]) },
        Case(name: "a sample cut off") { series([0x12, 0x05, 0x09, 0x00, 0x00, 0x00, 0x00]) },
        Case(name: "a value of the wrong type") { series([0x12, 0x02, 0x08, 0x01]) },
        Case(name: "a group that never ends") { series([UInt8](repeating: 0x7B, count: 1000)) },
        Case(name: "a million labels", isCompared: false) {
            message { writer in
                good(&writer)
                writer.message(1) { writer in
                    var one = ProtobufWriter()
                    label("name", "value", &one)
                    repeated(one.bytes, 1_000_000).withUnsafeBufferPointer { writer.raw($0) }
                    writer.message(2) { $0.signed(2, 5) }
                }
            }
        },
        Case(name: "seventeen million samples of two bytes", isCompared: false) {
            series(repeated([0x12, 0x00], 17_000_000))
        },
        Case(name: "two million histograms of two bytes", isCompared: false) {
            series(repeated([0x22, 0x00], 2_000_000))
        },
        Case(name: "a histogram of sixty million buckets", isCompared: false) {
            series(
                [0x22, 0x85, 0x8E, 0xCE, 0x1C, 0x62, 0x80, 0x8E, 0xCE, 0x1C] + [UInt8](repeating: 0, count: 60_000_000))
        },
        Case(name: "three million facts of two bytes", isCompared: false) {
            message { writer in
                good(&writer)
                repeated([0x1A, 0x00], 3_000_000).withUnsafeBufferPointer { writer.raw($0) }
            }
        },
        Case(name: "seventeen million texts of two bytes", version: .two, isCompared: false) {
            Snappy.compress(repeated([0x22, 0x00], 17_000_000))
        },
        Case(name: "sixty million references", version: .two, isCompared: false) {
            Snappy.compress(
                [0x22, 0x00, 0x2A, 0x85, 0x8E, 0xCE, 0x1C, 0x0A, 0x80, 0x8E, 0xCE, 0x1C]
                    + [UInt8](repeating: 0, count: 60_000_000))
        },
        Case(name: "more than a body may unfold to", isCompared: false) {
            Snappy.compress([UInt8](repeating: 0, count: 65 << 20))
        },
        Case(name: "a sample from the year 292,278,994") {
            series([0x12, 0x0A, 0x10] + [UInt8](repeating: 0xFF, count: 8) + [0x7F])
        },
    ]

    @Test("are refused whole, in bounded memory, with the real receiver's status", .timeLimit(.minutes(10)))
    func refused() async throws {
        let peer =
            Surroundings.hasPeer("prometheus") ? try await PeerServer(Surroundings.peer("prometheus") ?? "") : nil
        let daemon = try await QueryDaemon("{embedded: {retention: 100d, max_bytes: 64MB}}")
        let http = HTTPClient()
        func post(_ base: String, _ one: Case, _ body: [UInt8]) async throws -> (status: Int, text: String) {
            var request = HTTPRequest("POST", base + (base.hasSuffix("/") ? "" : "/") + "api/v1/write")
            request.headers = [
                HTTPHeader("Content-Type", "application/x-protobuf;proto=" + one.version.rawValue),
                HTTPHeader("Content-Encoding", "snappy"),
            ]
            request.body = body
            request.timeout = .seconds(120)
            let answer = try await http.send(request)
            return (answer.status, answer.text(limit: 4096))
        }
        for one in Self.cases {
            let body = one.body()
            let answer = try await post(daemon.url, one, body)
            #expect(answer.status == 400, "\(one.name): \(answer)")
            #expect(!answer.text.isEmpty && answer.text.utf8.count < 1000, "\(one.name): \(answer.text)")
            if one.isCompared, let peer {
                let theirs = try await post(peer.url.text, one, body)
                #expect(theirs.status == answer.status, "\(one.name): ours \(answer), theirs \(theirs)")
            }
            // Bodies unfold to 64 MB, and what they say may take 256 MB.
            #expect(daemon.peak < 900 << 20, "\(one.name): \(daemon.peak >> 20) MB")
        }
        let names = try await http.send(HTTPRequest("GET", daemon.url + "/api/v1/labels"))
        #expect(try JSONValue(parsing: names.body)["data"]?.array?.isEmpty == true)
        Surroundings.say("hostile bodies: \(Self.cases.count), at most \(daemon.peak >> 20) MB resident")
        #expect(await daemon.end() == 0)
    }

    @Test("samples from the ends of time are refused or kept, and can be asked for")
    func endsOfTime() async throws {
        let daemon = try await QueryDaemon("{embedded: {retention: 100d}}")
        let http = HTTPClient()
        let settings = RemoteWriteSettings(url: try #require(HTTPURL(daemon.url + "/api/v1/write")))
        for (number, time) in [Int64.min, .min + 1, -1 << 53, -1, 0, 1 << 53, .max - 1, .max].enumerated() {
            let series = Series(labels: ["__name__": "t", "n": "\(number)"], timestamps: [time], values: [1])
            try? await RemoteWriteClient(settings, http: http).send([series])
            for query in [
                "query?query=t&time=0", "query?query=rate(t[5m])", "query?query=t[100y]&time=-9223372036",
                "query_range?query=t&start=-100&end=100&step=10", "series?match%5B%5D=t", "label/n/values",
                "labels?start=-9223372036854775808&end=9223372036854775", "status/tsdb",
                "query?query=t+offset+-200y&time=9223372036", "query?query=last_over_time(t[290y])&time=NaN",
            ] {
                var request = HTTPRequest("GET", daemon.url + "/api/v1/" + query)
                request.timeout = .seconds(120)
                let answer = try await http.send(request)
                #expect([200, 400, 422].contains(answer.status), "\(time): \(query)")
            }
        }
        #expect(await daemon.end() == 0)
    }
}
