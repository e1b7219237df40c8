import Base
import Ruler
import TimeSeries

extension AlertStateRecord: StateRecord {
    /// `alert_states`
    public static let table = StateTable(
        "alert_states", key: ["file", "rule_group", "rule", "labels"],
        columns: [
            "state", "active_at", "fired_at", "resolved_at", "keep_firing_since", "last_sent_at", "valid_until",
            "value",
            "annotations",
        ])

    /// The columns.
    public var row: [SQLiteValue] {
        Self.key(rule, alert.labels) + [
            .text(alert.state.rawValue), .time(alert.activeAt), .time(alert.firedAt), .time(alert.resolvedAt),
            .time(alert.keepFiringSince), .time(alert.lastSentAt), .time(alert.validUntil), .real(alert.value),
            .labels(alert.annotations),
        ]
    }

    /// Reads a row.
    public init?(row: [SQLiteValue]) {
        var columns = StateColumns(row)
        guard let file = columns.text(), let group = columns.text(), let rule = columns.text(),
            let labels = columns.labels(), let state = columns.text().flatMap(AlertState.init(rawValue:)),
            let activeAt = columns.timestamp(), let firedAt = columns.optionalTimestamp(),
            let resolvedAt = columns.optionalTimestamp(), let keepFiringSince = columns.optionalTimestamp(),
            let lastSentAt = columns.optionalTimestamp(), let validUntil = columns.optionalTimestamp(),
            let value = columns.double(), let annotations = columns.labels()
        else { return nil }
        self.init(
            rule: RuleIdentity(file: file, group: group, rule: rule),
            alert: ActiveAlert(
                labels: labels, annotations: annotations, value: value, state: state, activeAt: activeAt,
                firedAt: firedAt, resolvedAt: resolvedAt, keepFiringSince: keepFiringSince, lastSentAt: lastSentAt,
                validUntil: validUntil))
    }

    static func key(_ rule: RuleIdentity, _ labels: Labels) -> [SQLiteValue] { rule.key + [.labels(labels)] }
}

extension RuleIdentity {
    fileprivate var key: [SQLiteValue] { [.text(file), .text(group), .text(rule)] }
}

extension StateChange {
    /// The transitions of one rule's alerts.
    public static func changes(_ changes: AlertStateChanges) -> [StateChange] {
        changes.updated.map { .put(AlertStateRecord(rule: changes.rule, alert: $0)) }
            + changes.removed.map { .remove(AlertStateRecord.self, key: AlertStateRecord.key(changes.rule, $0)) }
    }

    /// Forgets all alerts of a rule.
    public static func forget(_ rule: RuleIdentity) -> StateChange { .remove(AlertStateRecord.self, key: rule.key) }
}
