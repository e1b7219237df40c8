import Alerts
import Base
import TimeSeries

/// Knows the sources of every inhibition rule by the labels in which targets must agree.
struct Inhibitor: Sendable {
    private struct Entry: Sendable {
        let rule: InhibitRule
        let equal: LabelNames
        var sources: [Labels: Set<Fingerprint>] = [:]
    }
    private var entries: [Entry]

    init(_ rules: [InhibitRule]) {
        entries = rules.map { Entry(rule: $0, equal: LabelNames($0.equal)) }
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Notes a new alert.
    mutating func add(_ alert: Alert) {
        for index in entries.indices where entries[index].rule.sourceMatchers.allMatch(alert.labels) {
            entries[index].sources[alert.labels.keeping(entries[index].equal), default: []].insert(alert.fingerprint)
        }
    }

    /// Forgets an alert.
    mutating func remove(_ alert: Alert) {
        for index in entries.indices {
            let key = alert.labels.keeping(entries[index].equal)
            guard entries[index].sources[key]?.remove(alert.fingerprint) != nil else { continue }
            if entries[index].sources[key]?.isEmpty == true { entries[index].sources[key] = nil }
        }
    }

    /// The alerts that keep one with these labels from being sent; one a rule.
    func inhibitors(of labels: Labels, among alert: (Fingerprint) -> Alert?, at now: Timestamp) -> [Fingerprint] {
        var found: [Fingerprint] = []
        for entry in entries where entry.rule.targetMatchers.allMatch(labels) {
            guard let sources = entry.sources[labels.keeping(entry.equal)] else { continue }
            let isSourceItself = entry.rule.sourceMatchers.allMatch(labels)
            let inhibitor = sources.sorted().first { fingerprint in
                guard let source = alert(fingerprint), !source.isResolved(at: now) else { return false }
                return !(isSourceItself && entry.rule.targetMatchers.allMatch(source.labels))
            }
            if let inhibitor { found.append(inhibitor) }
        }
        return found
    }
}
