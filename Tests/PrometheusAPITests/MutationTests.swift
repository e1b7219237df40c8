import JSON
import TestSupport
import Testing
import TimeSeries

@testable import PrometheusAPI

@Suite("Damaged bodies are refused or read, and never do harm")
struct MutationTests {
    /// Changes, drops, doubles and cuts bytes.
    private static func damaged(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(bytes[place], at: place)
            default: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...20, using: &generator)))
            }
        }
        return bytes
    }

    @Test func ofRemoteWriteAndRead() throws {
        var generator = SeededGenerator(seed: 1)
        var mixed = Series(labels: ["__name__": "a", "b": "c"], timestamps: [1, 2], values: [1, .nan])
        mixed.append(.histogram(RemoteWriteRequestTests.histogram), at: 3)
        var writer = ProtobufWriter()
        writer.series(1, mixed)
        writer.series(1, mixed)
        var read = ProtobufWriter()
        read.message(1) { $0.series(1, mixed) }
        var outcomes: Set<Bool> = []
        for _ in 0..<4000 {
            let write = Snappy.compress(Self.damaged(writer.bytes, &generator))
            outcomes.insert((try? RemoteWriteRequest.decode(write, limit: 1 << 20)) != nil)
            _ = try? RemoteWriteRequest.decode(Self.damaged(write, &generator), limit: 1 << 20)
            let answer = Snappy.compress(Self.damaged(read.bytes, &generator))
            _ = try? RemoteRead.decode(answer, count: 1, budget: .init(1 << 20), externalLabels: ["b": "c"])
        }
        #expect(outcomes == [true, false])
    }

    @Test(
        "times in answers that are none are refused, far ones do no harm",
        arguments: [
            ("NaN", true), ("\"NaN\"", true), ("null", true), ("1e999", true), ("-1e999", true), ("[]", true),
            ("1e300", true), ("9223372036854775808", true), ("1.5", false), ("-5", false),
        ])
    func timesOfAnswers(_ time: String, isRefused: Bool) {
        for result in [
            #""vector","result":[{"metric":{},"value":[\#(time),"1"]}]"#,
            #""matrix","result":[{"metric":{},"values":[[\#(time),"1"]]}]"#, #""scalar","result":[\#(time),"1"]"#,
        ] {
            let body = Array(#"{"status":"success","data":{"resultType":\#(result)}}"#.utf8)
            let answer = try? QueryAnswer(PrometheusAnswer(body))
            #expect((answer == nil) == isRefused, "\(result)")
        }
    }

    @Test func ofQueryAnswers() {
        var generator = SeededGenerator(seed: 2)
        let whole = Array(
            #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b\u00e9\n"},"values":[[1,"2"],[2.5,"NaN"]],"histograms":[[3,{"count":"5","sum":"2.5","buckets":[[0,"0.5","1","2"],[3,"-0.1","0.1","3"]]}]]}]},"warnings":["x"]}"#
                .utf8)
        var outcomes: Set<Bool> = []
        for _ in 0..<20_000 {
            let bytes = Self.damaged(whole, &generator)
            do throws(JSONError) {
                _ = try QueryAnswer(PrometheusAnswer(bytes))
                outcomes.insert(true)
            } catch { outcomes.insert(false) }
            _ = try? JSONValue(parsing: bytes)
        }
        #expect(outcomes == [true, false])
    }
}
