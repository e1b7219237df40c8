import Alerts
import Base
import Dispatching
import JSON
import TimeSeries

/// Events as JSON, in the shape of Alertmanager's event recorder: Protocol Buffers' JSON, numbers of 64 bits as text, what
/// is empty left out.
///
/// - Source: observed on Alertmanager 0.33.1; its eventrecorder.proto.
struct EventText {
    private var json = JSONWriter(escaping: .plain)

    /// The object without a line feed.
    static func bytes(_ event: RecordedEvent, at time: Timestamp, instance: String) -> [UInt8] {
        var text = EventText()
        text.json.beginObject()
        text.member("@timestamp", text.instant(time))
        text.member("instance", instance)
        text.object("data") { $0.write(event) }
        text.json.endObject()
        return text.json.bytes
    }

    private mutating func write(_ event: RecordedEvent) {
        switch event {
        case .started(let version): object("alertmanagerStartupEvent") { $0.member("version", version) }
        case .stopping: object("alertmanagerShutdownEvent") { _ in }
        case .dispatched(let occurrence): write(occurrence)
        }
    }

    private mutating func write(_ occurrence: DispatchOccurrence) {
        switch occurrence {
        case .alertCreated(let alert):
            object("alertCreated") { text in
                text.object("alert") { $0.details(alert, endsAt: alert.endsAt, isResolved: false) }
            }
        case .alertGrouped(let alert, let group):
            object("alertGrouped") { $0.grouped(alert, group) }
        case .alertResolved(let alert, let group):
            object("alertResolved") { $0.grouped(alert, group) }
        case .notified(let job, let group, let muted, let repeatInterval):
            object("notification") { $0.notification(job, group, muted, repeatInterval) }
        case .silenceCreated(let silence):
            object("silenceCreated") { text in text.object("silence") { $0.silence(silence) } }
        case .silenceUpdated(let silence):
            object("silenceUpdated") { text in text.object("silence") { $0.silence(silence) } }
        case .silenced(let alert, let silence):
            object("silenceMutedAlert") { text in
                text.object("silence") { $0.silence(silence) }
                text.muted(alert)
            }
        case .inhibited(let alert, let rule, let sources):
            object("inhibitionMutedAlert") { text in
                text.list("inhibitRules", [rule]) { text, rule in
                    text.json.beginObject()
                    text.matchers("sourceMatchers", rule.sources.flatMap(\.matchers))
                    text.matchers("targetMatchers", rule.targetMatchers)
                    text.list("equalLabels", rule.sources.flatMap(\.equal)) { $0.json.string($1) }
                    text.json.endObject()
                }
                text.muted(alert)
                text.list("inhibitingFingerprints", sources) { $0.json.string("\($1.value)") }
            }
        }
    }

    // MARK: - Parts

    private mutating func grouped(_ alert: Alert, _ group: DispatchOccurrence.Group) {
        let isResolved = !alert.isTimeout && alert.isResolved(at: alert.updatedAt)
        object("alert") { text in
            text.member("hash", "\(alert.fingerprint.value)")
            text.object("details") { $0.details(alert, endsAt: alert.endsAt, isResolved: isResolved) }
        }
        self.group(group)
    }

    private mutating func group(_ group: DispatchOccurrence.Group) {
        object("groupInfo") { text in
            text.member("groupKey", group.key.text)
            text.labels("groupLabels", group.labels)
            text.member("receiverName", group.receiver)
        }
    }

    private mutating func details(_ alert: Alert, endsAt: Timestamp, isResolved: Bool) {
        member("fingerprint", "\(alert.fingerprint.value)")
        member("name", alert.name)
        labels("labels", alert.labels)
        labels("annotations", alert.annotations)
        member("startsAt", instant(alert.startsAt))
        member("endsAt", instant(endsAt))
        if isResolved {
            json.key("resolved")
            json.bool(true)
        }
    }

    private mutating func notification(
        _ job: NotificationJob, _ group: DispatchOccurrence.Group, _ muted: [Labels], _ repeatInterval: Duration
    ) {
        let alerts = job.notification.alerts
        list("alerts", alerts) { text, notified in
            text.json.beginObject()
            text.member("hash", "\(notified.alert.fingerprint.value)")
            text.object("details") {
                $0.details(notified.alert, endsAt: notified.endsAt, isResolved: notified.status == .resolved)
            }
            text.json.endObject()
        }
        hashes("firingAlerts", alerts.filter { $0.status == .firing }.map(\.alert.fingerprint))
        hashes("resolvedAlerts", alerts.filter { $0.status == .resolved }.map(\.alert.fingerprint))
        hashes("mutedAlerts", muted.map { Fingerprint($0) })
        self.group(group)
        member("repeatInterval", seconds(repeatInterval))
        member("reason", Self.reason(job.notification.reason))
        member("flushId", "\(job.id)")
        object("integration") { text in
            text.member("name", job.integration.type)
            if job.integration.index > 0 { text.member("index", "\(job.integration.index)") }
        }
    }

    private static func reason(_ reason: Notification.Reason) -> String {
        switch reason {
        case .firstNotification: "NOTIFY_REASON_FIRST_NOTIFICATION"
        case .newAlertsAdded: "NOTIFY_REASON_NEW_ALERTS_IN_GROUP"
        case .someAlertsResolved: "NOTIFY_REASON_NEW_RESOLVED_ALERTS"
        case .allAlertsResolved: "NOTIFY_REASON_ALL_ALERTS_RESOLVED"
        case .repeatInterval: "NOTIFY_REASON_REPEAT_INTERVAL_ELAPSED"
        case .escalation: "NOTIFY_REASON_UNSPECIFIED"
        }
    }

    private mutating func silence(_ silence: Silence) {
        member("id", silence.id)
        matchers("matchers", silence.matchers)
        if !silence.annotations.isEmpty { labels("annotations", silence.annotations) }
        member("startsAt", instant(silence.startsAt))
        member("endsAt", instant(silence.endsAt))
        member("updatedAt", instant(silence.updatedAt))
        member("createdBy", silence.createdBy)
        member("comment", silence.comment)
        list("matcherSets", [silence.matchers]) { text, matchers in
            text.json.beginObject()
            text.matchers("matchers", matchers)
            text.json.endObject()
        }
    }

    private mutating func matchers(_ key: String, _ matchers: [AlertMatcher]) {
        list(key, matchers) { text, matcher in
            text.json.beginObject()
            let type =
                switch matcher.operation {
                case .equal: "TYPE_EQUAL"
                case .notEqual: "TYPE_NOT_EQUAL"
                case .matches: "TYPE_REGEXP"
                case .notMatches: "TYPE_NOT_REGEXP"
                }
            text.member("type", type)
            text.member("name", matcher.name)
            text.member("pattern", matcher.value)
            text.member("rendered", matcher.description)
            text.json.endObject()
        }
    }

    private mutating func muted(_ alert: Alert) {
        object("mutedAlert") { text in
            text.labels("labels", alert.labels)
            text.member("fingerprint", "\(alert.fingerprint.value)")
        }
    }

    private mutating func hashes(_ key: String, _ fingerprints: [Fingerprint]) {
        list(key, fingerprints) { text, fingerprint in
            text.json.beginObject()
            text.member("hash", "\(fingerprint.value)")
            text.json.endObject()
        }
    }

    private mutating func labels(_ key: String, _ labels: Labels) {
        object(key) { text in
            text.list("labels", Array(labels)) { text, label in
                text.json.beginObject()
                text.member("key", label.name)
                text.member("value", label.value)
                text.json.endObject()
            }
        }
    }

    // MARK: - JSON

    private mutating func object(_ key: String, _ body: (inout EventText) -> Void) {
        json.key(key)
        json.beginObject()
        body(&self)
        json.endObject()
    }

    private mutating func member(_ key: String, _ text: String) {
        if text.isEmpty { return }
        json.key(key)
        json.string(text)
    }

    private mutating func list<Item>(_ key: String, _ items: [Item], _ body: (inout EventText, Item) -> Void) {
        if items.isEmpty { return }
        json.key(key)
        json.beginArray()
        for item in items { body(&self, item) }
        json.endArray()
    }

    /// Fractions have three digits or none.
    private func instant(_ time: Timestamp) -> String {
        let text = RFC3339.string(time)
        guard let dot = text.lastIndex(of: ".") else { return text }
        let digits = text[text.index(after: dot)...].dropLast()
        return text[...dot] + digits + String(repeating: "0", count: 3 - digits.count) + "Z"
    }

    /// `2s`, `1.500s`.
    private func seconds(_ duration: Duration) -> String {
        let rest = duration.milliseconds % 1000
        let whole = "\(duration.milliseconds / 1000)"
        return rest == 0 ? "\(whole)s" : "\(whole)." + String(String(1000 + rest).dropFirst()) + "s"
    }
}
