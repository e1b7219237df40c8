import Alerts
import Base
import Ruler
import TimeSeries

/// Something that is wrong at the moment.
struct SelfWatchCondition: Sendable, Hashable {
    var alert: SelfWatchAlert
    /// What it is about, beside the alert's name.
    var labels: Labels
    /// One sentence for people.
    var summary: String
    /// Whether it is told without waiting.
    var isImmediate = false
}

/// Turns what is wrong into alerts with a life: pending, firing, over, told again while they last.
struct SelfWatchCore: Sendable {
    /// How often an alert that lasts is handed on again.
    static let resendDelay = Duration.seconds(60)

    private var settings: SelfWatchSettings
    private var waiting: AlertingRuleCore
    private var immediate = AlertingRuleCore(holdDuration: .zero, keepFiringFor: .zero)

    init(_ settings: SelfWatchSettings) {
        self.settings = settings
        waiting = AlertingRuleCore(holdDuration: settings.hold, keepFiringFor: .zero)
    }

    /// Other settings are in force; what lasts goes on.
    mutating func reload(_ settings: SelfWatchSettings) {
        self.settings = settings
        waiting.holdDuration = settings.hold
    }

    /// How many alerts of each name fire.
    var firing: [SelfWatchAlert: Int] {
        var counts: [SelfWatchAlert: Int] = [:]
        for alert in waiting.active + immediate.active where alert.state == .firing {
            if let name = SelfWatchAlert(rawValue: alert.labels.value(of: Labels.alertName)) {
                counts[name, default: 0] += 1
            }
        }
        return counts
    }

    /// What is wrong at `now`; gives the alerts to hand on.
    /// - Parameter externalLabels: On every alert that has no label of that name.
    mutating func apply(
        _ conditions: [SelfWatchCondition], at now: Timestamp, externalLabels: Labels
    ) -> [PostedAlert] {
        let wanted = conditions.filter { !settings.disabled.contains($0.alert) }
        let due =
            step(&waiting, wanted.filter { !isImmediate($0) }, at: now)
            + step(&immediate, wanted.filter(isImmediate), at: now)
        return due.map { alert in
            var labels = LabelsBuilder(alert.labels)
            for (name, value) in externalLabels where labels[name] == nil { labels[name] = value }
            let startsAt = alert.firedAt ?? alert.activeAt
            return PostedAlert(
                labels: labels.labels, annotations: alert.annotations, startsAt: startsAt,
                endsAt: (alert.resolvedAt ?? alert.validUntil).map { max($0, startsAt) })
        }
    }

    private func isImmediate(_ condition: SelfWatchCondition) -> Bool {
        condition.isImmediate || condition.alert.isImmediate
    }

    private func step(
        _ core: inout AlertingRuleCore, _ conditions: [SelfWatchCondition], at now: Timestamp
    ) -> [ActiveAlert] {
        var samples: [Labels: AlertSample] = [:]
        for condition in conditions {
            var labels = LabelsBuilder(settings.labels)
            for (name, value) in condition.labels { labels[name] = value }
            labels[Labels.alertName] = condition.alert.rawValue
            samples[labels.labels] = AlertSample(
                labels: labels.labels, annotations: ["summary": condition.summary], value: 1)
        }
        // Each label set once and no limit: nothing to refuse.
        _ = try? core.apply(Array(samples.values), at: now)
        return core.takeDue(at: now, interval: settings.interval, resendDelay: Self.resendDelay)
    }
}
