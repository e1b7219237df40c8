/// Changes that wait to be written, in order; a later change of a key replaces the earlier one.
struct StateBacklog: Sendable {
    private var slots: [StateChange?] = []
    private var places: [StateChange.Identity: Int] = [:]
    /// Changes of history kept at most while the disk fails; state itself is bounded by what is alive.
    static let historyBound = 50_000
    private var history = 0

    var isEmpty: Bool { places.isEmpty && slots.allSatisfy { $0 == nil } }
    var changes: [StateChange] { slots.compactMap(\.self) }

    mutating func add(_ change: StateChange) {
        if change.isPrefix {
            remove { $0.table == change.table && $0.key.starts(with: change.key) }
        } else if let place = places[change.identity] {
            slots[place] = nil
        }
        if change.table == HistoryRecord.table {
            guard history < Self.historyBound else { return }
            history += 1
        }
        if !change.isPrefix { places[change.identity] = slots.count }
        slots.append(change)
        if slots.count > 1024, slots.count > 4 * places.count { compact() }
    }

    /// Drops the changes that `isGone` accepts.
    mutating func remove(where isGone: (StateChange) -> Bool) {
        for (place, change) in slots.enumerated() {
            guard let change, isGone(change) else { continue }
            slots[place] = nil
            if !change.isPrefix { places[change.identity] = nil }
        }
    }

    /// Drops what a change written now makes out of date.
    mutating func supersede(by change: StateChange) {
        if change.isPrefix {
            remove { $0.table == change.table && $0.key.starts(with: change.key) }
        } else if let place = places.removeValue(forKey: change.identity) {
            slots[place] = nil
        }
    }

    private mutating func compact() {
        slots = slots.filter { $0 != nil }
        places = [:]
        for (place, change) in slots.enumerated() {
            if let change, !change.isPrefix { places[change.identity] = place }
        }
    }
}
