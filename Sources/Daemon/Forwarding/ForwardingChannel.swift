import Base

/// What is special about one kind of target: what enters its queue, how a request is made, what is counted.
protocol ForwardingChannel: Sendable {
    /// The queue.
    associatedtype Core: ForwardingCore
    /// What the daemon hands over.
    associatedtype Input: Sendable

    /// The kind of target, for the log: "remote write".
    static var kind: String { get }
    /// The target's host.
    var host: String { get }
    /// A queue, with what an earlier process left in it.
    func queue(at now: Timestamp) -> Core
    /// Takes over the settings of `newer`, the same target after a reload.
    mutating func adopt(_ newer: Self, _ core: inout Core)
    /// What of `input` enters the queue.
    /// - Parameter isFailing: Whether the target does not take what is there already.
    mutating func items(of input: [Input], at now: Timestamp, isFailing: Bool) -> [Core.Item]
    /// Makes one request; nil when it was taken.
    func send(_ items: [Core.Item]) async -> ForwardingFailure?
    /// Notes what a request took.
    func noteDuration(_ duration: Duration)
    /// Counts an effect, and gives up what is kept of items that are done with.
    func note(_ effect: ForwardingEffect<Core.Item>)
    /// Shows what waits.
    func show(_ core: Core)
    /// The target is no longer there, or the process ends.
    /// - Parameter isGone: Whether it is no longer configured.
    /// - Returns: what is to be said of what still waits; nil for nothing.
    func end(_ core: Core, isGone: Bool) -> String?
}

/// Why a request was not taken.
struct ForwardingFailure: Error, Sendable {
    /// Whether the same items may be taken later.
    var isTemporary: Bool
    /// How long the other side asked to wait.
    var retryAfter: Duration?
    /// One sentence; names the host only.
    var reason: String
}

/// How a target fares.
struct ForwardingStatus: Sendable {
    /// The kind of target.
    var kind: String
    /// Its host.
    var host: String
    /// Since when it takes nothing, and why; nil while it does.
    var failure: (since: Timestamp, reason: String)?
    /// When the oldest thing that waits came.
    var oldest: Timestamp?
    /// How much waits.
    var waiting: Int
}
