import Base

/// One attempt to deliver one notification through one integration.
public struct NotificationJob: Hashable, Sendable {
    /// What the result refers to; never used again by the same core of this process.
    public var id: UInt64
    /// Which way to take.
    public var integration: IntegrationID
    /// What to say; resolved alerts are already cut out where the integration does not want them.
    public var notification: Notification
    /// Counted from 1 within a flush or step.
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
