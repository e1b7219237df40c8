import Base
import JSON
import QueryEngine
import TestSupport
import Testing
import TimeSeries

@testable import Web

@Suite("Bodies of query results")
struct QueryResultJSONTests {
    private static func matrix(_ rows: Int, _ samples: Int) -> QueryValue {
        .matrix(
            (0..<rows).map { row in
                var series = Series(labels: Labels([("__name__", "m"), ("n", "\(row)")]))
                for sample in 0..<(row % 3 == 2 ? samples / 2 : samples) {
                    if row % 5 == 4, sample % 7 == 0 {
                        let histogram = FloatHistogram(
                            count: 3, sum: 1, positiveSpans: [.init(offset: 0, length: 1)], positiveBuckets: [3])
                        series.append(.histogram(histogram), at: Int64(sample) * 1500)
                    } else {
                        series.append(.float(Double(sample) / 7), at: Int64(sample) * 1500)
                    }
                }
                return series
            })
    }

    @Test("written in pieces say the same as those written whole")
    func pieces() async throws {
        let time = Timestamp(milliseconds: 1)
        let vector = QueryValue.vector(
            (0..<50).map {
                VectorSample(labels: ["n": "\($0)"], timestamp: time, value: .float(Double($0)))
            })
        let values: [(QueryValue, pieces: Int)] = [
            (.scalar(1, at: time), 1), (.string("a\"", at: time), 1), (.vector([]), 1), (.matrix([]), 1),
            (Self.matrix(3, 10), 2), (vector, 5), (Self.matrix(20, 30), 5),
        ]
        for (value, pieces) in values {
            var result = QueryResult(value: value)
            result.annotations.warnings = ["w"]
            var sent: [[UInt8]] = []
            try await QueryResultJSON.write(result, window: 1024) { sent.append($0) }
            #expect(Array(sent.joined()) == QueryResultJSON.body(result))
            #expect(sent.count >= pieces)
            #expect(throws: Never.self) { try JSONValue(parsing: Array(sent.joined())) }
        }
    }

    @Test func aboveFourMegabytesTheyAreWrittenInPieces() {
        let series = Series(
            labels: ["n": "1"], timestamps: Array(0..<11_000), values: [Double](repeating: 1, count: 11_000))
        #expect(!QueryResultJSON.isLarge(QueryResult(value: .matrix([series]))))
        #expect(QueryResultJSON.isLarge(QueryResult(value: .matrix([Series](repeating: series, count: 20)))))
    }
}
