import HTTPTransport
import Testing
import TimeSeries

@testable import PrometheusAPI

@Suite("Labels that came by remote read before")
struct RemoteReadLabelsTests {
    private func body(_ labels: [(String, String)], _ times: [Int64], after: [(String, String)] = []) -> [UInt8] {
        var writer = ProtobufWriter()
        func write(_ pairs: [(String, String)], _ writer: inout ProtobufWriter) {
            for (name, value) in pairs {
                writer.message(1) { writer in
                    writer.string(1, name)
                    writer.string(2, value)
                }
            }
        }
        writer.message(1) { writer in
            writer.message(1) { writer in
                write(labels, &writer)
                for time in times {
                    writer.message(2) { writer in
                        writer.double(1, Double(time))
                        writer.signed(2, time)
                    }
                }
                write(after, &writer)
            }
        }
        return Snappy.compress(writer.bytes)
    }

    private func read(_ body: [UInt8]) throws -> [Series] {
        try RemoteRead.decode(body, count: 1, budget: ByteBudget(1 << 20), externalLabels: .empty)[0]
    }

    @Test func areTheSameWhateverStandsAroundThem() throws {
        let pairs = [("__name__", "read_metric"), ("a", "b")]
        for last in 1...3 as ClosedRange<Int64> {
            let times = Array(0...last)
            let expected = Series(labels: Labels(pairs), timestamps: times, values: times.map(Double.init))
            #expect(try read(body(pairs, times)) == [expected])
        }
        // A label behind the samples belongs to the set as well.
        #expect(try read(body(pairs, [1], after: [("z", "1")])).map(\.labels) == [Labels(pairs + [("z", "1")])])
        #expect(try read(body(pairs, [1])).map(\.labels) == [Labels(pairs)])
        #expect(try read(body(pairs.reversed(), [1])).map(\.labels) == [Labels(pairs)])
        #expect(try read(body([], [1], after: pairs)).map(\.labels) == [Labels(pairs)])
        #expect(try read(body([], [1])).map(\.labels) == [.empty])
        #expect(try read(body(pairs, [])).isEmpty)
        #expect(try read(body(pairs, [2])).map(\.timestamps) == [[2]])
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
        }
    }
}
