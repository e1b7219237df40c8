import Base
import TimeSeries

/// Customer B: a memory system with a classifier, a cache and SQLite.
///
/// Trouble: somebody guesses passwords, and the cache empties.
struct MemorySystem: SimulatedService {
    let name = "memmimic"
    let incident = "a password guesser at the door, and a cache that forgets"
    let incidentTime: Range<Duration> = .seconds(180)..<Duration.seconds(780)

    private var exposed = Exposition(target: ["job": "memmimic", "instance": "memmimic:9400"], seed: 21)

    var samples: [(labels: Labels, value: Double)] { exposed.samples }

    mutating func live(for elapsed: Duration, until time: Timestamp, inTrouble: Bool) {
        let seconds = elapsed.seconds
        exposed.gauge("up", 1)
        for operation in ["store", "retrieve", "search"] {
            exposed.count(
                "memmimic_memory_operations_total", ["operation": operation, "status": "ok"],
                adding: exposed.around(20) * seconds)
            exposed.observe(
                "memmimic_memory_operation_duration_seconds", ["operation": operation],
                count: exposed.around(20) * seconds, median: 0.012, bounds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1])
        }
        exposed.gauge("memmimic_classifier_accuracy_ratio", exposed.around(0.93, spread: 0.01))
        exposed.count(
            "memmimic_cache_requests_total", ["result": "hit"], adding: exposed.around(inTrouble ? 12 : 45) * seconds)
        exposed.count(
            "memmimic_cache_requests_total", ["result": "miss"], adding: exposed.around(inTrouble ? 38 : 5) * seconds)
        exposed.count("memmimic_quality_gate_total", ["verdict": "pass"], adding: exposed.around(9) * seconds)
        exposed.count("memmimic_quality_gate_total", ["verdict": "reject"], adding: exposed.around(0.5) * seconds)
        for check in ["database", "cache", "memory_system", "classifier", "resources"] {
            exposed.gauge("memmimic_health_check_status", ["check": check], inTrouble && check == "cache" ? 2 : 0)
        }
        exposed.gauge(
            "memmimic_health_score", inTrouble ? exposed.around(0.62, spread: 0.03) : exposed.around(0.96, spread: 0.02)
        )
        exposed.count(
            "memmimic_security_events_total", ["kind": "brute_force"],
            adding: inTrouble ? exposed.around(3) * seconds : 0)
        for kind in ["sql_injection", "privilege_escalation", "data_exfiltration"] {
            exposed.count("memmimic_security_events_total", ["kind": kind], adding: 0)
        }
    }
}
