import Alerts
import Base

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
    /// Stop an attempt that nobody waits for any more; no result is expected.
    case cancel(job: UInt64)
    /// Tell the incidents.
    case incident(IncidentSignal)
}

/// One attempt to deliver one notification through one integration.
public struct NotificationJob: Hashable, Sendable {
    /// What the result refers to; never used again by this process.
    public var id: UInt64
    /// Which way to take.
    public var integration: IntegrationID
    /// What to say; resolved alerts are already cut out where the integration does not want them.
    public var notification: Notification
    /// Counted from 1 within a flush.
    public var attempt: Int
    /// When the attempt must have ended.
    public var deadline: Timestamp

    /// A job.
    public init(
        id: UInt64, integration: IntegrationID, notification: Notification, attempt: Int, deadline: Timestamp
    ) {
        self.id = id
        self.integration = integration
        self.notification = notification
        self.attempt = attempt
        self.deadline = deadline
    }
}
