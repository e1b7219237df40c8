/// A queue to one other program, as a value: what is sent when, sent again, or given up.
///
/// The shell around it sends, one request at a time, and tells how that ended.
public protocol ForwardingCore: Sendable {
    /// What waits in the queue.
    associatedtype Item: Sendable

    /// How much has not arrived yet, for people: samples, alerts.
    var waiting: Int { get }
    /// Whether nothing waits and nothing is under way.
    var isIdle: Bool { get }
    /// Since when the oldest thing waits; nil when nothing does.
    var oldest: Timestamp? { get }
    /// When to call with ``ForwardingEvent/tick``; nil while there is nothing to wait for but an answer or items.
    var nextDeadline: Timestamp? { get }

    /// Takes an event.
    mutating func apply(_ event: ForwardingEvent<Item>, at now: Timestamp) -> [ForwardingEffect<Item>]
}

/// What happens to a queue.
public enum ForwardingEvent<Item: Sendable>: Sendable {
    /// New items, in order.
    case items([Item])
    /// The request under way ended.
    case answer(ForwardingAnswer)
    /// The deadline has come.
    case tick
    /// What waits leaves without waiting for company, as at the end of the process.
    case hurry
}

/// How a request ended.
public enum ForwardingAnswer: Sendable, Hashable {
    case taken
    /// It may work later, not before `retryAfter` when the other side said so.
    case temporary(retryAfter: Duration?)
    /// The other side will never take these items.
    case permanent
}

/// What is to be done or counted.
public enum ForwardingEffect<Item: Sendable>: Sendable {
    /// Send these; the end is told by ``ForwardingEvent/answer(_:)``.
    case send([Item])
    /// These arrived.
    case taken([Item])
    /// These failed and are sent again.
    case retried([Item])
    /// These were refused for good.
    case refused([Item])
    /// These were given up before they were sent.
    case dropped([Item], ForwardingLoss)
}

/// Why something is given up.
public enum ForwardingLoss: String, Sendable, Hashable {
    /// More waits than may.
    case queueFull = "queue_full"
    /// It has waited for too long, or is no longer true.
    case tooOld = "too_old"
}
