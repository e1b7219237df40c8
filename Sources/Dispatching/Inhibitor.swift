import Alerts
import Base
import TimeSeries

/// Knows the sources of every inhibition rule by the labels in which targets must agree.
struct Inhibitor: Sendable {
    private struct Entry: Sendable {
        let rule: InhibitRule
        let equal: LabelNames
        var sources: [Labels: Sources] = [:]
    }

    /// Alerts that agree in the labels of `equal`.
    private struct Sources: Sendable {
        var members: Set<Fingerprint> = []
        /// The one that ends last: the first to be asked, and to be named.
        var latest: (fingerprint: Fingerprint, endsAt: Timestamp)?

        mutating func insert(_ alert: Alert) {
            members.insert(alert.fingerprint)
            if let latest, latest.fingerprint != alert.fingerprint, latest.endsAt > alert.endsAt { return }
            latest = (alert.fingerprint, alert.endsAt)
        }

        mutating func remove(_ fingerprint: Fingerprint) {
            members.remove(fingerprint)
            if latest?.fingerprint == fingerprint { latest = nil }
        }

        func first(where test: (Fingerprint) -> Bool) -> Fingerprint? {
            if let latest, test(latest.fingerprint) { return latest.fingerprint }
            return members.lazy.filter(test).min()
        }
    }
    private var entries: [Entry]

    init(_ rules: [InhibitRule]) {
        entries = rules.map { Entry(rule: $0, equal: LabelNames($0.equal)) }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Notes an alert that is new or goes on.
    mutating func add(_ alert: Alert) {
        for index in entries.indices where entries[index].rule.sourceMatchers.allMatch(alert.labels) {
            entries[index].sources[alert.labels.keeping(entries[index].equal), default: Sources()].insert(alert)
        }
    }

    /// Forgets an alert.
    mutating func remove(_ alert: Alert) {
        for index in entries.indices {
            let key = alert.labels.keeping(entries[index].equal)
            entries[index].sources[key]?.remove(alert.fingerprint)
            if entries[index].sources[key]?.members.isEmpty == true { entries[index].sources[key] = nil }
        }
    }

    /// The alert that keeps one with these labels from being sent, by the first rule that has one; none or one.
    func inhibitors(of labels: Labels, among alert: (Fingerprint) -> Alert?, at now: Timestamp) -> [Fingerprint] {
        for entry in entries where entry.rule.targetMatchers.allMatch(labels) {
            guard let sources = entry.sources[labels.keeping(entry.equal)] else { continue }
            let isSourceItself = entry.rule.sourceMatchers.allMatch(labels)
            let inhibitor = sources.first { fingerprint in
                guard let source = alert(fingerprint), !source.isResolved(at: now) else { return false }
                return !(isSourceItself && entry.rule.targetMatchers.allMatch(source.labels))
            }
            if let inhibitor { return [inhibitor] }
        }
        return []
    }
}
