import Base

extension Alert {
    /// What is known after `newer` came in for the same labels, at `now`.
    ///
    /// Where the two overlap in time the earliest start stays, and a later end that was said explicitly; where they do
    /// not, `newer` is a new episode. Annotations and generator are always those of the newer one.
    ///
    /// - Source: observed on Alertmanager 0.33.1.
    public func updated(by newer: Alert, at now: Timestamp) -> Alert {
        let endsInside = newer.endsAt > startsAt && newer.endsAt < endsAt
        let startsInside = newer.startsAt > startsAt && newer.startsAt < endsAt
        guard endsInside || startsInside else { return newer }
        let (old, young) = newer.updatedAt < updatedAt ? (newer, self) : (self, newer)
        var merged = young
        merged.startsAt = min(old.startsAt, young.startsAt)
        let oldEndCounts = young.isResolved(at: now) ? old.isResolved(at: now) : !old.isTimeout
        if oldEndCounts, old.endsAt > young.endsAt { merged.endsAt = old.endsAt }
        return merged
    }
}
