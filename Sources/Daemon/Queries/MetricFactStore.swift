internal import Synchronization
import Web

/// What senders of remote write told of their metrics.
final class MetricFactStore: Sendable {
    /// Metrics that are remembered; of further ones nothing is kept.
    static let maximum = 100_000
    /// Different facts of one metric that are remembered.
    static let each = 16

    private let known = Mutex<[String: [MetricFacts]]>([:])

    /// Remembers facts.
    func note(_ facts: [(metric: String, facts: MetricFacts)]) {
        if facts.isEmpty { return }
        known.withLock { known in
            for one in facts {
                var all = known[one.metric] ?? []
                if all.contains(one.facts) || all.count >= Self.each { continue }
                if all.isEmpty, known.count >= Self.maximum { continue }
                all.append(one.facts)
                known[one.metric] = all
            }
        }
    }

    /// All that is known, by name; of one metric only when `metric` is not empty.
    func all(metric: String) -> [(name: String, facts: [MetricFacts])] {
        known.withLock { known in
            if !metric.isEmpty { return known[metric].map { [(metric, $0)] } ?? [] }
            return known.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
    }
}
