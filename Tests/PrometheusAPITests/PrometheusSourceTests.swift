import Base
import HTTPServer
import HTTPTransport
import Synchronization
import TestSupport
import Testing
import TimeSeries

@testable import PrometheusAPI

@Suite("Samples of a server")
struct PrometheusSourceTests {
    static func request(_ name: String, _ start: Int64 = 1000, _ end: Int64 = 61_000) -> SeriesRequest {
        SeriesRequest(
            matchers: [LabelMatcher("__name__", equals: name)], start: Timestamp(milliseconds: start),
            end: Timestamp(milliseconds: end))
    }

    static let matrix =
        #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":"x"},"values":[[0.999,"1"],[1,"2"],[61,"3"]]}]}}"#

    static let alive =
        #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"x"},"value":[61,"3"]}]}}"#

    /// A server without remote read.
    static func withoutRead(_ seen: @escaping @Sendable (HTTPServerRequest) -> Void) throws -> HTTPServer {
        try HTTPServer(.init()) { request in
            seen(request)
            switch request.path {
            case "/api/v1/query" where request.form["query"]?.hasSuffix("}") == true:
                return HTTPServerResponse(contentType: "application/json", body: Array(alive.utf8))
            case "/api/v1/query": return HTTPServerResponse(contentType: "application/json", body: Array(matrix.utf8))
            default: return HTTPServerResponse(status: 404, text: "404 page not found")
            }
        }
    }

    @Test func withoutRemoteReadRangeSelectorsAreAskedAndThatIsFoundOutOnce() async throws {
        let paths = Mutex<[String]>([])
        let queries = Mutex<Set<String>>([])
        let notices = Mutex<[String]>([])
        let server = try Self.withoutRead { request in
            paths.withLock { $0.append(request.path) }
            if let query = request.form["query"] { _ = queries.withLock { $0.insert(query) } }
        }
        let found = Mutex<[PrometheusSource.Fidelity]>([])
        let knowledge = ServerKnowledge(
            found: { one in found.withLock { $0.append(one) } },
            notice: { notice in notices.withLock { $0.append(notice) } })
        let client = try PrometheusClientTests.client("http://127.0.0.1:\(server.port)")
        let source = PrometheusSource(client, knowledge: knowledge)
        let answers = try await source.fetch([Self.request("x"), Self.request("y"), Self.request("x")])
        #expect(source.fidelity == .floats)
        #expect(answers.map(\.series.count) == [1, 1, 1])
        // Prometheus 2 gives the sample at the range's beginning too; it was not asked for.
        #expect(answers[0].series[0].timestamps == [1000, 61_000])
        #expect(answers[0].series[0].values == [2, 3])
        // A reload makes another source for the same server.
        _ = try await PrometheusSource(client, knowledge: knowledge).fetch([Self.request("x")])
        #expect(found.withLock { $0 } == [.floats])
        #expect(
            queries.withLock { $0 } == [
                #"{__name__="x"}[1m1ms]"#, #"{__name__="y"}[1m1ms]"#, #"{__name__="x"}"#, #"{__name__="y"}"#,
            ])
        #expect(paths.withLock { $0.count { $0 == "/api/v1/query" } } == 6)
        #expect(notices.withLock { $0.count { $0.hasPrefix("no remote read") } } == 1)
        #expect(paths.withLock { $0.count { $0 == "/api/v1/read" } } <= 2)
        await server.stop()
    }

    @Test(
        "that are damaged are an error",
        arguments: [
            ([UInt8]("garbage".utf8), "is no"), ([0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0, 0], "unfold"),
            (Snappy.compress([0x0A, 0x7F, 1]), "longer than its message"),
            (Snappy.compress([]), "0 results came for 1 queries"),
            (Snappy.compress([0x0A, 0x04, 0x0A, 0x02, 0x12, 0x00]) + [1, 2, 3], "damaged"),
        ])
    func damaged(_ body: [UInt8], _ part: String) async throws {
        let server = try HTTPServer(.init()) { request in
            request.path == "/api/v1/read" ? HTTPServerResponse(body: body) : HTTPServerResponse(status: 404)
        }
        let source = PrometheusSource(try PrometheusClientTests.client("http://127.0.0.1:\(server.port)"))
        let error = await #expect(throws: PrometheusError.self) { try await source.fetch([Self.request("x")]) }
        #expect(error?.kind == .malformed)
        #expect(error?.message.contains(part) == true || part == "is no", "\(error?.message ?? "")")
        await server.stop()
    }

    @Test(
        "of which two bytes claim a sample or a histogram are refused before memory is set aside for them",
        arguments: [0x12, 0x22] as [UInt8])
    func claims(_ field: UInt8) throws {
        var message: [UInt8] = []
        for _ in 0..<400_000 { message += [field, 0x00] }
        var writer = ProtobufWriter()
        writer.message(1) { writer in
            writer.message(1) { writer in message.withUnsafeBufferPointer { writer.raw($0) } }
        }
        let body = Snappy.compress(writer.bytes)
        let error = #expect(throws: ProtobufError.self) {
            try RemoteRead.decode(body, count: 1, budget: ByteBudget(4 << 20), externalLabels: .empty)
        }
        #expect(error?.description == "the samples take more memory than allowed")
    }

    @Test func aFailingServerIsNotTakenForOneWithoutRemoteRead() async throws {
        let isUp = Mutex(false)
        let result = Snappy.compress([0x0A, 0x00])
        let server = try HTTPServer(.init()) { request in
            if !isUp.withLock({ $0 }) { return HTTPServerResponse(status: 503, text: "starting") }
            return request.path == "/api/v1/read" ? HTTPServerResponse(body: result) : HTTPServerResponse(status: 404)
        }
        let source = PrometheusSource(try PrometheusClientTests.client("http://127.0.0.1:\(server.port)"))
        await #expect(throws: PrometheusError.self) { try await source.fetch([Self.request("x")]) }
        #expect(source.fidelity == nil)
        isUp.withLock { $0 = true }
        #expect(try await source.fetch([Self.request("x")])[0].series.isEmpty)
        #expect(source.fidelity == .whole)
        await server.stop()
    }

    @Test func allAnswersOfAFetchShareOneBound() async throws {
        let values = [Double](repeating: 0, count: 20_000)
        var writer = ProtobufWriter()
        writer.message(1) { writer in
            let times = values.indices.map { Int64($0) }
            writer.series(1, Series(labels: ["a": "b"], timestamps: times, values: values))
        }
        let body = Snappy.compress(writer.bytes)
        let server = try HTTPServer(.init()) { request in
            request.path == "/api/v1/read" ? HTTPServerResponse(body: body) : HTTPServerResponse(status: 404)
        }
        let client = try PrometheusClientTests.client("http://127.0.0.1:\(server.port)") {
            $0.maximumResponseBytes = 1 << 20
        }
        let source = PrometheusSource(client)
        #expect(try await source.fetch([Self.request("x")])[0].series[0].count == 20_000)
        await #expect(throws: PrometheusError.self) { try await source.fetch((0..<8).map { Self.request("x\($0)") }) }
        await server.stop()
    }
}

@Suite("Bodies of remote write")
struct RemoteWriteRequestTests {
    static let histogram = FloatHistogram(
        counterResetHint: .gauge, schema: 3, zeroThreshold: 1e-9, zeroCount: 1, count: 10, sum: -5,
        positiveSpans: [.init(offset: -4, length: 1), .init(offset: 2, length: 2)],
        negativeSpans: [.init(offset: 0, length: 1)],
        positiveBuckets: [1, 2, 3], negativeBuckets: [3])

    @Test func areReadAsTheyWereWritten() throws {
        var mixed = Series(labels: ["__name__": "m"], timestamps: [1], values: [1])
        mixed.append(.histogram(Self.histogram), at: 2)
        mixed.append(.float(3), at: 3)
        let series = [
            Series(
                labels: ["__name__": "a", "long": String(repeating: "ü", count: 200)], timestamps: [-5, 0, .max],
                values: [.nan, StaleMarker.value, 1e300]), mixed,
        ]
        let decoded = try RemoteWriteRequest.decode(RemoteWriteRequest.encode(series), limit: 1 << 20)
        #expect(decoded.series == series)
        #expect(decoded.metadata.isEmpty)
    }

    @Test func everyCutIsRefused() throws {
        var mixed = Series(labels: ["m": "x"], timestamps: [1], values: [1])
        mixed.append(.histogram(Self.histogram), at: 2)
        let body = RemoteWriteRequest.encode([mixed])
        for length in 0..<body.count {
            #expect(throws: RemoteBodyError.self) {
                try RemoteWriteRequest.decode(Array(body[..<length]), limit: 1 << 20)
            }
        }
    }

    @Test func whatUnfoldsToTooMuchIsRefused() {
        let body = RemoteWriteRequest.encode([
            Series(labels: ["m": String(repeating: "x", count: 5000)], timestamps: [1], values: [1])
        ])
        let error = #expect(throws: RemoteBodyError.self) { try RemoteWriteRequest.decode(body, limit: 4096) }
        #expect(error?.message.contains("at most 4096 are taken") == true)
    }

    @Test("labels in any order are sorted, series with labels that cannot be are left out")
    func labels() throws {
        var writer = ProtobufWriter()
        for names in [["b", "__name__", "a"], ["b", "a"], ["__name__", "a", "a"], ["__name__", ""]] {
            writer.message(1) { writer in
                for name in names {
                    writer.message(1) { writer in
                        writer.string(1, name)
                        writer.string(2, "v" + name)
                    }
                }
                writer.message(2) { $0.double(1, 1) }
            }
        }
        let decoded = try RemoteWriteRequest.decode(Snappy.compress(writer.bytes), limit: 1 << 20)
        #expect(decoded.series.map(\.labels) == [["__name__": "v__name__", "a": "va", "b": "vb"]])
        #expect(decoded.refusals.isEmpty)
    }
}
