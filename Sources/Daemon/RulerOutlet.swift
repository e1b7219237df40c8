import Alerts
import Base
import Ruler
import StateStore

/// Carries out what rules decide: transitions to the store, alerts to the dispatcher and to `alertmanagers`, samples to
/// `remote_write`, figures to the metrics.
struct RulerOutlet: RulerSink {
    let store: StateStore
    let intake: AlertIntake
    let metrics: RulerMetrics
    let remoteWrite: RemoteWriteTargets
    let alertmanagers: AlertmanagerTargets
    let log: Log
    let failing = RuleCondition()
    let warned = RuleCondition()

    func persist(_ changes: AlertStateChanges) async {
        let rows = StateChange.changes(changes)
        // A failing disk is the store's to report; what was decided goes on all the same.
        try? await store.submit(rows).durable()
    }

    func send(_ alerts: [PostedAlert]) async {
        await alertmanagers.send(alerts)
        guard alertmanagers.dispatchesHere else { return }
        let refusals = await intake.take(alerts, overHTTP: false).refusals
        for refusal in refusals { log.write(.error, "alert of a rule refused", ["reason": "\(refusal)"]) }
    }

    func record(_ samples: [RecordedSample]) async { await remoteWrite.record(samples) }

    func observe(_ observation: EvaluationObservation) {
        metrics.note(observation)
        if case .warned(let identity, let name, let warnings) = observation {
            return tell(identity, name, warnings)
        }
        guard case .rule(let identity, let name, _, _, let error, _) = observation else { return }
        // Once when it begins and once when it ends, not at every tick.
        switch failing.note(identity, holds: error != nil) {
        case .began:
            log.write(
                .warn, "rule gives no result",
                ["file": identity.file, "group": identity.group, "rule": name, "reason": error ?? ""])
        case .ended:
            log.write(
                .info, "rule gives results again", ["file": identity.file, "group": identity.group, "rule": name])
        case .nothing: break
        }
    }

    /// Once when warnings begin and once when they end, whatever their words are meanwhile.
    private func tell(_ rule: RuleIdentity, _ name: String, _ warnings: [String]) {
        switch warned.note(rule, holds: !warnings.isEmpty) {
        case .began:
            log.write(
                .warn, "rule's result may be wrong",
                ["file": rule.file, "group": rule.group, "rule": name, "reason": warnings.first ?? ""])
        case .ended:
            log.write(
                .info, "rule's results come without warnings again",
                ["file": rule.file, "group": rule.group, "rule": name])
        case .nothing: break
        }
    }
}
