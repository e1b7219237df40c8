import Alerts
import Base
import PromQL
import RuleFiles
import Testing
import TimeSeries
import YAML

@testable import Daemon
@testable import Ruler

@Suite("Self-watch")
struct SelfWatchTests {
    private static let start = Timestamp(milliseconds: 1_000_000_000)
    private func at(_ seconds: Int64) -> Timestamp { Self.start + .seconds(seconds) }

    private static func settings(_ text: String) throws -> SelfWatchSettings? {
        let document = try YAMLDocument(parsing: text, file: "ruleval.yml")
        let decoding = YAMLDecoding()
        let node = try #require(document.root)
        let root = try #require(decoding.mapping(node, as: "the configuration"))
        let settings = SelfWatchSettings(root, in: decoding)
        try decoding.finish()
        return settings
    }

    @Test func theKeyAloneTurnsItOn() throws {
        #expect(try Self.settings("self_watch:") == SelfWatchSettings())
        #expect(try Self.settings("self_watch: true") == SelfWatchSettings())
        #expect(try Self.settings("self_watch: {}") == SelfWatchSettings())
        #expect(try Self.settings("self_watch: false") == nil)
        #expect(try Self.settings("global: {}") == nil)
        let all = try Self.settings(
            """
            self_watch:
              interval: 1s
              for: 0s
              labels: {severity: page, team: a}
              source_slow_after: 2s
              remote_write_lagging_after: 10s
              selector_unmatched_after: 2h
              disabled: [RulevalSourceSlow]
            """)
        #expect(all?.labels == ["severity": "page", "team": "a"])
        #expect(all?.disabled == [.sourceSlow])
        #expect(all?.hold == .zero)
    }

    @Test(
        "wrong settings are refused",
        arguments: [
            ("self_watch: {fro: 5m}", "unknown key 'fro'"), ("self_watch: 5", "'self_watch'"),
            ("self_watch: {disabled: [RulevalRuleFail]}", "did you mean 'RulevalRuleFailing'?"),
            ("self_watch: {interval: 1ms}", "'interval' must be 100ms at least"),
        ])
    func refused(_ text: String, _ message: String) throws {
        do {
            _ = try Self.settings(text)
            Issue.record("accepted: \(text)")
        } catch {
            #expect("\(error)".contains(message), "\(error)")
        }
    }

    @Test func whatLastsIsToldAndItsEndToo() throws {
        var settings = SelfWatchSettings()
        settings.hold = .seconds(60)
        settings.disabled = [.sourceSlow]
        var core = SelfWatchCore(settings)
        let down = SelfWatchCondition(alert: .sourceDown, labels: ["source": "a"], summary: "a is down")
        let slow = SelfWatchCondition(alert: .sourceSlow, labels: ["source": "a"], summary: "a is slow")
        let external: Labels = ["cluster": "eu", "severity": "none"]
        #expect(core.apply([down, slow], at: at(0), externalLabels: external).isEmpty)
        let told = core.apply([down, slow], at: at(60), externalLabels: external)
        #expect(
            told.map(\.labels) == [
                ["alertname": "RulevalSourceDown", "source": "a", "severity": "warning", "cluster": "eu"]
            ])
        #expect(told.first?.annotations == ["summary": "a is down"])
        #expect(core.firing == [.sourceDown: 1])
        #expect(core.apply([down], at: at(75), externalLabels: external).isEmpty)
        let over = core.apply([], at: at(90), externalLabels: external)
        #expect(over.map(\.endsAt) == [at(90)])
        #expect(core.firing.isEmpty)
    }

    @Test func unmatchedSelectorsAndDamageAreToldAtOnce() {
        var core = SelfWatchCore(SelfWatchSettings())
        let unmatched = SelfWatchCondition(alert: .selectorUnmatched, labels: ["selector": "x"], summary: "x")
        let damage = SelfWatchCondition(
            alert: .stateFailing, labels: ["problem": "damage"], summary: "d", isImmediate: true)
        #expect(core.apply([unmatched, damage], at: at(0), externalLabels: .empty).count == 2)
    }

    private static func status(
        missed: Int = 0, last: Timestamp?, error: String? = nil, interval: Duration = .seconds(15)
    ) throws -> RuleGroupStatus {
        let outcome = RuleFileLoader.load(
            text: "groups: [{name: g, rules: [{alert: A, expr: up == 0}]}]", path: "r.yml")
        let group = try #require(outcome.file?.groups.first)
        var health = RuleHealth()
        health.lastEvaluation = last
        health.lastError = error
        return RuleGroupStatus(
            group: group, interval: interval, lastEvaluation: last, duration: .zero, missedTicks: missed,
            evaluation: GroupEvaluation(place: .remote, isChosen: false),
            rules: [
                RuleStatus(rule: group.rules[0], labels: [], health: health, recent: [], state: .inactive, alerts: [])
            ])
    }

    @Test func groupsThatAreLateOrSkipTicksAreSeen() throws {
        var watch = GroupWatch()
        #expect(watch.conditions([try Self.status(last: nil)], at: at(0)).isEmpty)
        #expect(watch.conditions([try Self.status(last: at(30))], at: at(40)).isEmpty)
        let late = watch.conditions([try Self.status(last: at(30))], at: at(80))
        #expect(late.map(\.alert) == [.groupLate])
        #expect(late.first?.labels == ["file": "r.yml", "group": "g"])
        #expect(watch.conditions([try Self.status(missed: 2, last: at(90))], at: at(91)).map(\.alert) == [.groupLate])
        #expect(watch.conditions([try Self.status(missed: 2, last: at(180))], at: at(181)).isEmpty)
        let failing = watch.conditions([try Self.status(missed: 2, last: at(195), error: "no")], at: at(196))
        #expect(failing.map(\.alert) == [.ruleFailing])
        #expect(failing.first?.labels["rule"] == "A")
    }

    @Test func selectorsThatMatchNothingAreFound() throws {
        let outcome = RuleFileLoader.load(
            text: """
                groups:
                  - name: g
                    rules:
                      - {record: a:b, expr: 'sum(rate(gone_total{job="x"}[5m]))'}
                      - {alert: A, expr: 'a:b > 1 and up == 0 unless absent(must_not_be)'}
                """, path: "r.yml")
        let file = try #require(outcome.file)
        var watch = SelectorWatch()
        watch.reload([file], recorded: RecordedNames(["a:b"]), at: at(0))
        #expect(
            watch.selectors.map(\.text) == [#"{__name__="gone_total",job="x"}"#, #"{__name__="up"}"#])
        let up = try #require(watch.selectors.last)
        watch.noteMatch(up, at: at(3600))
        let unmatched = watch.unmatched(for: .seconds(3600), at: at(3600))
        #expect(unmatched.map(\.selector.rule) == ["a:b"])
        #expect(unmatched.map(\.since) == [at(0)])
        // A reload keeps what is known.
        watch.reload([file], recorded: RecordedNames(["a:b"]), at: at(4000))
        #expect(watch.unmatched(for: .seconds(3600), at: at(4000)).count == 1)
    }

    @Test func sharesAreEvenAndWhole() throws {
        #expect(Shard("0/3") == nil && Shard("4/3") == nil && Shard("1") == nil && Shard("a/b") == nil)
        let shards = try (1...3).map { try #require(Shard("\($0)/3")) }
        var counts = [0, 0, 0]
        for number in 0..<300 {
            let outcome = RuleFileLoader.load(
                text: "groups: [{name: g\(number), rules: []}]", path: "/etc/rules/f\(number % 7).yml")
            let group = try #require(outcome.file?.groups.first)
            let owners = shards.indices.filter { shards[$0].owns(group) }
            #expect(owners.count == 1)
            counts[owners[0]] += 1
        }
        #expect(counts.allSatisfy { $0 > 60 }, "\(counts)")
    }
}
