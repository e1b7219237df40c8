import Alerts
import Base
import TimeSeries

/// Knows for every inhibition rule the source alert that stands for all sources which agree in the labels of `equal`.
///
/// As in Alertmanager only one stands for them: the one that is to end last, the newer one among equals. When that one is
/// told to have ended, targets are sent until another source is told again.
struct Inhibitor: Sendable {
    /// A source alert that stands for those that agree with it.
    private struct Representative: Sendable {
        let fingerprint: Fingerprint
        let endsAt: Timestamp
    }

    /// The sources of one kind, by the labels that must agree.
    private struct Index: Sendable {
        let matchers: [AlertMatcher]
        let equal: LabelNames
        var representatives: [Labels: Representative] = [:]

        mutating func add(_ alert: Alert) {
            guard matchers.allMatch(alert.labels) else { return }
            let key = alert.labels.keeping(equal)
            if let known = representatives[key], known.fingerprint != alert.fingerprint, known.endsAt > alert.endsAt {
                return
            }
            representatives[key] = Representative(fingerprint: alert.fingerprint, endsAt: alert.endsAt)
        }

        mutating func remove(_ alert: Alert) {
            let key = alert.labels.keeping(equal)
            if representatives[key]?.fingerprint == alert.fingerprint { representatives[key] = nil }
        }
    }

    private struct Entry: Sendable {
        let rule: InhibitRule
        var sources: [Index]
    }
    private var entries: [Entry]

    init(_ rules: [InhibitRule]) {
        entries = rules.map { rule in
            Entry(
                rule: rule,
                sources: rule.sources.map { Index(matchers: $0.matchers, equal: LabelNames($0.equal)) })
        }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Notes an alert that is new, goes on or has ended.
    mutating func add(_ alert: Alert) {
        for entry in entries.indices {
            for source in entries[entry].sources.indices { entries[entry].sources[source].add(alert) }
        }
    }

    /// Forgets an alert.
    mutating func remove(_ alert: Alert) {
        for entry in entries.indices {
            for source in entries[entry].sources.indices { entries[entry].sources[source].remove(alert) }
        }
    }

    /// The alerts that keep one with these labels from being sent, by the first rule that has them; one for each of the
    /// rule's sources.
    func inhibitors(
        of labels: Labels, among alert: (Fingerprint) -> Alert?, at now: Timestamp
    ) -> (rule: InhibitRule, sources: [Fingerprint])? {
        for entry in entries where entry.rule.targetMatchers.allMatch(labels) {
            let found = inhibitors(of: labels, by: entry, among: alert, at: now)
            if !found.isEmpty { return (entry.rule, found) }
        }
        return nil
    }

    private func inhibitors(
        of labels: Labels, by entry: Entry, among alert: (Fingerprint) -> Alert?, at now: Timestamp
    ) -> [Fingerprint] {
        var found: [Fingerprint] = []
        for source in entry.sources {
            guard let representative = source.representatives[labels.keeping(source.equal)],
                let inhibitor = alert(representative.fingerprint), !inhibitor.isResolved(at: now)
            else { return [] }
            // Alerts on both sides do not keep each other quiet.
            if source.matchers.allMatch(labels), entry.rule.targetMatchers.allMatch(inhibitor.labels) { return [] }
            if !found.contains(inhibitor.fingerprint) { found.append(inhibitor.fingerprint) }
        }
        return found
    }
}
