import Alerts
import Base
import Dispatching
import Incidents
import Ruler
import Testing
import TimeSeries

@testable import StateStore

@Suite("Records")
struct StateRecordTests {
    private static let time = Timestamp(milliseconds: 1_800_000_000_123)
    private static let rule = RuleIdentity(file: "a/b.yml", group: "g", rule: "alert:X{}#0")
    private static let odd = Labels(keepingEmpty: [("alertname", "Ünï"), ("e", ""), ("z", "\u{0}\n")])

    private static func alert(_ name: String, timeout: Bool = false) -> Alert {
        Alert(
            labels: ["alertname": name, "x": "y"], annotations: odd, startsAt: time, endsAt: time + .seconds(300),
            generatorURL: "http://p/?a=b", updatedAt: time, isTimeout: timeout)
    }

    private static func silence(_ id: String) throws -> Silence {
        Silence(
            id: id, matchers: [AlertMatcher("a", equals: "b"), try AlertMatcher("ü c", .notMatches, "x.*|y")],
            startsAt: time, endsAt: time + .seconds(60), updatedAt: time, createdBy: "ann", comment: "because\n",
            annotations: id == "s2" ? Labels(keepingEmpty: [("k", "v"), ("e", "")]) : .empty)
    }

    private static let key = GroupKey(text: "{}/{a=\"b\"}:{alertname=\"X\"}")
    private static func entry(_ index: Int) -> NotificationLogEntry {
        NotificationLogEntry(
            groupKey: key, integration: IntegrationID(receiver: "r", type: "webhook", index: index), at: time,
            firing: [Fingerprint(value: 1), Fingerprint(value: .max)], resolved: [], expiresAt: time + .seconds(3600))
    }

    @Test func ofTheDispatcherComeBackAsTheyWere() async throws {
        let folder = TemporaryFolder()
        let store = try StateStoreTests.open(folder)
        let group = GroupRecord(
            routeID: "{}", groupLabels: Self.odd, nextFlush: Self.time, hasFlushed: true, isFlushing: false)
        let other = GroupRecord(
            routeID: "{}", groupLabels: .empty, nextFlush: Self.time, hasFlushed: false, isFlushing: true)
        let kept: [DispatchRecord] = [
            .alert(AlertRecord(alert: Self.alert("A"))), .alert(AlertRecord(alert: Self.alert("B", timeout: true))),
            .group(group), .group(other), .log(Self.entry(0)), .log(Self.entry(1)),
            .silence(SilenceRecord(silence: try Self.silence("s1"))),
            .silence(SilenceRecord(silence: try Self.silence("s2"))),
        ]
        try await store.persist(kept.map(StateChange.init))
        let (all, unreadable) = try await store.dispatchSnapshot()
        #expect(unreadable == 0)
        #expect(Set(all.alerts.map(\.alert)) == [Self.alert("A"), Self.alert("B", timeout: true)])
        #expect(Set(all.groups) == [group, other])
        #expect(all.log == [Self.entry(0), Self.entry(1)])
        #expect(all.silences.map(\.silence) == [try Self.silence("s1"), try Self.silence("s2")])

        let gone: [DispatchRecord] = [
            .removeAlert(Self.alert("A").fingerprint), .removeGroup(routeID: "{}", groupLabels: Self.odd),
            .removeLog(Self.key, IntegrationID(receiver: "r", type: "webhook", index: 0)), .removeSilence("s1"),
        ]
        try await store.persist(gone.map(StateChange.init))
        let (left, _) = try await store.dispatchSnapshot()
        #expect(left.alerts.map(\.alert) == [Self.alert("B", timeout: true)])
        #expect(left.groups == [other])
        #expect(left.log == [Self.entry(1)])
        #expect(left.silences.map(\.silence.id) == ["s2"])
    }

    @Test func ofRulesComeBackAsTheyWere() async throws {
        let folder = TemporaryFolder()
        let store = try StateStoreTests.open(folder)
        let pending = ActiveAlert(labels: Self.odd, annotations: .empty, value: .nan, activeAt: Self.time)
        let firing = ActiveAlert(
            labels: ["alertname": "X"], annotations: Self.odd, value: -.infinity, state: .firing, activeAt: Self.time,
            firedAt: Self.time + .seconds(1), resolvedAt: Self.time + .seconds(2),
            keepFiringSince: Self.time + .seconds(3), lastSentAt: Self.time + .seconds(4),
            validUntil: Self.time + .seconds(5))
        try await store.persist(
            StateChange.changes(AlertStateChanges(rule: Self.rule, updated: [pending, firing], removed: [])))
        let (all, unreadable) = try await store.alertStates()
        #expect(unreadable == 0 && all.count == 1)
        let found = try #require(all[Self.rule])
        #expect(found.contains(firing))
        #expect(found.first { $0.state == .pending }?.value.isNaN == true)
        try await store.persist(
            StateChange.changes(AlertStateChanges(rule: Self.rule, updated: [], removed: [Self.odd])))
        #expect(try await store.alertStates().0 == [Self.rule: [firing]])
        try await store.persist([.forget(Self.rule)])
        #expect(try await store.alertStates().0.isEmpty)
    }

    @Test func ofIncidentsComeBackAsTheyWere() async throws {
        let folder = TemporaryFolder()
        let store = try StateStoreTests.open(folder)
        let slack = IntegrationID(receiver: "team", type: "slack", index: 2)
        let small = IncidentRecord(
            id: "aa", policy: "p", groupKey: Self.key, groupLabels: .empty, receiver: "r", openedAt: Self.time,
            alerts: [])
        let full = IncidentRecord(
            id: "bb", policy: "p", groupKey: Self.key, groupLabels: Self.odd, receiver: "r", state: .acknowledged,
            openedAt: Self.time, acknowledgedAt: Self.time + .seconds(1), acknowledgedBy: "ann", note: "on it",
            resolvedAt: Self.time + .seconds(2),
            alerts: [
                NotifiedAlert(Self.alert("A"), status: .firing),
                NotifiedAlert(Self.alert("B", timeout: true), status: .resolved),
            ], isMuted: true, stepsTaken: 3, pending: [.init(step: 2, integration: slack)], told: [slack],
            events: [.init(at: Self.time, text: "opened"), .init(at: Self.time, text: "step 1")])
        try await store.persist([.put(full), .put(small)])
        #expect(try await store.incidents() == ([small, full], 0))
        try await store.persist([.forgetIncident("aa")])
        #expect(try await store.incidents().0 == [full])
    }

    @Test func tellHowLongTheDaemonWasDown() async throws {
        let folder = TemporaryFolder()
        let store = try StateStoreTests.open(folder)
        #expect(try await store.lastAlive() == nil)
        try await store.persist([.put(MetaRecord.alive(at: Self.time))])
        #expect(try await store.lastAlive() == Self.time)
    }

    @Test func thatCannotBeReadArePassedOverAndCounted() async throws {
        let folder = TemporaryFolder()
        let store = try StateStoreTests.open(folder)
        try await store.persist([.put(AlertRecord(alert: Self.alert("A"))), .put(AlertRecord(alert: Self.alert("B")))])
        let wanted = Int64(bitPattern: Self.alert("A").fingerprint.value)
        _ = store.writer.withConnection { db throws(SQLiteError) in
            try db.run("UPDATE alerts SET labels=x'FF01' WHERE fingerprint=?", [.integer(wanted)])
        }
        let (all, unreadable) = try await store.dispatchSnapshot()
        #expect(all.alerts.map(\.alert) == [Self.alert("B")])
        #expect(unreadable == 1)
    }
}
