import Alerts
import Base
import TimeSeries

/// The queue of one entry of `alertmanagers`: what is posted when, posted again, or given up.
///
/// One request is under way at a time. Newer news of an alert take the place of older ones that still wait, so an
/// Alertmanager that was away is told the present, not the past. News that would be wrong by now are dropped: a firing
/// alert whose end has passed would be taken as resolved.
public struct AlertForwardingCore: ForwardingCore {
    /// Bounds of a queue.
    public struct Limits: Sendable, Hashable {
        /// Alerts that wait at most; the oldest go first.
        public var capacity = 10_000
        /// Alerts of one request.
        public var batch = 256
        /// How long the end of an alert is worth telling.
        public var resolvedAge: Duration = .seconds(15 * 60)

        /// The defaults.
        public init() {}
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
    private var pause = RetryPause(shortest: .milliseconds(250))

    /// An empty queue.
    public init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Alerts that wait, those under way not included.
    public var waiting: Int { order.count }
    /// Whether nothing waits and nothing is under way.
    public var isIdle: Bool { order.isEmpty && underWay.isEmpty }

    /// When the first alert that waits came.
    public var oldest: Timestamp? {
        underWay.first?.entry.since ?? order.first.flatMap { entries[$0]?.since }
    }

    /// When to call with `tick`; nil while there is nothing to wait for but an answer or alerts.
    public var nextDeadline: Timestamp? { underWay.isEmpty && !order.isEmpty ? pause.end : nil }

    /// Takes an event.
    public mutating func apply(
        _ event: ForwardingEvent<PostedAlert>, at now: Timestamp
    ) -> [ForwardingEffect<PostedAlert>] {
        var effects: [ForwardingEffect<PostedAlert>] = []
        switch event {
        case .items(let alerts): take(alerts, at: now, &effects)
        case .answer(let answer): note(answer, at: now, &effects)
        case .tick, .hurry: break
        }
        proceed(at: now, &effects)
        return effects
    }

    private mutating func take(
        _ alerts: [PostedAlert], at now: Timestamp, _ effects: inout [ForwardingEffect<PostedAlert>]
    ) {
        for alert in alerts {
            let key = Key(labels: alert.labels, startsAt: alert.startsAt)
            let isFiring = alert.endsAt.map { $0 > now } ?? true
            if entries.updateValue(Entry(alert: alert, isFiring: isFiring, since: now), forKey: key) == nil {
                order.append(key)
            }
        }
        shrink(&effects)
    }

    private mutating func shrink(_ effects: inout [ForwardingEffect<PostedAlert>]) {
        let excess = order.count - limits.capacity
        guard excess > 0 else { return }
        let gone = order[..<excess].compactMap { entries.removeValue(forKey: $0)?.alert }
        order.removeSubrange(..<excess)
        effects.append(.dropped(gone, .queueFull))
    }

    private mutating func note(
        _ answer: ForwardingAnswer, at now: Timestamp, _ effects: inout [ForwardingEffect<PostedAlert>]
    ) {
        guard !underWay.isEmpty else { return }
        let batch = underWay
        underWay = []
        let alerts = batch.map(\.entry.alert)
        switch answer {
        case .taken:
            effects.append(.taken(alerts))
            pause.reset()
        case .permanent:
            effects.append(.refused(alerts))
            pause.reset()
        case .temporary(let retryAfter):
            effects.append(.retried(alerts))
            pause.failed(at: now, retryAfter: retryAfter)
            let again = batch.filter { entries[$0.key] == nil }
            for (key, entry) in again { entries[key] = entry }
            order.insert(contentsOf: again.map(\.key), at: 0)
            shrink(&effects)
        }
    }

    private mutating func proceed(at now: Timestamp, _ effects: inout [ForwardingEffect<PostedAlert>]) {
        guard underWay.isEmpty, !order.isEmpty, !pause.lasts(at: now) else { return }
        var taken = 0
        var outdated: [PostedAlert] = []
        while taken < order.count, underWay.count < limits.batch {
            let key = order[taken]
            taken += 1
            guard let entry = entries.removeValue(forKey: key) else { continue }
            if isTrue(entry, at: now) { underWay.append((key, entry)) } else { outdated.append(entry.alert) }
        }
        order.removeSubrange(..<taken)
        if !outdated.isEmpty { effects.append(.dropped(outdated, .tooOld)) }
        if !underWay.isEmpty { effects.append(.send(underWay.map(\.entry.alert))) }
    }

    private func isTrue(_ entry: Entry, at now: Timestamp) -> Bool {
        entry.isFiring ? entry.alert.endsAt.map { $0 > now } ?? true : now - entry.since <= limits.resolvedAge
    }
}
