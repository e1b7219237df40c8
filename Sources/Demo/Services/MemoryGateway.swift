import Base
import TimeSeries

/// Customer A: a memory service behind Traefik, with MongoDB and a cross-tenant isolation sentinel.
///
/// Trouble: the sentinel reads another tenant's data, and promotes fail.
struct MemoryGateway: SimulatedService {
    let name = "mme"
    let incident = "a promote release leaks across tenants and answers 500"
    let incidentTime: Range<Duration> = .seconds(90)..<Duration.seconds(690)

    private var traefik = Exposition(target: ["job": "traefik", "instance": "traefik:8080"], seed: 11)
    private var mongo = Exposition(target: ["job": "mongodb", "instance": "mongodb-exporter:9216"], seed: 12)
    private var sentinel = Exposition(target: ["job": "mme-sentinel", "instance": "sentinel:9102"], seed: 13)
    private var containers = Exposition(target: ["job": "cadvisor", "instance": "cadvisor:8080"], seed: 14)
    private var lastSentinelRun: Timestamp?

    var samples: [(labels: Labels, value: Double)] {
        traefik.samples + mongo.samples + sentinel.samples + containers.samples
    }

    mutating func live(for elapsed: Duration, until time: Timestamp, inTrouble: Bool) {
        let seconds = elapsed.seconds
        let tagging = "mme-tagging@docker"
        let total = traefik.around(40) * seconds
        let failed = inTrouble ? total * 0.06 : 0
        request(tagging, "POST", "201", total - failed)
        request(tagging, "POST", "500", failed)
        request(tagging, "GET", "200", traefik.around(25) * seconds)
        request(tagging, "POST", "401", seconds / 60)
        request("mme-search@docker", "GET", "200", traefik.around(30) * seconds)
        let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
        for service in [tagging, "mme-search@docker"] {
            let slow = inTrouble && service == tagging
            traefik.observe(
                "traefik_service_request_duration_seconds",
                ["service": service, "code": "200", "method": "POST", "protocol": "http"],
                count: traefik.around(40) * seconds, median: slow ? 0.18 : 0.02, bounds: bounds)
        }
        for job in ["mme-tagging", "mme-search"] {
            traefik.gauge("up", ["job": job, "instance": "\(job):8000"], 1)
        }
        mongo.gauge("mongodb_ss_connections", ["conn_type": "current"], mongo.around(180).rounded())
        mongo.gauge("mongodb_ss_connections", ["conn_type": "available"], mongo.around(820, spread: 0.02).rounded())
        mongo.gauge("mongodb_connections_current", mongo.around(180).rounded())
        mongo.gauge("mongodb_connections_available", mongo.around(820, spread: 0.02).rounded())
        if lastSentinelRun.map({ time - $0 >= .seconds(300) }) ?? true || inTrouble {
            lastSentinelRun = time
            sentinel.gauge("mme_isolation_sentinel_last_run_timestamp_seconds", [:], time.seconds)
        }
        sentinel.gauge("mme_isolation_sentinel", inTrouble ? 0 : 1)
        for container in ["mme-tagging", "mongodb"] {
            let labels = ["name": container, "id": "/docker/\(container)"]
            containers.gauge("container_memory_usage_bytes", labels, containers.around(4e8))
            containers.gauge("container_spec_memory_limit_bytes", labels, container == "mongodb" ? 0 : 1e9)
        }
    }

    private mutating func request(_ service: String, _ method: String, _ code: String, _ count: Double) {
        traefik.count(
            "traefik_service_requests_total",
            ["service": service, "method": method, "code": code, "protocol": "http"], adding: count)
    }
}

extension Exposition {
    mutating func gauge(_ name: String, _ value: Double) { gauge(name, [:], value) }
}
