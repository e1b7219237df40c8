import Alerts
import Base
import Dispatching

/// One line of the event record.
enum RecordedEvent: Sendable {
    /// The daemon has started.
    case started(version: String)
    /// The daemon ends in order.
    case stopping
    /// The dispatcher did something.
    case dispatched(DispatchOccurrence)
}
