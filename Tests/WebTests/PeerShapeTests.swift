import Base
import HTTPTransport
import JSON
import TestSupport
import Testing
import TimeSeries

@testable import Web

/// Holds our bodies against those of a real Prometheus: the same keys in the same order at every level.
@Suite("Bodies of a real Prometheus")
struct PeerShapeTests {
    private static let configuration = """
        global: {scrape_interval: 1s, evaluation_interval: 1s}
        rule_files: [rules.yml]
        """
    private static let rules = """
        groups:
        - name: g
          interval: 1s
          rules:
          - record: a:b
            expr: vector(1)
          - record: c:d
            expr: vector(1)
            labels: {l: x}
          - alert: Fire
            expr: vector(1.5) > 0
            annotations: {s: "{{ $value }}"}
          - alert: Never
            expr: vector(1) > 2
          - alert: Broken
            expr: label_join(vector(1), "a", "-", "b") + on() (a:b or c:d)
        """

    private static func ours() -> [RuleGroupView] {
        let at = Timestamp(milliseconds: 1_800_000_000_123)
        func rule(
            _ name: String, labels: Labels = .empty, error: String? = nil, alerting: RuleView.Alerting? = nil
        ) -> RuleView {
            RuleView(
                name: name, query: "vector(1)", labels: labels, health: error == nil ? "ok" : "err", lastError: error,
                evaluationTime: .microseconds(100), lastEvaluation: at, alerting: alerting)
        }
        let alert = RuleAlertView(
            labels: ["alertname": "Fire"], annotations: ["s": "1"], state: "firing", activeAt: at, value: 1.5)
        return [
            RuleGroupView(
                name: "g", file: "rules.yml", interval: .seconds(1), evaluationTime: .microseconds(100),
                lastEvaluation: at,
                rules: [
                    rule("a:b"), rule("c:d", labels: ["l": "x"]),
                    rule("Fire", alerting: .init(state: "firing", annotations: ["s": "{{ $value }}"], alerts: [alert])),
                    rule("Never", alerting: .init(state: "inactive")),
                    rule("Broken", error: "many-to-many", alerting: .init(state: "inactive")),
                ])
        ]
    }

    /// Keys and kinds at every level; the values themselves are left out.
    private static func shape(_ value: JSONValue) -> String {
        switch value {
        case .object(let object): "{" + object.map { "\($0.key):\(shape($0.value))" }.joined(separator: ",") + "}"
        case .array(let items): "[" + items.map(shape).joined(separator: ",") + "]"
        case .integer, .number: "number"
        case .string: "string"
        case .bool: "bool"
        case .null: "null"
        }
    }

    @Test func haveTheShapeOfOurs() async throws {
        guard let program = Surroundings.peer("prometheus") else { return }
        let folder = try TestSupport.TemporaryFolder()
        try folder.write("prometheus.yml", Self.configuration)
        try folder.write("rules.yml", Self.rules)
        let port = try Surroundings.freePort()
        let prometheus = try ChildProcess(
            program,
            [
                "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)",
            ], folder: folder)
        defer { prometheus.signal(9) }
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(port)"
        let evaluated = await eventually {
            guard let answer = try? await client.send(HTTPRequest("GET", url + "/api/v1/rules")) else { return false }
            let text = String(decoding: answer.body, as: UTF8.self)
            return text.contains(#""state":"firing""#) && text.contains("lastError") && !text.contains("unknown")
        }
        #expect(evaluated)
        let surface = Surface()
        surface.backend.state.withLock { $0.groups = Self.ours() }
        for path in [
            "/api/v1/rules", "/api/v1/rules?exclude_alerts=true", "/api/v1/rules?type=record", "/api/v1/alerts",
            "/api/v1/status/buildinfo", "/api/v1/rules?type=x", "/api/v1/rules?match[]=%7B",
            "/api/v1/rules?match[]=%7B%7D", "/api/v1/rules?match[]=%7Ba=%22b%22", "/api/v1/rules?exclude_alerts=foo",
            "/api/v1/rules?group_limit=x", "/api/v1/rules?group_limit=0", "/api/v1/rules?group_limit=-1",
            "/api/v1/rules?group_limit=99999999999999999999", "/api/v1/rules?group_next_token=a",
            "/api/v1/rules?group_limit=1&group_next_token=a", "/api/v1/rules?rule_name[]=", "/api/v1/rules?type=ALERT",
        ] {
            let theirs = try await client.send(HTTPRequest("GET", url + path))
            let ours = await surface.ask("GET", path)
            #expect(ours.status == theirs.status, "\(path)")
            #expect(
                Self.shape(try JSONValue(parsing: ours.text)) == Self.shape(try JSONValue(parsing: theirs.body)),
                "\(path)")
            #expect(ours.headers["Content-Type"] == theirs.header("Content-Type"))
            if ours.status == 400 { #expect(Array(ours.text.utf8) == theirs.body) }
        }
        for (method, path) in [("GET", "/api/v1/nothere"), ("DELETE", "/api/v1/rules"), ("GET", "/-/healthy")] {
            let theirs = try await client.send(HTTPRequest(method, url + path))
            #expect(await surface.ask(method, path).status == theirs.status, "\(method) \(path)")
        }
    }
}
