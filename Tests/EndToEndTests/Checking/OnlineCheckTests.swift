import JSON
import TestSupport
import Testing

/// `ruleval check --prometheus` against a real Prometheus that scrapes an exporter of the test.
@Suite("Checks that ask a server")
struct OnlineCheckTests {
    private static let metrics = """
        # TYPE requests_total counter
        requests_total{code="200",path="/"} 1
        # TYPE queue_length gauge
        queue_length{queue="a"} 3
        # TYPE heap gauge
        heap 5000

        """

    private static let rules = """
        groups:
        - name: g
          rules:
          - {record: "job:requests:rate5m", expr: 'sum by (job) (rate(requests_total[5m]))'}
          - {alert: Missing, expr: 'requsts_total > 0'}
          - {alert: NoSuchCode, expr: 'requests_total{code="500"} > 0'}
          - {alert: NoLabel, expr: 'sum by (cluster) (queue_length) > 100', annotations: {s: '{{ $labels.cluster }}'}}
          - {alert: Gauge, expr: 'rate(queue_length[5m]) > 100'}
          - {alert: Counter, expr: 'delta(requests_total[5m]) > 100'}
          - {alert: Short, expr: 'rate(requests_total{path="/"}[300ms]) > 100'}
          - {alert: Many, expr: 'requests_total * on (job) {__name__=~"up|queue_length"} > 100'}
          - {alert: Now, expr: 'up == 1'}
          - {alert: Quiet, expr: 'absent(requests_total{code="200"})'}
          # ruleval:ignore series-missing it appears with the first error
          - {alert: Ignored, expr: 'errors_total > 0'}

        """

    @Test func tellWhatTheServerKnows() async throws {
        let exporter = try Exporter(Self.metrics)
        guard let server = try await RealPrometheus.start(scraping: exporter.target) else { return }
        let isThere = await eventually(within: .seconds(60)) {
            await server.count("count_over_time(queue_length[1m]) > 8") == 1
        }
        #expect(isThere)
        let folder = try TemporaryFolder()
        let path = try folder.write("rules.yml", Self.rules)
        let arguments = ["check", "--format", "json", "--prometheus", server.url, path]
        var result = try await ChildProcess.run(Surroundings.binary, arguments, folder: folder)
        // A scrape that failed meanwhile, as on a busy machine, made all series stale: what is told is not what was asked.
        for _ in 0..<10 where await server.count("min_over_time(up[10s]) == 1") != 1 {
            _ = await eventually { await server.count("min_over_time(up[2s]) == 1") == 1 }
            result = try await ChildProcess.run(Surroundings.binary, arguments, folder: folder)
        }
        #expect(result.status == 0, "\(result.error)")
        let problems = try JSONValue(parsing: result.output)["files"]?[0]?["problems"]?.array ?? []
        let told = Set(problems.map { "\($0["line"]?.integer ?? 0) \($0["check"]?.string ?? "")" })
        #expect(
            told == [
                "4 unused-recording", "5 series-missing", "6 series-missing", "7 label-missing", "8 metric-type",
                "9 metric-type",
                "9 delta-of-counter", "10 scrape-interval", "11 query-cost", "12 alerts-now",
            ], "\(result.output)")
        func message(_ line: Int64) -> String {
            problems.first { $0["line"]?.integer == line }?["message"]?.string ?? ""
        }
        #expect(message(5) == "the server has no series of 'requsts_total'; none was there in the last seven days")
        #expect(message(6).hasPrefix("the server has 'requests_total', but no series with code=\"500\"; none"))
        #expect(message(12) == "the condition holds now, for 1 alert")

        await server.kill()
        let down = try await ChildProcess.run(
            Surroundings.binary, ["check", "--prometheus", server.url, path], folder: folder)
        #expect(down.status == 3)
        #expect(down.output.contains("[delta-of-counter]") && down.output.contains("1 file: 11 rules"))
        #expect(down.error.contains("the server was not asked to the end"))
    }

    @Test func anAddressThatIsNoneIsWrongUsage() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("rules.yml", "groups: []")
        let result = try await ChildProcess.run(
            Surroundings.binary, ["check", "--prometheus", "localhost", path], folder: folder)
        #expect(result.status == 2)
    }
}
