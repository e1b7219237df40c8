import Testing
import TimeSeries

@testable import PrometheusAPI

@Suite("Labels in bodies of remote write")
struct RemoteWriteLabelsTests {
    private func body(_ labels: [(String, String)], _ value: Double, after: [(String, String)] = []) -> [UInt8] {
        var writer = ProtobufWriter()
        writer.message(1) { writer in
            func write(_ pairs: [(String, String)]) {
                for (name, value) in pairs {
                    writer.message(1) { writer in
                        writer.string(1, name)
                        writer.string(2, value)
                    }
                }
            }
            write(labels)
            writer.message(2) { writer in
                writer.double(1, value)
                writer.signed(2, 5)
            }
            write(after)
        }
        return Snappy.compress(writer.bytes)
    }

    private func read(_ body: [UInt8]) throws -> [Series] {
        try RemoteWriteRequest.decode(body, limit: 1 << 24).series
    }

    @Test("are the same set, however a sender writes them")
    func forms() throws {
        let pairs = [("__name__", "metric"), ("a", "b")]
        #expect(try read(body(pairs, 1)) == [Series(labels: Labels(pairs), timestamps: [5], values: [1])])
        // A label behind the samples belongs to the set as well.
        #expect(try read(body(pairs, 4, after: [("z", "1")])).first?.labels == Labels(pairs + [("z", "1")]))
        // In another order, with an empty value, with a name that begins another.
        #expect(try read(body(pairs.reversed(), 6)).first?.labels == Labels(pairs))
        #expect(try read(body(pairs + [("e", "")], 7)).first?.labels == Labels(pairs))
        let nested = pairs + [("aa", "1"), ("aaa", "2")]
        #expect(try read(body(nested, 8)).first?.labels == Labels(nested))
        #expect(try read(body(nested.reversed(), 8)).first?.labels == Labels(nested))
        // Long texts, and others than ASCII.
        let long = String(repeating: "x", count: 300)
        for more in [("b", long), (long, "y"), ("c", "größer"), ("π", "3")] {
            #expect(try read(body(pairs + [more], 9)).first?.labels == Labels(pairs + [more]))
        }
    }

    @Test("that no series can have are left out silently, the other series stay")
    func unusable() throws {
        let good = [("__name__", "metric"), ("z", "b")]
        let bad: [[(String, String)]] = [
            good + [("z", "c")], [("z", "b")], [("", "x")] + good, [], [("__name__", "")],
        ]
        for labels in bad {
            #expect(try read(body(labels, 9)).isEmpty)
            let three = try [body(good, 1), body(labels, 2), body(good, 3)].flatMap {
                try Snappy.uncompress($0, limit: 1 << 20)
            }
            #expect(try read(Snappy.compress(three)).map(\.values) == [[1], [3]])
        }
        var writer = ProtobufWriter()
        writer.message(1) { writer in
            writer.message(1) { writer in
                writer.string(1, "__name__")
                [0xFF].withUnsafeBufferPointer { writer.data(2, $0) }
            }
            writer.message(2) { $0.signed(2, 5) }
        }
        #expect(try read(Snappy.compress(writer.bytes)).isEmpty)
    }

    @Test func moreOfThemThanAreTakenRefuseTheBody() throws {
        func labels(_ count: Int) -> [(String, String)] {
            [("__name__", "metric")] + (1..<count).map { ("l\($0)", "v") }
        }
        #expect(try read(body(labels(1000), 1)).first?.labels.count == 1000)
        let error = #expect(throws: RemoteBodyError.self) { try read(body(labels(1_000_000), 1)) }
        #expect(error?.message == "a series has more than 1000 labels")
    }

    @Test("may not unfold without end: a long text that many series refer to")
    func unfolding() throws {
        var writer = ProtobufWriter()
        for text in ["", "__name__", "m", "l", String(repeating: "x", count: 1 << 20)] { writer.string(4, text) }
        for _ in 0..<300 {
            writer.message(5) { writer in
                for place: UInt64 in [1, 2, 3, 4] { writer.varint(1, place) }
                writer.message(2) { $0.signed(2, 5) }
            }
        }
        let body = Snappy.compress(writer.bytes)
        let error = #expect(throws: RemoteBodyError.self) {
            try RemoteWriteRequest.decode(body, version: .two, limit: 64 << 20)
        }
        #expect(error?.message == "what the body says takes more than 268435456 bytes of memory")
    }
}
