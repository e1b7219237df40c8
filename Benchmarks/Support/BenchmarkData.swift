import TimeSeries

/// Series of twenty services on many hosts, shaped like those that rules look at.
public struct BenchmarkData: Sendable {
    /// Unix seconds of the first sample, at most 15 s before it.
    public let start: Int64
    /// The series of each metric.
    public private(set) var byName: [String: [Series]] = [:]
    /// How many series there are.
    public private(set) var count = 0
    private let samples: Int
    private var state: UInt64 = 42

    /// About `series` series over `hours` hours, a sample each 15 s.
    public init(series wanted: Int, hours: Int, start: Int64 = 1_700_000_000) {
        self.start = start
        samples = hours * 240
        let hosts = max(1, wanted / 40)
        for host in 0..<hosts {
            let base = [("instance", "host-\(host)"), ("service", "service-\(host % 20)"), ("job", "app")]
            for code in ["200", "201", "204", "301", "400", "404", "500", "503"] {
                counter("http_requests_total", base + [("code", code)], perSample: code == "200" ? 50 : 2)
            }
            for bound in ["0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"] {
                counter("http_request_duration_seconds_bucket", base + [("le", bound)], perSample: 40)
            }
            for mode in ["idle", "user", "system", "iowait", "nice", "irq", "softirq", "steal"] {
                counter("node_cpu_seconds_total", base + [("mode", mode)], perSample: 4)
            }
            for mount in ["/", "/var"] {
                gauge("node_filesystem_avail_bytes", base + [("mount", mount)], around: 5e9)
                gauge("node_filesystem_size_bytes", base + [("mount", mount)], around: 2e10)
            }
            gauge("up", base, around: 1)
            gauge("build_info", base + [("version", "1.\(host % 7)")], around: 1)
            gauge("process_resident_memory_bytes", base, around: 1e8)
            gauge("process_start_time_seconds", base, around: 1.69e9)
            gauge("queue_depth", base, around: 20)
        }
    }

    /// What a source would answer.
    public func answer(_ request: SeriesRequest) -> SeriesResponse {
        let name = request.matchers.first { $0.name == Labels.metricName && $0.operation == .equal }
        let rest = request.matchers.filter { $0 != name }
        return SeriesResponse(series: (byName[name?.value ?? ""] ?? []).filter { rest.allMatch($0.labels) })
    }

    private mutating func random(_ bound: Int) -> Double {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 33).truncatingRemainder(dividingBy: Double(bound))
    }

    private mutating func add(_ name: String, _ labels: [(String, String)], _ values: [Double]) {
        let phase = Int64(random(15_000))
        let times = (0..<Int64(samples)).map { start * 1000 + phase + $0 * 15_000 }
        byName[name, default: []].append(
            Series(labels: Labels(labels + [(Labels.metricName, name)]), timestamps: times, values: values))
        count += 1
    }

    private mutating func counter(_ name: String, _ labels: [(String, String)], perSample: Int) {
        var total = 0.0
        var values: [Double] = []
        for _ in 0..<samples {
            total = random(2000) == 0 ? 0 : total + random(perSample)
            values.append(total)
        }
        add(name, labels, values)
    }

    private mutating func gauge(_ name: String, _ labels: [(String, String)], around middle: Double) {
        add(
            name, labels,
            (0..<samples).map { _ in middle == 1 ? (random(500) == 0 ? 0 : 1) : middle * (0.5 + random(1000) / 1000) })
    }
}
