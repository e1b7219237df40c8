import Base
import Testing
import TimeSeries

@testable import PrometheusAPI
@testable import Web

/// Answers as Prometheus 3.5.3 gave them to the same bodies.
@Suite("Remote write 2 in")
struct RemoteWrite2RouteTests {
    private static let now = FakeBackend.now.milliseconds
    private static let type = "application/x-protobuf;proto=io.prometheus.write.v2.Request"

    /// Labels and samples, milliseconds from now.
    private typealias Row = (labels: [(String, String)], samples: [(Int64, Double)])

    private func body(_ rows: [Row], exemplars: Int = 0) -> [UInt8] {
        var symbols = [""]
        func place(_ text: String) -> UInt64 {
            if let found = symbols.firstIndex(of: text) { return UInt64(found) }
            symbols.append(text)
            return UInt64(symbols.count - 1)
        }
        var writer = ProtobufWriter()
        for row in rows {
            writer.message(5) { writer in
                for (name, value) in row.labels {
                    writer.varint(1, place(name))
                    writer.varint(1, place(value))
                }
                for (time, value) in row.samples {
                    writer.message(2) { writer in
                        writer.double(1, value)
                        writer.signed(2, Self.now + time)
                    }
                }
                for _ in 0..<exemplars { writer.message(4) { $0.double(2, 1) } }
                writer.message(5) { writer in
                    writer.varint(1, 1)
                    writer.varint(3, place("of a"))
                }
            }
        }
        for symbol in symbols { writer.string(4, symbol) }
        return Snappy.compress(writer.bytes)
    }

    private func write(_ surface: Surface, _ bytes: [UInt8]) async -> Answer {
        await surface.ask(
            "POST", "/api/v1/write", type: Self.type, headers: ["Content-Encoding": "snappy"], bytes: bytes)
    }

    private func metric(_ name: String, _ samples: [(Int64, Double)]) -> Row { ([("__name__", name)], samples) }

    @Test("takes what can be taken, and says how much")
    func partialWrites() async {
        let surface = Surface()
        let steps: [(rows: [Row], status: Int, samples: Int, text: String)] = [
            ([metric("a", [(0, 1), (1000, 2)])], 204, 2, ""), ([metric("a", [(1000, 2)])], 204, 1, ""),
            (
                [metric("a", [(1000, 3)]), metric("b", [(0, 1)])], 400, 1,
                "duplicate sample for timestamp \(Self.now + 1000); overrides not allowed: existing 2, new value 3 "
                    + "for series {__name__=\"a\"}\n"
            ),
            (
                [
                    ([("x", "y")], [(0, 1)]), metric("a", [(0, 3), (2000, 4)]),
                    ([("__name__", "c"), ("", "v")], [(0, 1)]),
                ],
                400, 1,
                """
                invalid metric name or labels, got {x="y"}
                out of order sample for series {__name__="a"}
                invalid metric name or labels, got {""="v", __name__="c"}

                """
            ),
            ([metric("d", [(1000, 1), (0, 2), (2000, 3)])], 204, 3, ""),
            (
                [metric("f", [(3_600_000, 1)])], 400, 0,
                "out of bounds: timestamp is too far in the future for series {__name__=\"f\"}\n"
            ),
            ([metric("g", [])], 204, 0, ""), ([], 204, 0, ""),
        ]
        for step in steps {
            let answer = await write(surface, body(step.rows, exemplars: step.samples == 3 ? 2 : 0))
            #expect(answer.status == step.status)
            #expect(answer.text == step.text)
            #expect(answer.headers["X-Prometheus-Remote-Write-Samples-Written"] == "\(step.samples)")
            #expect(answer.headers["X-Prometheus-Remote-Write-Histograms-Written"] == "0")
            let exemplars = answer.headers["X-Prometheus-Remote-Write-Exemplars-Written"]
            #expect(exemplars == (step.samples == 3 ? "2" : "0"))
        }
        let all = SeriesRequest(matchers: [], start: .distantPast, end: .distantFuture)
        let held = surface.queries.store.select(all).series.map { "\($0.labels.metricName) \($0.values)" }
        #expect(held.sorted() == ["a [1.0, 2.0, 4.0]", "b [1.0]", "d [1.0, 3.0]"])
        let facts = await surface.ask("GET", "/api/v1/metadata?metric=a", type: nil)
        #expect(facts.text.contains(#""a":[{"type":"counter","unit":"","help":"of a"}"#))
    }

    @Test("refuses bodies that are none, whole and without counting")
    func hostile() async {
        let surface = Surface()
        var dangling = ProtobufWriter()
        dangling.string(4, "")
        for reference: UInt64 in [0, 9] {
            dangling.message(5) { writer in
                writer.varint(1, reference)
                writer.varint(1, 0)
                writer.message(2) { $0.signed(2, Self.now) }
            }
        }
        let whole = body([metric("a", [(0, 1)]), metric("b", [(0, 1)])])
        for bytes in [[], Array("abc".utf8), Array(whole.dropLast(3)), Snappy.compress(dangling.bytes)] {
            let answer = await write(surface, bytes)
            #expect(answer.status == 400)
            #expect(!answer.text.isEmpty)
            #expect(answer.headers["X-Prometheus-Remote-Write-Samples-Written"] == nil)
        }
        #expect(surface.queries.store.statistics.series == 0)
    }
}
