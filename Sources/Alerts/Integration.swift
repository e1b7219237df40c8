import Base

/// One configured way of one receiver: the unit that the notification log and delivery results speak of.
public struct IntegrationID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The receiver's name.
    public var receiver: String
    /// The type as in the configuration's key without `_configs`: `webhook`, `slack`, `email`.
    public var type: String
    /// Counted from 0 within the type.
    public var index: Int

    /// The integration `index` of this type.
    public init(receiver: String, type: String, index: Int) {
        self.receiver = receiver
        self.type = type
        self.index = index
    }

    /// `receiver/type[index]`.
    public var description: String { "\(receiver)/\(type)[\(index)]" }

    /// By receiver, type, index.
    public static func < (left: IntegrationID, right: IntegrationID) -> Bool {
        (left.receiver, left.type, left.index) < (right.receiver, right.type, right.index)
    }
}

/// What the dispatcher must know of an integration; all else is the receiver's own business.
public struct IntegrationProfile: Hashable, Sendable {
    /// Which one.
    public var id: IntegrationID
    /// Whether it is told of ends.
    public var sendsResolved: Bool

    /// A profile.
    public init(id: IntegrationID, sendsResolved: Bool) {
        self.id = id
        self.sendsResolved = sendsResolved
    }
}

/// What came of one attempt to deliver a notification; reasons carry no secrets.
public enum DeliveryResult: Hashable, Sendable {
    /// The other side took it.
    case delivered
    /// It may work in a moment: tried again within the same flush.
    case temporary(DeliveryFailure)
    /// It will not work by trying again now: waits for the group's next tick.
    case permanent(DeliveryFailure)

    /// Whether the other side took it.
    public var isDelivered: Bool { self == .delivered }
}

/// How long to wait before the next attempt: half a second, growing by half, at most a minute.
public enum DeliveryBackoff {
    /// The pause behind failed attempt number `attempt`, counted from 1.
    public static func pause(afterAttempt attempt: Int) -> Duration {
        var milliseconds: Int64 = 500
        for _ in 1..<max(1, min(attempt, 20)) { milliseconds = min(milliseconds * 3 / 2, 60_000) }
        return .milliseconds(milliseconds)
    }
}
