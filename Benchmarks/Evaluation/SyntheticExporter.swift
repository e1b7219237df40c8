import HTTPServer
import Synchronization

/// Serves some thousand series whose values move, and a few that are raised at a moment that is noted.
///
/// What is raised is spread over several targets, which a server scrapes at different moments of its interval, and has
/// numbers of its own in each run: what is left of the run before is nobody's answer.
final class SyntheticExporter: Sendable {
    static let hostsPerJob = 20
    /// Targets that serve what can be raised.
    static let flipTargets = 10

    private struct State {
        var prefixes: [[UInt8]] = []
        var tick: UInt64 = 0
        var run = 0
        var raised: Set<Int> = []
        /// When a raised series was first served.
        var served: [Int: ContinuousClock.Instant] = [:]
    }

    private let state: StateBox
    private let server: HTTPServer
    /// Metrics, each with ``jobs`` times ``hostsPerJob`` series.
    let metrics: Int
    let jobs: Int

    private final class StateBox: Sendable {
        let state = Mutex(State())

        func series() -> String {
            state.withLock { state in
                state.tick += 1
                var body: [UInt8] = []
                body.reserveCapacity(state.prefixes.count * 80)
                for (index, prefix) in state.prefixes.enumerated() {
                    body += prefix
                    body += Array(String(state.tick * UInt64(index % 97 + 1) + UInt64(index % 13)).utf8)
                    body.append(0x0A)
                }
                return String(decoding: body, as: UTF8.self)
            }
        }

        func flips(of target: Int, among count: Int) -> String {
            state.withLock { state in
                var text = ""
                for flip in stride(from: target, to: count, by: SyntheticExporter.flipTargets) {
                    let isRaised = state.raised.contains(flip)
                    if isRaised, state.served[flip] == nil { state.served[flip] = .now }
                    let labels = "target=\"\(target)\",n=\"\(SyntheticExporter.number(flip, run: state.run))\""
                    text += "bench_flip{\(labels)} \(isRaised ? 1 : 0)\n"
                }
                return text
            }
        }
    }

    init(series: Int, metrics: Int = 20, flips: Int) throws {
        self.metrics = metrics
        jobs = max(1, series / metrics / Self.hostsPerJob)
        let box = StateBox()
        var prefixes: [[UInt8]] = []
        for metric in 0..<metrics {
            for job in 0..<jobs {
                for host in 0..<Self.hostsPerJob {
                    let labels = "service=\"job-\(job)\",host=\"host-\(job)-\(host)\",zone=\"zone-\(host % 3)\""
                    prefixes.append(Array("\(Self.name(metric)){\(labels)} ".utf8))
                }
            }
        }
        let all = prefixes
        box.state.withLock { $0.prefixes = all }
        state = box
        server = try HTTPServer { request in
            let target = request.pathSegments.last.flatMap { Int($0) }
            return HTTPServerResponse(
                contentType: "text/plain; version=0.0.4",
                text: target.map { box.flips(of: $0, among: flips) } ?? box.series())
        }
    }

    /// What a flip is called in a run.
    private static func number(_ flip: Int, run: Int) -> Int { run * 1000 + flip }

    static func name(_ metric: Int) -> String { metric % 2 == 0 ? "bench_\(metric)_total" : "bench_\(metric)" }

    var target: String { "127.0.0.1:\(server.port)" }

    /// What a server scrapes, as the list under `scrape_configs`.
    var scrapeConfigs: String {
        var text = "  - {job_name: bench, static_configs: [{targets: ['\(target)']}]}"
        for flip in 0..<Self.flipTargets {
            text +=
                "\n  - {job_name: flips-\(flip), metrics_path: /flips/\(flip), "
                + "static_configs: [{targets: ['\(target)']}]}"
        }
        return text
    }

    func raise(_ flip: Int) { state.state.withLock { _ = $0.raised.insert(flip) } }

    /// Nothing is raised any more, and what is raised from now on has another number.
    func beginRun() {
        state.state.withLock {
            $0.run += 1
            $0.raised = []
            $0.served = [:]
        }
    }

    func servedAt(_ flip: Int) -> ContinuousClock.Instant? { state.state.withLock { $0.served[flip] } }

    /// The number under which a flip of this run is in alerts.
    func number(_ flip: Int) -> Int { Self.number(flip, run: state.state.withLock { $0.run }) }

    /// Rules that read all series once for every `series / 20` rules, in groups of 50, and a group for the flips of each
    /// target: where groups tick at different moments, so do these.
    func rules(_ count: Int, interval: String) -> String {
        var text = "groups:\n"
        var made = 0
        var round = 0
        while made < count {
            for metric in 0..<metrics where made < count {
                text += "  - name: g\(round)-\(metric)\n    interval: \(interval)\n    rules:\n"
                for job in 0..<jobs where made < count {
                    text += "      - {alert: A\(made), expr: '\(expression(metric, job, round))', for: 1m}\n"
                    made += 1
                }
            }
            round += 1
        }
        for target in 0..<Self.flipTargets {
            text +=
                "  - {name: flips-\(target), interval: \(interval), "
                + "rules: [{alert: Flip, expr: 'bench_flip{target=\"\(target)\"} == 1'}]}\n"
        }
        return text
    }

    private func expression(_ metric: Int, _ job: Int, _ round: Int) -> String {
        let selector = "\(Self.name(metric)){service=\"job-\(job)\"}"
        if metric % 2 == 0 {
            let function = ["rate", "increase"][round % 2]
            return "sum by (service) (\(function)(\(selector)[5m])) > 1e\(15 + round)"
        }
        return metric % 4 == 1
            ? "avg by (service) (\(selector)) > 1e\(15 + round)"
            : "max by (zone) (max_over_time(\(selector)[5m])) > 1e\(15 + round)"
    }
}

/// Takes alerts as an Alertmanager does and notes when each number arrived first.
final class AlertCatcher: Sendable {
    private final class Box: Sendable {
        let arrived = Mutex<[Int: ContinuousClock.Instant]>([:])
    }
    private let box: Box
    private let server: HTTPServer

    init() throws {
        let box = Box()
        self.box = box
        server = try HTTPServer { request in
            let now = ContinuousClock.now
            let text = String(decoding: request.body, as: UTF8.self)
            var rest = text[...]
            while let place = rest.firstRange(of: "\"n\":\"") {
                rest = rest[place.upperBound...]
                if let flip = Int(rest.prefix { $0 != "\"" }) {
                    box.arrived.withLock { if $0[flip] == nil { $0[flip] = now } }
                }
            }
            return HTTPServerResponse(contentType: "application/json", text: "{\"status\":\"success\"}")
        }
    }

    var target: String { "127.0.0.1:\(server.port)" }
    func arrivedAt(_ number: Int) -> ContinuousClock.Instant? { box.arrived.withLock { $0[number] } }
}

extension Substring {
    fileprivate func firstRange(of text: String) -> Range<Index>? {
        var index = startIndex
        let wanted = Array(text.utf8)
        while index < endIndex {
            if utf8[index...].starts(with: wanted),
                let end = utf8.index(index, offsetBy: wanted.count, limitedBy: endIndex)
            {
                return index..<end
            }
            index = utf8.index(after: index)
        }
        return nil
    }
}
