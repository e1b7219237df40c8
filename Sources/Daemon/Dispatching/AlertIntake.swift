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
    /// - Parameter overHTTP: They came over HTTP: they are counted there, and the sender waits until they are durable.
    func take(_ posted: [PostedAlert], overHTTP: Bool) async -> Outcome {
        var outcome = Outcome()
        var accepted: [Alert] = []
        accepted.reserveCapacity(posted.count)
        let now = clock.now()
        let timeout = await dispatcher.resolveTimeout
        for alert in posted {
            do throws(PostedAlert.Refusal) {
                accepted.append(try alert.accepted(at: now, resolveTimeout: timeout))
            } catch {
                outcome.refusals.append(error)
            }
        }
        if !overHTTP { metrics.taken(posted, refused: outcome.refusals.count, at: now) }
        if accepted.isEmpty { return outcome }
        let ticket = await dispatcher.receive(accepted)
        guard overHTTP else { return outcome }
        do throws(StateStoreError) { try await ticket.durable() } catch { outcome.failure = error }
        return outcome
    }
}
