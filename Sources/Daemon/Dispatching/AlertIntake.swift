import Alerts
import Base
import StateStore

/// The one door through which alerts come in, from rules and over HTTP.
struct AlertIntake: Sendable {
    let dispatcher: Dispatcher
    let clock: any WallClock
    let metrics: DispatchMetrics

    /// What became of a batch.
    struct Outcome {
        var refusals: [PostedAlert.Refusal] = []
        /// Why the batch could not be made durable; it is notified of all the same.
        var failure: StateStoreError?
    }

    /// Takes what is valid of `posted`.
    func take(_ posted: [PostedAlert], waitingForDisk: Bool) async -> Outcome {
        var outcome = Outcome()
        var accepted: [Alert] = []
        let now = clock.now()
        let timeout = await dispatcher.resolveTimeout
        for alert in posted {
            do throws(PostedAlert.Refusal) {
                accepted.append(try alert.accepted(at: now, resolveTimeout: timeout))
            } catch {
                outcome.refusals.append(error)
            }
        }
        metrics.taken(posted, refused: outcome.refusals.count, at: now)
        if accepted.isEmpty { return outcome }
        let ticket = await dispatcher.receive(accepted)
        guard waitingForDisk else { return outcome }
        do throws(StateStoreError) { try await ticket.durable() } catch { outcome.failure = error }
        return outcome
    }
}
