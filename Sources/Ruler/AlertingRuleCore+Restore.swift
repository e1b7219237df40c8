import Base

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
}
