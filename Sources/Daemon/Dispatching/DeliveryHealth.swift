import Alerts
import Base
internal import Synchronization

/// Which integrations could not be told the last time.
final class DeliveryHealth: Sendable {
    private let reasons = Mutex<[IntegrationID: String]>([:])

    /// Notes what came of an attempt.
    func note(_ integration: IntegrationID, _ result: DeliveryResult) {
        reasons.withLock { reasons in
            switch result {
            case .delivered: reasons[integration] = nil
            case .temporary(let failure), .permanent(let failure): reasons[integration] = failure.text
            }
        }
    }

    /// Forgets what may be mended, or no longer there, by another configuration.
    func reset() { reasons.withLock { $0 = [:] } }

    /// Integrations whose last attempt failed, and why.
    var failing: [(IntegrationID, String)] {
        reasons.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }
}
