import Alerts
import Base
import TimeSeries

/// All silences, and when each alert must be matched against them again.
struct SilenceStore: Sendable {
    /// By identifier.
    private(set) var silences: [String: Silence] = [:]
    /// Grows with every change of matchers, so that cached matches are known to be old.
    private(set) var version: Int32 = 0

    mutating func restore(_ all: [Silence]) {
        for silence in all { silences[silence.id] = silence }
        version &+= 1
    }

    /// Identifiers of the silences whose matchers accept `labels`, whatever their state.
    func matching(_ labels: Labels) -> [String] {
        silences.values.filter { $0.matchers.allMatch(labels) }.map(\.id).sorted()
    }

    /// Those of `ids` that are active.
    func active(_ ids: [String], at now: Timestamp) -> [String] {
        ids.filter { silences[$0]?.state(at: now) == .active }
    }

    /// Creates or changes a silence; one that cannot be changed in place expires and gets a successor.
    /// - Returns: What was stored, the silence that clients go on with last.
    mutating func set(_ draft: Silence, newID: String, at now: Timestamp) throws(Silence.Refusal) -> [Silence] {
        try Self.validate(draft, at: now)
        var stored: [Silence] = []
        var silence = draft
        silence.updatedAt = now
        if draft.id.isEmpty {
            silence.id = newID
        } else {
            guard let old = silences[draft.id] else { throw .notFound(draft.id) }
            if !Self.canReplace(old, by: draft, at: now) {
                if let ended = expired(old, at: now) { stored.append(ended) }
                silence.id = newID
            }
        }
        if silence.id == newID, silence.startsAt < now { silence.startsAt = now }
        stored.append(silence)
        for silence in stored { silences[silence.id] = silence }
        version &+= 1
        return stored
    }

    /// Ends a silence now; a pending one never begins.
    mutating func expire(_ id: String, at now: Timestamp) throws(Silence.Refusal) -> Silence {
        guard let old = silences[id] else { throw .notFound(id) }
        guard let ended = expired(old, at: now) else { throw .alreadyExpired(id) }
        silences[id] = ended
        return ended
    }

    /// Forgets what ended before `time`.
    mutating func removeEnded(before time: Timestamp) -> [String] {
        let old = silences.values.filter { $0.endsAt < time }.map(\.id)
        for id in old { silences[id] = nil }
        if !old.isEmpty { version &+= 1 }
        return old.sorted()
    }

    private func expired(_ silence: Silence, at now: Timestamp) -> Silence? {
        var ended = silence
        switch silence.state(at: now) {
        case .expired: return nil
        case .active: ended.endsAt = now
        case .pending:
            ended.startsAt = now
            ended.endsAt = now
        }
        ended.updatedAt = now
        return ended
    }

    private static func canReplace(_ old: Silence, by new: Silence, at now: Timestamp) -> Bool {
        guard old.matchers == new.matchers else { return false }
        switch old.state(at: now) {
        // Starts are compared by whole seconds, as in Alertmanager.
        case .active: return second(of: new.startsAt) == second(of: old.startsAt) && new.endsAt >= now
        case .pending: return new.startsAt >= now
        case .expired: return false
        }
    }

    private static func second(of time: Timestamp) -> Int64 {
        let (seconds, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 1000)
        return rest < 0 ? seconds - 1 : seconds
    }

    private static func validate(_ silence: Silence, at now: Timestamp) throws(Silence.Refusal) {
        if silence.endsAt <= silence.startsAt { throw .endsBeforeStart }
        if silence.endsAt < now { throw .endsInThePast }
        if silence.matchers.isEmpty { throw .noMatchers }
        // As in Alertmanager, a negative matcher is condition enough although it accepts an absent label.
        let isPositive = { (matcher: AlertMatcher) in matcher.operation == .equal || matcher.operation == .matches }
        if silence.matchers.allSatisfy({ isPositive($0) && $0.matchesEmpty }) { throw .matchesEverything }
    }
}
