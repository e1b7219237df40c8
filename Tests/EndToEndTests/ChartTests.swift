import TestSupport
import Testing

/// What `ruleval query --format chart` draws of a file.
@Suite("Charts of ranges")
struct ChartTests {
    /// A rising counter with a gap, a constant, and values that cannot be drawn.
    private static var data: String {
        var text = "# TYPE jobs_total counter\n"
        for minute in 0..<21 {
            let time = (1_700_000_000 + minute * 60) * 1000
            if !(8...11).contains(minute) { text += "jobs_total{job=\"a\u{1B}b\"} \(minute * 10) \(time)\n" }
            text += "temperature 42 \(time)\nodd \(minute % 2 == 0 ? "NaN" : "+Inf") \(time)\n"
        }
        return text
    }

    private func draw(_ expression: String, columns: Int, locale: String) async throws -> String {
        let folder = try TemporaryFolder()
        let file = try folder.write("m.txt", Self.data)
        let result = try await ChildProcess.run(
            Surroundings.binary,
            [
                "query", "--data", file, "--format", "chart", "--start", "1700000000", "--end", "1700001200", "--step",
                "60", expression,
            ], environment: ["COLUMNS": "\(columns)", "LC_ALL": locale], folder: folder)
        #expect(result.status == 0, "\(result.error)")
        return result.output
    }

    @Test func haveAxisScaleAndLegendAndGapsWhereNothingIs() async throws {
        let text = try await draw("last_over_time(jobs_total[1m])", columns: 44, locale: "C")
        #expect(
            text == #"""
                2023-11-14T22:13:20Z to 2023-11-14T22:33:20Z, step 1m, 1 series

                jobs_total{job="a\x1bb"}
                200 +                                   ****
                    |                              *****
                150 +                        ******
                    |                       *
                100 +
                 50 +         *****
                    |   ******
                  0 +***
                    ++------------------+------------------+
                     22:13:20       22:23:20        22:33:20
                  min 0  max 200  mean 101.176  last 200  17 samples

                """#)
    }

    @Test func areDrawnInDotsWhereTheTerminalKnowsThem() async throws {
        let text = try await draw(#"{__name__=~"odd|temp.*"}"#, columns: 40, locale: "C.UTF-8")
        let line = String(repeating: "⠒", count: 36)
        #expect(
            text == """
                2023-11-14T22:13:20Z to 2023-11-14T22:33:20Z, step 1m, 2 series

                odd
                  no finite value among 21

                temperature
                50 ┤
                   │
                45 ┤
                   │
                   │\(line)
                40 ┤
                   │
                35 ┤
                   └┬─────────────────┬────────────────┬
                    22:13:20      22:23:20      22:33:20
                  min 42  max 42  mean 42  last 42  21 samples

                """)
    }
}
