import Base
import TimeSeries

extension AlertingRuleCore {
    /// How time that ruleval did not run counts for `for`.
    public struct RestorePolicy: Hashable, Sendable {
        /// `for_outage_tolerance`: pending alerts of longer ago are forgotten.
        public var outageTolerance: Duration
        /// `for_grace_period`: least time between the restart and the firing of an alert that was pending.
        public var gracePeriod: Duration

        /// Prometheus' defaults.
        public init(outageTolerance: Duration = .seconds(3600), gracePeriod: Duration = .seconds(600)) {
            self.outageTolerance = outageTolerance
            self.gracePeriod = gracePeriod
        }
    }

    /// Takes over the alerts of the life before, which ended at `downSince`.
    ///
    /// Firing alerts and ends not yet told stay as they are. For pending ones the time down does not count; one that had
    /// less than the grace period left waits that long, so that the first evaluations can still end it.
    ///
    /// - Source: prometheus/prometheus rules/group.go, RestoreForState.
    public mutating func restore(
        _ records: [ActiveAlert], downSince: Timestamp, at time: Timestamp, policy: RestorePolicy
    ) {
        for var alert in records {
            if alert.state == .pending {
                guard time - downSince <= policy.outageTolerance else { continue }
                let spent = downSince - alert.activeAt
                let left = holdDuration - spent
                if left > .zero {
                    alert.activeAt =
                        left < policy.gracePeriod && policy.gracePeriod <= holdDuration
                        ? time + policy.gracePeriod - holdDuration
                        : alert.activeAt + (time - downSince)
                }
            }
            insert(alert)
        }
    }

    /// What ALERTS_FOR_STATE of the source says of one alert.
    struct PastState: Hashable, Sendable {
        /// Since when it was active.
        var activeAt: Timestamp
        /// The last sample that says so.
        var seenAt: Timestamp
    }

    /// Takes over from the source since when alerts are active that hold at `time` and are not known from before.
    ///
    /// In place of ``restore(_:downSince:at:policy:)`` where the state folder is new. One that had been active long enough
    /// to fire does so at once, at the evaluation that finds it.
    /// - Returns: the alerts taken over.
    mutating func recall(
        _ past: [Labels: PastState], holding samples: Set<Labels>, at time: Timestamp, policy: RestorePolicy
    ) -> [ActiveAlert] {
        var recalled: [ActiveAlert] = []
        for (labels, state) in past where samples.contains(labels) {
            if let known = alerts[labels], known.state != .pending || known.activeAt <= state.seenAt { continue }
            let alert = ActiveAlert(labels: labels, annotations: .empty, value: 0, activeAt: state.activeAt)
            restore([alert], downSince: state.seenAt, at: time, policy: policy)
            if let taken = alerts[labels] { recalled.append(taken) }
        }
        return recalled
    }

    /// Moves every instant that is remembered, when the clock was set by `step`: what has passed stays passed.
    mutating func shift(by step: Duration) {
        for var alert in alerts.values {
            alert.activeAt = alert.activeAt + step
            alert.firedAt = alert.firedAt.map { $0 + step }
            alert.resolvedAt = alert.resolvedAt.map { $0 + step }
            alert.keepFiringSince = alert.keepFiringSince.map { $0 + step }
            alert.lastSentAt = alert.lastSentAt.map { $0 + step }
            alert.validUntil = alert.validUntil.map { $0 + step }
            insert(alert)
        }
    }
}
