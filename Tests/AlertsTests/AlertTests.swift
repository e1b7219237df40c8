import Base
import Testing
import TimeSeries

@testable import Alerts

@Suite("Alerts")
struct AlertTests {
    private let now = Timestamp(milliseconds: 1_000_000)

    @Test("have the fingerprints that Alertmanager shows")
    func fingerprints() {
        let labels = Labels([
            ("alertname", "Disk"), ("b", "<y>&\u{2028}"), ("job", "n"), ("instance", "i2"),
        ])
        #expect(Fingerprint(labels).description == "5cacf77af6efce87")
        #expect(Fingerprint(.empty).description == "cbf29ce484222325")
        #expect(Fingerprint("5cacf77af6efce87") == Fingerprint(labels))
        #expect(Fingerprint("5cacf77af6efce8") == nil)
        #expect(Fingerprint("+cacf77af6efce87") == nil)
    }

    @Test("fill in the times that were not given")
    func times() throws {
        let open = try PostedAlert(labels: ["a": "b"]).accepted(at: now, resolveTimeout: .seconds(300))
        #expect(open.startsAt == now && open.endsAt == now + .seconds(300) && open.isTimeout)
        let ended = try PostedAlert(labels: ["a": "b"], endsAt: now - .seconds(9))
            .accepted(at: now, resolveTimeout: .seconds(300))
        #expect(ended.startsAt == ended.endsAt && ended.isResolved(at: now) && !ended.isTimeout)
        let unset = try PostedAlert(labels: ["a": "b"], startsAt: Alert.unsetTime, endsAt: Alert.unsetTime)
            .accepted(at: now, resolveTimeout: .seconds(300))
        #expect(unset == open)
    }

    @Test("without labels, without a label's name or ending before they start are refused")
    func refusals() {
        func refusal(_ posted: PostedAlert) -> PostedAlert.Refusal? {
            do throws(PostedAlert.Refusal) {
                _ = try posted.accepted(at: now, resolveTimeout: .seconds(300))
                return nil
            } catch { return error }
        }
        #expect(refusal(PostedAlert(labels: Labels(keepingEmpty: [("a", "")]))) == .noLabels)
        #expect(refusal(PostedAlert(labels: Labels([("", "x")]))) == .emptyLabelName)
        #expect(refusal(PostedAlert(labels: ["a": "b"], startsAt: now, endsAt: now - .seconds(1))) == .endsBeforeStart)
        #expect(refusal(PostedAlert(labels: ["a-ü b": "b"])) == nil)
    }

    private func alert(_ start: Int64, _ end: Int64, told: Int64, timeout: Bool = false, note: String = "") -> Alert {
        Alert(
            labels: ["a": "b"], annotations: ["note": note], startsAt: Timestamp(milliseconds: start),
            endsAt: Timestamp(milliseconds: end), updatedAt: Timestamp(milliseconds: told), isTimeout: timeout)
    }

    @Test("told again while they last keep the earliest start and take the newest words")
    func merging() {
        let first = alert(100, 500, told: 100, timeout: true, note: "old")
        let again = first.updated(by: alert(200, 600, told: 200, note: "new"), at: Timestamp(milliseconds: 200))
        #expect(again == alert(100, 600, told: 200, note: "new"))
        // An explicit later end outlasts a re-post; one that only stands for the time-out does not.
        let explicit = alert(100, 900, told: 100)
        #expect(
            explicit.updated(by: alert(200, 600, told: 200), at: Timestamp(milliseconds: 200)).endsAt.milliseconds
                == 900)
        #expect(
            alert(100, 900, told: 100, timeout: true).updated(
                by: alert(200, 600, told: 200), at: Timestamp(milliseconds: 200)
            ).endsAt.milliseconds == 600)
        // The end that was said counts at once.
        #expect(
            explicit.updated(by: alert(200, 300, told: 300), at: Timestamp(milliseconds: 300))
                == alert(100, 300, told: 300))
        // No overlap: a new episode.
        #expect(
            explicit.updated(by: alert(950, 990, told: 950), at: Timestamp(milliseconds: 950)).startsAt.milliseconds
                == 950)
    }

    @Test("are sorted by job, instance and the rest, those without a job last")
    func order() {
        let sets: [Labels] = [
            ["job": "a", "instance": "2"], ["job": "a", "instance": "3", "a": "x"], ["job": "b", "instance": "1"],
            ["job": "b"], ["instance": "1"], ["b": "x"], ["a": "x"], ["a": "1", "x": "1"], ["a": "1", "b": "2"],
            ["a": "2", "z": "1"], ["a": "1", "b": "0", "d": "1"],
        ]
        let alerts = sets.map {
            NotifiedAlert(Alert(labels: $0, startsAt: now, endsAt: now, updatedAt: now), status: .firing)
        }
        #expect(alerts.reversed().sorted(by: NotifiedAlert.comesBefore).map(\.alert.labels) == sets)
    }

    @Test("share the annotations of the first that no other contradicts")
    func common() {
        func notified(_ annotations: Labels, _ id: String) -> NotifiedAlert {
            NotifiedAlert(
                Alert(
                    labels: ["id": id, "k": "v"], annotations: annotations, startsAt: now, endsAt: now, updatedAt: now),
                status: .firing)
        }
        let notification = Notification(
            receiver: "r", groupKey: GroupKey(text: "{}:{}"), groupLabels: .empty,
            alerts: [
                notified(Labels(keepingEmpty: [("s", "1"), ("x", ""), ("y", "z")]), "1"), notified(["s": "1"], "2"),
            ], externalURL: "http://x", at: now)
        #expect(notification.commonLabels == ["k": "v"])
        #expect(notification.commonAnnotations == Labels(keepingEmpty: [("s", "1"), ("x", "")]))
        #expect(notification.truncated(to: 1).commonAnnotations.count == 3)
        #expect(notification.truncated(to: 1).truncatedAlerts == 1)
    }
}
