import Testing
import TimeSeries

@testable import PrometheusAPI

@Suite("Labels that came before")
struct LabelCacheTests {
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
        try RemoteWriteRequest.decode(body, limit: 1 << 20).series
    }

    @Test("are known again, whatever stands around them")
    func repeated() throws {
        let pairs = [("__name__", "cached_metric"), ("a", "b")]
        for value in [1.0, 2, 3] {
            #expect(
                try read(body(pairs, value)) == [Series(labels: Labels(pairs), timestamps: [5], values: [value])])
        }
        // A label behind the samples belongs to the set as well.
        #expect(try read(body(pairs, 4, after: [("z", "1")])).first?.labels == Labels(pairs + [("z", "1")]))
        #expect(try read(body(pairs, 5)).first?.labels == Labels(pairs))
        // In another order, with an empty value, twice.
        #expect(try read(body(pairs.reversed(), 6)).first?.labels == Labels(pairs))
        #expect(try read(body(pairs + [("e", "")], 7)).first?.labels == Labels(pairs))
        #expect(try read(body(pairs + [("a", "c")], 8)).isEmpty)
        #expect(try read(body([("a", "b")], 9)).isEmpty)
    }

    @Test func areBelievedOnlyWhenEveryByteIsTheSame() {
        var writer = ProtobufWriter()
        writer.message(1) { writer in
            writer.string(1, "a")
            writer.string(2, "b")
        }
        writer.bytes.withUnsafeBytes { bytes in
            #expect(ProtobufReader.isSame(bytes, as: ["a": "b"]))
            #expect(!ProtobufReader.isSame(bytes, as: ["a": "c"]))
            #expect(!ProtobufReader.isSame(bytes, as: ["a": "b", "c": "d"]))
            #expect(!ProtobufReader.isSame(bytes, as: [:]))
            #expect(!ProtobufReader.isSame(UnsafeRawBufferPointer(rebasing: bytes.dropLast()), as: ["a": "b"]))
        }
    }
}
