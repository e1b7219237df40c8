import Alerts
import Base
import TimeSeries

/// The queue of one entry of `alertmanagers`: what is posted when, posted again, or given up.
///
/// One request is under way at a time. Newer news of an alert take the place of older ones that still wait, so an
/// Alertmanager that was away is told the present, not the past. News that would be wrong by now are dropped: a firing
/// alert whose end has passed would be taken as resolved.
public struct AlertForwardingCore: Sendable {
    /// Bounds of a queue.
    public struct Limits: Sendable, Hashable {
        /// Alerts that wait at most; the oldest go first.
        public var capacity = 10_000
        /// Alerts of one request.
        public var batch = 256
        /// The pause after the first failure.
        public var shortestPause: Duration = .milliseconds(250)
        /// The longest pause of our own choice.
        public var longestPause: Duration = .seconds(10)
        /// The longest pause that an Alertmanager can ask for.
        public var longestRetryAfter: Duration = .seconds(300)
        /// How long the end of an alert is worth telling.
        public var resolvedAge: Duration = .seconds(15 * 60)

        /// The defaults.
        public init() {}
    }

    /// What happens to a queue.
    public enum Event: Sendable {
        /// News of alerts, in order.
        case alerts([PostedAlert])
        /// The request under way ended.
        case answer(Answer)
        /// The deadline has come.
        case tick
    }

    /// How a request ended.
    public enum Answer: Sendable, Hashable {
        case taken
        /// It may work later, not before `retryAfter` when the Alertmanager said so.
        case temporary(retryAfter: Duration?)
        /// These alerts will never be taken.
        case permanent
    }

    /// What is to be done or counted.
    public enum Effect: Sendable, Equatable {
        /// Post these; the end is told by ``Event/answer(_:)``.
        case post([PostedAlert])
        /// So many alerts were taken.
        case taken(Int)
        /// A request with so many alerts failed; temporary failures are tried again.
        case failed(Int)
        /// So many alerts were dropped: the queue was full, they were refused, or no longer true.
        case dropped(Int)
    }

    private struct Key: Hashable {
        var labels: Labels
        var startsAt: Timestamp?
    }

    private struct Entry {
        var alert: PostedAlert
        var isFiring: Bool
        var since: Timestamp
    }

    private let limits: Limits
    private var order: [Key] = []
    private var entries: [Key: Entry] = [:]
    private var underWay: [(key: Key, entry: Entry)] = []
    private var pause = Duration.zero
    private var wait: (until: Timestamp, length: Duration)?

    /// An empty queue.
    public init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Alerts that wait, those under way not included.
    public var waiting: Int { order.count }
    /// Whether nothing waits and nothing is under way.
    public var isIdle: Bool { order.isEmpty && underWay.isEmpty }

    /// When to call with ``Event/tick``; nil while there is nothing to wait for but an answer or alerts.
    public var nextDeadline: Timestamp? { underWay.isEmpty && !order.isEmpty ? wait?.until : nil }

    /// Takes an event.
    public mutating func apply(_ event: Event, at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .alerts(let alerts): take(alerts, at: now, &effects)
        case .answer(let answer): note(answer, at: now, &effects)
        case .tick: break
        }
        proceed(at: now, &effects)
        return effects
    }

    private mutating func take(_ alerts: [PostedAlert], at now: Timestamp, _ effects: inout [Effect]) {
        for alert in alerts {
            let key = Key(labels: alert.labels, startsAt: alert.startsAt)
            let isFiring = alert.endsAt.map { $0 > now } ?? true
            if entries.updateValue(Entry(alert: alert, isFiring: isFiring, since: now), forKey: key) == nil {
                order.append(key)
            }
        }
        shrink(&effects)
    }

    private mutating func shrink(_ effects: inout [Effect]) {
        let excess = order.count - limits.capacity
        guard excess > 0 else { return }
        for key in order[..<excess] { entries[key] = nil }
        order.removeSubrange(..<excess)
        effects.append(.dropped(excess))
    }

    private mutating func note(_ answer: Answer, at now: Timestamp, _ effects: inout [Effect]) {
        guard !underWay.isEmpty else { return }
        let batch = underWay
        underWay = []
        switch answer {
        case .taken:
            effects.append(.taken(batch.count))
            pause = .zero
            wait = nil
        case .permanent:
            effects += [.failed(batch.count), .dropped(batch.count)]
            pause = .zero
            wait = nil
        case .temporary(let retryAfter):
            effects.append(.failed(batch.count))
            pause = min(max(pause * 2, limits.shortestPause), limits.longestPause)
            let length = retryAfter.map { min(max($0, limits.shortestPause), limits.longestRetryAfter) } ?? pause
            wait = (now + length, length)
            let again = batch.filter { entries[$0.key] == nil }
            for (key, entry) in again { entries[key] = entry }
            order.insert(contentsOf: again.map(\.key), at: 0)
            shrink(&effects)
        }
    }

    private mutating func proceed(at now: Timestamp, _ effects: inout [Effect]) {
        guard underWay.isEmpty, !order.isEmpty else { return }
        // A clock that was set back must not stretch the pause.
        if let wait, now < wait.until, wait.until - now <= wait.length { return }
        wait = nil
        var taken = 0
        var outdated = 0
        while taken < order.count, underWay.count < limits.batch {
            let key = order[taken]
            taken += 1
            guard let entry = entries.removeValue(forKey: key) else { continue }
            if isTrue(entry, at: now) { underWay.append((key, entry)) } else { outdated += 1 }
        }
        order.removeSubrange(..<taken)
        if outdated > 0 { effects.append(.dropped(outdated)) }
        if !underWay.isEmpty { effects.append(.post(underWay.map(\.entry.alert))) }
    }

    private func isTrue(_ entry: Entry, at now: Timestamp) -> Bool {
        entry.isFiring ? entry.alert.endsAt.map { $0 > now } ?? true : now - entry.since <= limits.resolvedAge
    }
}
