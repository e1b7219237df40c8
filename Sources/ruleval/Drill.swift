import Alerts
import Base
import JSON
import TimeSeries

/// Alerts that are told to a receiver to see whether it works, each marked so that nobody takes it for real.
struct Drill {
    /// The label and the word that mark the alerts.
    static let mark = (name: "drill", value: "DRILL")

    let alerts: [Alert]
    let isResolved: Bool
    let now: Timestamp

    /// Reads the alerts of a file; without one there is a single alert of the drill's own.
    /// - Throws: Why the file cannot be read.
    init(_ path: String?, isResolved: Bool, at now: Timestamp) throws {
        self.isResolved = isResolved
        self.now = now
        guard let path else {
            alerts = [
                Self.alert(
                    labels: [("alertname", "RulevalDrill"), ("severity", "info")],
                    annotations: [("description", "Somebody tests whether this receiver works.")], isResolved, now)
            ]
            return
        }
        let bytes = try TextFile.read(path, maximumBytes: 16 << 20)
        let body: JSONValue
        do throws(JSONError) { body = try JSONValue(parsing: bytes) } catch {
            throw Diagnostic("\(path): \(error)")
        }
        let items = body.array ?? body["alerts"]?.array ?? [body]
        alerts = try items.map { item in
            guard let labels = Self.pairs(item["labels"]), !labels.isEmpty else {
                throw Diagnostic("\(path): an alert needs 'labels', a mapping of names to texts")
            }
            var alert = Self.alert(labels: labels, annotations: Self.pairs(item["annotations"]) ?? [], isResolved, now)
            alert.generatorURL = item["generatorURL"]?.string ?? ""
            if let start = item["startsAt"]?.string.flatMap({ RFC3339.parse($0) }), start <= now {
                alert.startsAt = start
            }
            return alert
        }
        if alerts.isEmpty { throw Diagnostic("\(path): there are no alerts") }
    }

    private static func pairs(_ value: JSONValue?) -> [(String, String)]? {
        guard let members = value?.object?.members else { return nil }
        var pairs: [(String, String)] = []
        for member in members {
            guard let text = member.value.string else { return nil }
            pairs.append((member.key, text))
        }
        return pairs
    }

    private static func alert(
        labels: [(String, String)], annotations: [(String, String)], _ isResolved: Bool, _ now: Timestamp
    ) -> Alert {
        var annotations = annotations
        if let index = annotations.firstIndex(where: { $0.0 == "summary" }) {
            annotations[index].1 = "DRILL: " + annotations[index].1
        } else {
            annotations.append(("summary", "DRILL: nothing is wrong"))
        }
        let marked = labels.filter { $0.0 != mark.name } + [(mark.name, mark.value)]
        return Alert(
            labels: Labels(marked), annotations: Labels(keepingEmpty: annotations), startsAt: now - .seconds(60),
            endsAt: isResolved ? now : now + .seconds(300), updatedAt: now)
    }

    /// The message about all of them.
    func notification(receiver: String, externalURL: String) -> Notification {
        let status: AlertStatus = isResolved ? .resolved : .firing
        let told = alerts.map { NotifiedAlert($0, status: status) }.sorted(by: NotifiedAlert.comesBefore)
        let names = Set(alerts.map(\.name))
        var group = [Self.mark]
        if names.count == 1, let name = names.first, !name.isEmpty { group.append((Labels.alertName, name)) }
        let labels = Labels(group.map { ($0.name, $0.value) })
        return Notification(
            receiver: receiver, groupKey: GroupKey(routeKey: "{}", groupLabels: labels), groupLabels: labels,
            alerts: told, externalURL: externalURL, reason: isResolved ? .allAlertsResolved : .firstNotification,
            at: now)
    }
}
