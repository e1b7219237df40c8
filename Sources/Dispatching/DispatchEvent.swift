import Alerts

/// What happens to the dispatcher.
public enum DispatchEvent: Sendable {
    /// Alerts came in, times filled in (see `PostedAlert.accepted(at:resolveTimeout:)`).
    case alerts([Alert])
    /// Time passed.
    case tick
    /// An attempt to deliver ended.
    case result(job: UInt64, DeliveryResult)
    /// Another configuration is in force.
    case reload(DispatchConfiguration)
}

/// What the dispatcher wants done, in this order: a ``persist(_:)`` before an effect that relies on it.
public enum DispatchEffect: Sendable {
    /// Make it durable.
    case persist(DispatchRecord)
    /// Make one attempt to deliver and report ``DispatchEvent/result(job:_:)``.
    case notify(NotificationJob)
    /// Count that an integration was not told within a flush, and why its last attempt failed.
    case gaveUp(IntegrationID, DeliveryFailure.Reason)
    /// Stop an attempt that nobody waits for any more; no result is expected.
    case cancel(job: UInt64)
    /// Write it down for who follows events; only where the configuration asks for it.
    case record(DispatchOccurrence)
    /// Tell the incidents.
    case incident(IncidentSignal)
}
