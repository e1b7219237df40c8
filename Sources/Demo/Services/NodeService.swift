import Base
import TimeSeries

/// Customer D: a TypeScript node with two cache levels, a database pool and circuit breakers.
///
/// Trouble: the circuit to the ledger opens and the event loop lags.
struct NodeService: SimulatedService {
    let name = "node0"
    let incident = "the circuit to the ledger opens, requests pile up"
    let incidentTime: Range<Duration> = .seconds(300)..<Duration.seconds(900)

    private var exposed = Exposition(target: ["job": "bizra-node", "instance": "node0:3000"], seed: 41)

    var samples: [(labels: Labels, value: Double)] { exposed.samples }

    mutating func live(for elapsed: Duration, until time: Timestamp, inTrouble: Bool) {
        let seconds = elapsed.seconds
        exposed.gauge("up", 1)
        exposed.count("node_requests_total", adding: exposed.around(90) * seconds)
        exposed.observe(
            "node_request_duration_seconds", count: exposed.around(90) * seconds, median: inTrouble ? 0.4 : 0.03,
            bounds: [0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5])
        for (level, hits, misses) in [("l1", 80.0, 10.0), ("l2", 8, 2)] {
            exposed.count("cache_hits_total", ["level": level], adding: exposed.around(hits) * seconds)
            exposed.count("cache_misses_total", ["level": level], adding: exposed.around(misses) * seconds)
            exposed.count("cache_evictions_total", ["level": level], adding: exposed.around(0.2) * seconds)
        }
        exposed.gauge(
            "pool_connections", ["state": "active"], inTrouble ? 48 : exposed.around(14, spread: 0.3).rounded())
        exposed.gauge("pool_connections", ["state": "idle"], inTrouble ? 2 : 36)
        exposed.gauge("pool_queue_length", inTrouble ? exposed.around(60).rounded() : 0)
        // 0 closed, 1 half-open, 2 open.
        for breaker in ["ledger", "identity"] {
            let open = inTrouble && breaker == "ledger"
            exposed.gauge("circuit_breaker_state", ["breaker": breaker], open ? 2 : 0)
            exposed.gauge(
                "circuit_breaker_failure_ratio", ["breaker": breaker],
                open ? exposed.around(0.7) : exposed.around(0.004))
        }
        exposed.gauge("nodejs_eventloop_lag_seconds", inTrouble ? exposed.around(0.35) : exposed.around(0.004))
        exposed.gauge("process_resident_memory_bytes", exposed.around(3e8))
    }
}

extension Exposition {
    mutating func count(_ name: String, adding amount: Double) { count(name, [:], adding: amount) }
    mutating func observe(_ name: String, count: Double, median: Double, bounds: [Double]) {
        observe(name, [:], count: count, median: median, bounds: bounds)
    }
}
