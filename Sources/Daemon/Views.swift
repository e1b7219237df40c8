import Base
import Dispatching
import Incidents
import Probes
import RuleFiles
import Ruler
import TimeSeries
import Web

extension RuleGroupView {
    /// A group as the API shows it.
    init(_ group: RuleGroupStatus) {
        self.init(
            name: group.group.name, file: group.group.file, interval: group.interval, limit: max(0, group.group.limit),
            evaluationTime: group.duration, lastEvaluation: group.lastEvaluation, rules: group.rules.map(RuleView.init))
    }
}

extension RuleView {
    /// A rule as the API shows it.
    init(_ rule: RuleStatus) {
        var alerting: Alerting?
        if case .alerting(_, let hold, let keep) = rule.rule.kind {
            alerting = Alerting(
                state: (rule.state ?? .inactive).rawValue, holdDuration: hold, keepFiringFor: keep,
                annotations: Labels(keepingEmpty: rule.rule.annotations.map { ($0.name, $0.text) }),
                alerts: rule.alerts.map { alert in
                    RuleAlertView(
                        labels: alert.labels, annotations: alert.annotations, state: alert.state.rawValue,
                        activeAt: alert.activeAt, keepFiringSince: alert.keepFiringSince, value: alert.value)
                })
        }
        self.init(
            name: rule.rule.name, query: rule.rule.expression.expr.description,
            labels: Labels(keepingEmpty: rule.labels.map { ($0.name, $0.text) }), health: rule.health.word,
            lastError: rule.health.lastError, evaluationTime: rule.health.duration,
            lastEvaluation: rule.health.lastEvaluation, alerting: alerting)
        evaluations = rule.recent
        warnings = rule.health.warnings
    }
}

extension ReceivedAlertView {
    /// An alert as the API shows it.
    init(_ view: Dispatching.AlertView) {
        self.init(
            alert: view.alert, receivers: view.receivers, silencedBy: view.silencedBy, inhibitedBy: view.inhibitedBy,
            mutedBy: view.mutedBy)
    }
}

extension SilenceView {
    /// A silence as the API shows it.
    init(_ silence: Silence, state: Silence.State) {
        self.init(
            PostedSilence(
                id: silence.id, matchers: silence.matchers, startsAt: silence.startsAt, endsAt: silence.endsAt,
                createdBy: silence.createdBy, comment: silence.comment, annotations: silence.annotations),
            state: state.rawValue, updatedAt: silence.updatedAt)
    }
}

extension Silence {
    /// What a client posted.
    init(_ posted: PostedSilence) {
        self.init(
            id: posted.id, matchers: posted.matchers, startsAt: posted.startsAt, endsAt: posted.endsAt,
            createdBy: posted.createdBy, comment: posted.comment, annotations: posted.annotations)
    }
}

extension HeartbeatView {
    /// A heartbeat as the API shows it.
    init(_ status: HeartbeatCore.Status) {
        self.init(
            name: status.settings.name, every: status.settings.every, grace: status.settings.grace,
            last: status.record.last, missingSince: status.record.missingSince)
    }
}

extension IncidentView {
    /// An incident as the API shows it.
    init(_ record: IncidentRecord, nextStep: Timestamp?) {
        let labels = record.groupLabels.isEmpty ? record.alerts.first?.alert.labels ?? .empty : record.groupLabels
        let firing = record.alerts.filter { $0.status == .firing }
        let name = (firing.first ?? record.alerts.first)?.alert.name ?? ""
        self.init(
            id: record.id, status: record.state.rawValue, title: name.isEmpty ? "\(labels)" : name,
            groupKey: record.groupKey.text, labels: labels, firingAlerts: firing.count, policy: record.policy,
            step: record.stepsTaken, openedAt: record.openedAt, acknowledgedAt: record.acknowledgedAt,
            acknowledgedBy: record.acknowledgedBy.isEmpty ? nil : record.acknowledgedBy, resolvedAt: record.resolvedAt,
            nextEscalationAt: nextStep, note: record.note,
            events: record.events.map { .init(at: $0.at, text: $0.text) })
    }
}
