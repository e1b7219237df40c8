import Base
import PromQL
import TestSupport
import Testing
import YAML

@testable import RuleFiles

@Suite("Rule files")
struct RuleFileTests {
    static let text = """
        groups:
          - name: api
            interval: 30s
            limit: 10
            query_offset: 1m
            labels: {team: a, tier: "1"}
            rules:
              - record: job:requests:rate5m
                expr: sum by (job) (rate(requests_total[5m]))
                labels: {tier: "2"}
              - alert: Down
                expr: |
                  up
                    == 0
                for: 5m
                keep_firing_for: 10m
                labels:
                  severity: page
                  z: "{{ $value }}"
                annotations:
                  summary: "{{ $labels.instance }} is down"
        """

    @Test func withoutPlacesMeanTheSame() throws {
        let file = try #require(RuleFileLoader.load(text: Self.text, path: "r.yml").file)
        let light = file.withoutPlaces
        #expect(light == file)
        #expect(file.document != nil && light.document == nil)
        let rules = light.groups.flatMap(\.rules)
        let fields = rules.flatMap { $0.labels + $0.annotations } + light.groups.flatMap(\.labels)
        #expect(
            rules.allSatisfy { $0.node == nil && $0.expression.node == nil } && fields.allSatisfy { $0.node == nil })
    }

    @Test func areReadWhole() throws {
        let (loaded, diagnostics) = RuleFileLoader.load(text: Self.text, path: "r.yml")
        #expect(diagnostics.isEmpty)
        let file = try #require(loaded)
        let group = try #require(file.groups.first)
        #expect(group.name == "api" && group.file == "r.yml")
        #expect(group.interval == .seconds(30) && group.limit == 10 && group.queryOffset == .seconds(60))
        #expect(group.position?.description == "r.yml:2:5")
        #expect(file.alertingCount == 1 && file.recordingCount == 1)
        let recording = group.rules[0]
        #expect(recording.kind == .recording(record: "job:requests:rate5m"))
        #expect(
            recording.labels(in: group) == [RuleField(name: "team", text: "a"), RuleField(name: "tier", text: "2")])
        let alert = group.rules[1]
        #expect(alert.kind == .alerting(alert: "Down", for: .seconds(300), keepFiringFor: .seconds(600)))
        #expect(alert.labels.map(\.name) == ["severity", "z"])
        #expect(alert.annotations.map(\.text) == ["{{ $labels.instance }} is down"])
        #expect(alert.expression.text == "up\n  == 0\n")
        guard case .binary(let comparison) = alert.expression.expr else {
            Issue.record("no comparison")
            return
        }
        let place = alert.expression.position(ofUTF8Offset: comparison.right.range.start)
        #expect(place?.description == "r.yml:14:16")
    }

    @Test func equalityIsThatOfContent() throws {
        let moved = "# a comment\n" + Self.text
        let one = RuleFileLoader.load(text: Self.text, path: "r.yml").file
        #expect(one == RuleFileLoader.load(text: moved, path: "r.yml").file)
        let changed = Self.text.replacing("== 0", with: "== 1")
        #expect(one != RuleFileLoader.load(text: changed, path: "r.yml").file)
    }

    @Test(
        "say where an expression or template is wrong, whatever its quoting",
        arguments: [
            ("expr: up{@", "f:5:14"), ("expr: |\n      up\n      {@", "f:7:8"),
            ("expr: >-\n      up\n\n      {@", "f:8:8"),
            ("expr: 'up{a=''b''}{@", "f:5:23"), ("expr: \"up{a=\\\"b\\\"}{@", "f:5:23"),
            ("expr: up\n    annotations:\n      a: |\n        x\n        {{ @", "f:9:12"),
        ])
    func placesOfErrors(_ rest: String, _ place: String) throws {
        let start = "groups:\n- name: g\n  rules:\n  - alert: a\n    "
        let closing = rest.contains("'up") ? "'" : rest.contains("\"up") ? "\"" : ""
        let (file, diagnostics) = RuleFileLoader.load(text: start + rest + closing + "\n", path: "f")
        #expect(file == nil)
        #expect(diagnostics.first?.position?.description == place, "\(diagnostics)")
    }

    @Test func misplacedKeysAreExplained() {
        let text = """
            groups:
              - name: g
                alert: x
                rules:
                  - alert: a
                    exprr: up
                    severity: page
                    summary: down
            """
        let (file, diagnostics) = RuleFileLoader.load(text: text, path: "f")
        #expect(file == nil)
        #expect(
            diagnostics.map(\.description) == [
                "f:3:5: error: unknown key 'alert' in a group (rules stand in the list 'rules')",
                "f:5:9: error: rule 'a' needs 'expr'",
                "f:6:9: error: unknown key 'exprr' in a rule (did you mean 'expr'?)",
                "f:7:9: error: unknown key 'severity' in a rule (it belongs under 'labels')",
                "f:8:9: error: unknown key 'summary' in a rule (it belongs under 'annotations')",
            ])
    }

    @Test func featuresOpenExperimentalFunctions() {
        let text = "groups: [{name: g, rules: [{record: r, expr: 'limitk(1, up)'}]}]"
        #expect(RuleFileLoader.load(text: text, path: "f").file == nil)
        let options = RuleFileLoader.Options(features: [.experimentalFunctions])
        #expect(RuleFileLoader.load(text: text, path: "f", options: options).file?.recordingCount == 1)
    }

    @Test func filesThatAreNoneAreRefusedWithTheirName() throws {
        let folder = try TemporaryFolder()
        let (file, diagnostics) = RuleFileLoader.load(path: folder.path)
        #expect(file == nil)
        #expect(diagnostics.map(\.message) == ["\(folder.path): is a directory, not a file"])
    }

    @Test func textsOfOtherEncodingsAreJudgedAsPromtoolDoes() {
        func load(_ bytes: [UInt8]) -> RuleFile? {
            (try? YAMLDocument(parsing: bytes)).flatMap { RuleFileLoader.load(document: $0, path: "f").file }
        }
        #expect(load([0xEF, 0xBB, 0xBF] + Array("groups: []".utf8)) != nil)
        #expect(load([0xFF, 0xFE] + "groups: []".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }) != nil)
        #expect(load(Array("groups: # ".utf8) + [0xFF]) == nil)
        #expect(load(Array("groups:\0".utf8)) == nil)
    }

    @Test func largeFilesAreReadWhole() {
        var text = "groups:\n- name: g\n  rules:\n"
        for number in 0..<2_000 {
            text += "  - {alert: a\(number), expr: 'up{a=\"\(number)\"} == 0', for: 5m, labels: {severity: page}}\n"
        }
        #expect(RuleFileLoader.load(text: text, path: "f").file?.alertingCount == 2_000)
    }
}
