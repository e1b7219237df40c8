import Base
import TimeSeries

/// Customer C: an API product on FastAPI with PostgreSQL and Redis.
///
/// Trouble: checkout waits for connections of the database pool.
struct APIProduct: SimulatedService {
    let name = "api"
    let incident = "checkout waits for a database pool that is used up"
    let incidentTime: Range<Duration> = .seconds(240)..<Duration.seconds(840)

    private var exposed = Exposition(target: ["job": "api", "instance": "api:8000"], seed: 31)

    var samples: [(labels: Labels, value: Double)] { exposed.samples }

    mutating func live(for elapsed: Duration, until time: Timestamp, inTrouble: Bool) {
        let seconds = elapsed.seconds
        exposed.gauge("up", 1)
        for (handler, rate) in [("/checkout", 12.0), ("/search", 60), ("/login", 8)] {
            let troubled = inTrouble && handler == "/checkout"
            let total = exposed.around(rate) * seconds
            let failed = troubled ? total * 0.12 : total * 0.0005
            let labels = ["handler": handler, "method": handler == "/search" ? "GET" : "POST"]
            exposed.count("http_requests_total", labels.merging(["status": "200"]) { $1 }, adding: total - failed)
            exposed.count("http_requests_total", labels.merging(["status": "503"]) { $1 }, adding: failed)
            exposed.observe(
                "http_request_duration_seconds", labels, count: total, median: troubled ? 1.6 : 0.06,
                bounds: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5])
        }
        exposed.gauge(
            "db_pool_connections", ["state": "in_use"], inTrouble ? 20 : exposed.around(7, spread: 0.3).rounded())
        exposed.gauge("db_pool_connections_max", 20)
        exposed.count("db_query_errors_total", adding: inTrouble ? exposed.around(2) * seconds : 0)
        exposed.gauge("redis_memory_used_bytes", exposed.around(2e8))
        exposed.gauge("redis_memory_max_bytes", 1e9)
        exposed.count("business_orders_total", adding: exposed.around(inTrouble ? 4 : 11) * seconds)
        exposed.count("auth_failures_total", adding: exposed.around(0.05) * seconds)
    }
}
