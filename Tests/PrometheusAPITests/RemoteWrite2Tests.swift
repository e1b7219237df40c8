import Testing
import TimeSeries

@testable import PrometheusAPI

/// Puts a message of remote write 2 together.
struct Request2 {
    private var symbols = [""]
    private var all: [(ProtobufWriter) -> ProtobufWriter] = []

    /// A series; of `facts` the first is a number, help and unit follow.
    mutating func add(
        _ pairs: [(String, String)], _ samples: [(Double, Int64)], histogram: (FloatHistogram, Int64)? = nil,
        exemplars: Int = 0, facts: (type: UInt64, help: String, unit: String)? = nil
    ) {
        let references = pairs.flatMap { [place($0.0), place($0.1)] }
        let words = facts.map { (place($0.help), place($0.unit)) }
        all.append { writer in
            var writer = writer
            writer.message(5) { writer in
                for reference in references { writer.varint(1, UInt64(reference)) }
                for (value, time) in samples {
                    writer.message(2) { writer in
                        writer.double(1, value)
                        writer.signed(2, time)
                    }
                }
                if let (value, time) = histogram {
                    // The message is the one of version 1, under another number.
                    var old = ProtobufWriter()
                    var series = Series(labels: .empty)
                    series.append(.histogram(value), at: time)
                    old.series(1, series)
                    let bytes = old.bytes
                    let start = bytes.count > 130 ? 6 : 4
                    bytes[start...].withUnsafeBufferPointer { writer.data(3, $0) }
                }
                for _ in 0..<exemplars { writer.message(4) { $0.double(2, 1) } }
                if let facts, let words {
                    writer.message(5) { writer in
                        writer.varint(1, facts.type)
                        writer.varint(3, UInt64(words.0))
                        writer.varint(4, UInt64(words.1))
                    }
                }
            }
            return writer
        }
    }

    /// The compressed body.
    func body(tableLast: Bool = false) -> [UInt8] {
        var writer = ProtobufWriter()
        if !tableLast { for symbol in symbols { writer.string(4, symbol) } }
        for one in all { writer = one(writer) }
        if tableLast { for symbol in symbols { writer.string(4, symbol) } }
        return Snappy.compress(writer.bytes)
    }

    private mutating func place(_ text: String) -> Int {
        if let found = symbols.firstIndex(of: text) { return found }
        symbols.append(text)
        return symbols.count - 1
    }
}

@Suite("Bodies of remote write 2")
struct RemoteWrite2Tests {
    private func decode(_ request: Request2, tableLast: Bool = false) throws -> RemoteWriteBody {
        try RemoteWriteRequest.decode(request.body(tableLast: tableLast), version: .two, limit: 1 << 20)
    }

    @Test("give series, facts and the number of exemplars", arguments: [false, true])
    func areRead(tableLast: Bool) throws {
        var request = Request2()
        request.add(
            [("x", "y"), ("__name__", "m_bucket"), ("empty", "")], [(1, 10), (2, 20)], exemplars: 2,
            facts: (3, "of m", "s"))
        request.add([("__name__", "m_count")], [(1, 10)], facts: (3, "of m", "s"))
        request.add(
            [("__name__", "n")], [(3, 5)], histogram: (RemoteWriteRequestTests.histogram, 6), facts: (1, "n", ""))
        request.add([("__name__", "none")], [], facts: (1, "n", ""))
        let body = try decode(request, tableLast: tableLast)
        #expect(
            body.series.map { "\($0.labels) \($0.timestamps)" } == [
                "m_bucket{x=\"y\"} [10, 20]", "m_count [10]", "n [5, 6]",
            ])
        #expect(body.series.last?.histograms == [nil, RemoteWriteRequestTests.histogram])
        #expect(body.exemplars == 2)
        #expect(
            body.metadata.map { "\($0.metric) \($0.type) \($0.help) \($0.unit)" } == [
                "m histogram of m s", "n counter n ",
            ])
        #expect(body.refusals.isEmpty)
    }

    @Test func refuseSeriesWithLabelsThatCannotBe() throws {
        var request = Request2()
        request.add([("x", "y")], [(1, 1)])
        request.add([("__name__", "a")], [(1, 1)])
        request.add([("__name__", "a"), ("", "v")], [(1, 1)])
        request.add([("__name__", "a"), ("x", "1"), ("x", "2")], [(1, 1)])
        let body = try decode(request)
        #expect(body.series.map(\.labels) == [["__name__": "a"]])
        #expect(body.refusals.map(\.place) == [0, 1, 1])
        #expect(
            body.refusals.map(\.reason) == [
                #"invalid metric name or labels, got {x="y"}"#,
                #"invalid metric name or labels, got {""="v", __name__="a"}"#,
                #"invalid labels for series, labels {__name__="a", x="1", x="2"}, duplicated label x"#,
            ])
    }

    @Test("are refused whole when a label refers to nothing, or has no value")
    func references() {
        for references: [UInt64] in [[0, 7], [0], [.max, 0]] {
            var writer = ProtobufWriter()
            writer.string(4, "")
            writer.message(5) { writer in for one in references { writer.varint(1, one) } }
            #expect(throws: RemoteBodyError.self) {
                try RemoteWriteRequest.decode(Snappy.compress(writer.bytes), version: .two, limit: 1 << 20)
            }
        }
    }

    @Test func everyCutIsRefusedOrRead() {
        var request = Request2()
        request.add(
            [("__name__", "n")], [(3, 5)], histogram: (RemoteWriteRequestTests.histogram, 6), facts: (1, "n", ""))
        let body = request.body()
        for length in 0..<body.count {
            #expect(throws: RemoteBodyError.self) {
                try RemoteWriteRequest.decode(Array(body[..<length]), version: .two, limit: 1 << 20)
            }
        }
    }

    @Test("whole-numbered histograms must add up, and schemas finer than 8 are coarsened")
    func histograms() throws {
        func decode(count: UInt64, schema: Int64) throws -> [Series] {
            var writer = ProtobufWriter()
            writer.message(1) { writer in
                writer.message(1) { writer in
                    writer.string(1, "__name__")
                    writer.string(2, "h")
                }
                writer.message(4) { writer in
                    writer.varint(1, count)
                    writer.double(3, 4)
                    writer.zigzag(4, schema)
                    writer.message(11) { writer in
                        writer.zigzag(1, 4)
                        writer.varint(2, 2)
                    }
                    writer.zigzag(12, 1)
                    writer.zigzag(12, 1)
                    writer.signed(15, 7)
                }
            }
            return try RemoteWriteRequest.decode(Snappy.compress(writer.bytes), limit: 1 << 20).series
        }
        #expect(try decode(count: 3, schema: 0).first?.histograms.first??.positiveBuckets == [1, 2])
        let fine = try decode(count: 3, schema: 10).first?.histograms.first ?? nil
        #expect(fine?.schema == 8)
        #expect(fine?.positiveBuckets == [1, 2])
        #expect(fine?.positiveSpans == [.init(offset: 1, length: 2)])
        let error = #expect(throws: RemoteBodyError.self) { try decode(count: 9, schema: 0) }
        #expect(error?.message.hasPrefix("3 observations found in buckets, but the Count field is 9") == true)
    }
}
