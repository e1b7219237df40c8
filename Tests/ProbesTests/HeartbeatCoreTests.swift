import Alerts
import Base
import Testing
import TimeSeries
import YAML

@testable import Probes

@Suite("Heartbeats")
struct HeartbeatCoreTests {
    private static let start = Timestamp(milliseconds: 1_000_000_000)
    private func at(_ seconds: Int64) -> Timestamp { Self.start + .seconds(seconds) }

    private static func settings(_ text: String) throws -> HeartbeatSettings {
        let document = try YAMLDocument(parsing: text, file: "ruleval.yml")
        let decoding = YAMLDecoding()
        let node = try #require(document.root)
        let root = try #require(decoding.mapping(node, as: "the configuration"))
        let settings = HeartbeatSettings(root, in: decoding)
        try decoding.finish()
        return settings
    }

    private static func core(_ text: String, _ kept: [String: HeartbeatRecord] = [:]) throws -> HeartbeatCore {
        var effects: [HeartbeatCore.Effect] = []
        return HeartbeatCore(try settings(text), restoring: kept, at: start, effects: &effects)
    }

    private static func alerts(_ effects: [HeartbeatCore.Effect]) -> [PostedAlert] {
        effects.flatMap { effect in
            if case .alerts(let alerts) = effect { return alerts }
            return []
        }
    }

    private static let backup = """
        heartbeats:
          in:
            - {name: backup, every: 1h, grace: 5m, labels: {severity: critical}, annotations: {summary: no backup}}
        """

    @Test func silenceIsAnAlertAndTheNextBeatEndsIt() throws {
        var core = try Self.core(Self.backup)
        #expect(core.nextDeadline == at(3900))
        #expect(core.apply(.tick(allWorks: true), at: at(3900)).isEmpty)
        let missing = try #require(Self.alerts(core.apply(.tick(allWorks: true), at: at(3901))).first)
        #expect(
            missing.labels == ["alertname": "HeartbeatMissing", "heartbeat": "backup", "severity": "critical"])
        #expect(missing.annotations["summary"] == "no backup")
        #expect(missing.startsAt == at(3900))
        #expect(missing.endsAt == at(3901 + 300))
        // Handed on again before it ends.
        #expect(core.nextDeadline == at(3961))
        #expect(Self.alerts(core.apply(.tick(allWorks: true), at: at(3961))).first?.endsAt == at(4261))
        let over = try #require(Self.alerts(core.apply(.beat("backup"), at: at(4000))).first)
        #expect(over.labels == missing.labels)
        #expect(over.startsAt == at(3900))
        #expect(over.endsAt == at(4000))
        #expect(core.nextDeadline == at(4000 + 3900))
        #expect(Self.alerts(core.apply(.beat("backup"), at: at(4001))).isEmpty)
    }

    @Test func aBeatOfAnotherNameIsNone() throws {
        var core = try Self.core(Self.backup)
        #expect(core.apply(.beat("other"), at: at(1)).isEmpty)
    }

    @Test func aRestartForgetsNeitherBeatsNorSilence() throws {
        let fresh = HeartbeatRecord(since: at(-9000), last: at(-60))
        #expect(HeartbeatRecord(text: fresh.text) == fresh)
        #expect(HeartbeatRecord(text: HeartbeatRecord(since: at(0)).text) == HeartbeatRecord(since: at(0)))
        var core = try Self.core(Self.backup, ["backup": fresh])
        #expect(core.nextDeadline == at(3840))
        // Overdue while nobody listened: the sender gets a minute.
        core = try Self.core(Self.backup, ["backup": HeartbeatRecord(since: at(-9000), last: at(-8000))])
        #expect(core.nextDeadline == at(60))
        // It was missing before: it still is.
        let missing = HeartbeatRecord(since: at(-9000), last: at(-8000), missingSince: at(-4100))
        #expect(HeartbeatRecord(text: missing.text) == missing)
        core = try Self.core(Self.backup, ["backup": missing])
        #expect(Self.alerts(core.apply(.tick(allWorks: true), at: at(0))).map(\.startsAt) == [at(-4100)])
    }

    @Test func whatIsNoLongerConfiguredIsForgottenAndItsAlertEnds() throws {
        var core = try Self.core(Self.backup, ["gone": HeartbeatRecord(since: at(0))])
        _ = core.apply(.tick(allWorks: true), at: at(4000))
        let effects = core.apply(.reload(HeartbeatSettings()), at: at(4010))
        #expect(effects.contains(.forget(name: "backup")))
        #expect(Self.alerts(effects).first?.endsAt == at(4010))
        #expect(core.nextDeadline == nil)
    }

    @Test func aClockThatIsSetBringsNoAlert() throws {
        var core = try Self.core(Self.backup)
        _ = core.apply(.beat("backup"), at: at(0))
        #expect(core.apply(.clockSet(.seconds(7200)), at: at(7200)).isEmpty)
        #expect(Self.alerts(core.apply(.tick(allWorks: true), at: at(7200))).isEmpty)
        #expect(core.nextDeadline == at(7200 + 3900))
    }

    @Test func beatsLeaveWhileAllWorksOnly() throws {
        var core = try Self.core("heartbeats: {out: [{receiver: deadman, every: 1m}]}")
        let out = HeartbeatSettings.Outgoing(receiver: "deadman", every: .seconds(60))
        #expect(core.apply(.tick(allWorks: false), at: at(0)) == [.withheld(out)])
        #expect(core.nextDeadline == at(5))
        #expect(core.apply(.tick(allWorks: true), at: at(5)) == [.send(out)])
        #expect(core.apply(.tick(allWorks: true), at: at(64)).isEmpty)
        #expect(core.apply(.tick(allWorks: true), at: at(65)) == [.send(out)])
    }

    @Test(
        "wrong sections are refused with their place",
        arguments: [
            ("heartbeats: {in: [{name: a}]}", "heartbeat 'a' needs 'every'"),
            ("heartbeats: {in: [{every: 1m}]}", "an incoming heartbeat needs a 'name'"),
            ("heartbeats: {in: [{name: a/b, every: 1m}]}", "cannot have a slash"),
            ("heartbeats: {in: [{name: a, every: 0s}]}", "'every' must be 100ms at least"),
            ("heartbeats: {in: [{name: a, every: 1m}, {name: a, every: 1m}]}", "stands here already"),
            ("heartbeats: {out: [{every: 1m}]}", "needs a 'receiver'"),
            ("heartbeats: {ins: []}", "unknown key 'ins'"),
        ])
    func refused(_ text: String, _ message: String) throws {
        do {
            _ = try Self.settings(text)
            Issue.record("accepted: \(text)")
        } catch {
            #expect("\(error)".contains(message), "\(error)")
        }
    }
}
