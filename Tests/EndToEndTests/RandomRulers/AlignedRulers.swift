import Glibc
import HTTPTransport
import JSON
import PrometheusAPI
import TestSupport
import Testing
import TimeSeries

/// Prometheus' ruler and ruleval in several modes on random rules, all ticking at the same whole seconds over samples that
/// were written before: what they give is compared tick by tick.
final class AlignedRulers: Sendable {
    /// One ruler.
    struct Side: Sendable {
        let mode: String
        let url: String
        let ear: RulerEar
        /// Nil for Prometheus.
        let ruleval: Ruleval?
        /// Where its rule files are.
        let folder: String
    }

    let source: RealPrometheus
    let prometheus: RealPrometheus
    let theirs: Side
    let sides: [Side]

    /// Starts all without rules; nil, with a loud line, without peers.
    init?(modes: [String]) async throws {
        let ear = try RulerEar()
        async let asked = RealPrometheus.start(configuration: "global: {}\n")
        async let ruling = RealPrometheus.start(
            configuration: """
                global: {evaluation_interval: 1s, external_labels: {cluster: eu, severity: outer}}
                rule_files: [rules/*.yml]
                alerting: {alertmanagers: [{static_configs: [{targets: ['\(ear.url.dropFirst(7))']}]}]}
                remote_write:
                  - url: \(ear.url)/api/v1/write
                    send_native_histograms: true
                    queue_config: {batch_send_deadline: 200ms, max_shards: 1}
                    write_relabel_configs:
                      - {source_labels: [__name__], regex: '.*:.*|ALERTS.*', action: keep}
                """)
        guard let source = try await asked, let prometheus = try await ruling else { return nil }
        self.source = source
        self.prometheus = prometheus
        try prometheus.folder.write("rules/none.yml", "")
        theirs = Side(
            mode: "prometheus", url: prometheus.url, ear: ear, ruleval: nil, folder: prometheus.folder.path + "/rules")
        var sides: [Side] = []
        for mode in modes {
            let ear = try RulerEar()
            let ruleval = try Ruleval(
                configuration: """
                    datasource: {url: '\(source.url)', evaluation: \(mode)}
                    rule_files: [rules/*.yml]
                    evaluation_interval: 1s
                    resend_delay: 1s
                    external_labels: {cluster: eu, severity: outer}
                    external_url: \(prometheus.url)
                    remote_write: [{url: '\(ear.url)/api/v1/write', send_native_histograms: true}]
                    alertmanagers: [{url: '\(ear.url)'}]
                    """, rules: ["none.yml": ""])
            try await ruleval.start()
            sides.append(
                Side(
                    mode: mode, url: ruleval.url, ear: ear, ruleval: ruleval, folder: ruleval.folder.path + "/rules"))
        }
        self.sides = sides
    }

    var all: [Side] { [theirs] + sides }

    /// Ends all.
    func stop() async {
        for side in sides { #expect(await side.ruleval?.terminate() == 0) }
        await prometheus.kill()
        await source.kill()
    }

    /// Kills all rulers and starts them again on what they kept; the source stays.
    func restart() async throws {
        await prometheus.kill()
        for side in sides { await side.ruleval?.kill() }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await self.prometheus.run() }
            for side in sides { tasks.addTask { try await side.ruleval?.start() } }
            try await tasks.waitForAll()
        }
    }

    /// Writes samples into both servers.
    func write(_ series: [Series]) async -> Bool {
        for server in [source, prometheus] {
            for start in stride(from: 0, to: series.count, by: 200) {
                var request = HTTPRequest("POST", server.url + "/api/v1/write")
                request.headers = RemoteWriteRequest.headers.map { HTTPHeader($0.name, $0.value) }
                request.body = RemoteWriteRequest.encode(Array(series[start..<min(start + 200, series.count)]))
                guard let answer = try? await HTTPClient().send(request), answer.isSuccess else { return false }
            }
        }
        return true
    }

    /// A rule file of one ruler.
    struct RuleFile: Sendable {
        var path: String
        var text: String
    }

    /// The rule files of all rulers, with names that let all tick at whole seconds.
    func files(_ groups: [RandomRuleGroups.Group]) -> [RuleFile] {
        groups.flatMap { group in
            let base = String(group.start.filter { $0 != "n" })
            let file = theirs.folder + "/\(base).yml"
            let name = TickAlignment.groupName(group.start, file: file, seconds: group.seconds)
            let text = group.file(name: name)
            return [RuleFile(path: file, text: text)]
                + sides.map { side in
                    let own = TickAlignment.fileName(base, folder: side.folder, group: name, seconds: group.seconds)
                    return RuleFile(path: "\(side.folder)/\(own)", text: text)
                }
        }
    }

    /// Puts rules in force everywhere.
    /// - Returns: what a ruler says against them; empty when all took them.
    func load(_ files: [RuleFile]) async throws -> [String] {
        for side in all {
            for name in TemporaryFolder.names(in: side.folder) { Surroundings.remove(side.folder + "/" + name) }
        }
        for file in files { try Surroundings.rewrite(file.path, file.text) }
        var refusals: [String] = []
        await withTaskGroup(of: String?.self) { tasks in
            for side in all {
                tasks.addTask {
                    let answer = try? await HTTPClient().send(HTTPRequest("POST", side.url + "/-/reload"))
                    if answer?.status == 200 { return nil }
                    return "\(side.mode): \(answer.map { String(decoding: $0.body, as: UTF8.self) } ?? "no answer")"
                }
            }
            for await refusal in tasks { if let refusal { refusals.append(refusal) } }
        }
        if refusals.contains(where: { $0.hasPrefix(theirs.mode) }) { refusals.append(prometheus.errors) }
        return refusals
    }

    /// What each ruler counts of each group now, Prometheus first.
    func counted() async -> [[String: String]] {
        var all: [[String: String]] = []
        for side in self.all {
            let answer = try? await HTTPClient().send(HTTPRequest("GET", side.url + "/metrics"))
            var found: [String: String] = [:]
            for line in String(decoding: answer?.body ?? [], as: UTF8.self).split(separator: "\n") {
                let parts = line.split(separator: "\"")
                guard line.hasPrefix("prometheus_rule_group_"), parts.count == 3,
                    let name = parts[1].split(separator: ";").last,
                    let metric = line.split(separator: "{").first, Self.metrics.contains(String(metric))
                else { continue }
                found["\(metric) of \(name)"] = String(parts[2].dropFirst(2))
            }
            all.append(found)
        }
        return all
    }

    private static let metrics: Set<String> = [
        "prometheus_rule_group_last_evaluation_samples", "prometheus_rule_group_rules",
        "prometheus_rule_group_interval_seconds",
    ]

    /// What each ruler shows now, Prometheus first.
    func shown(_ path: String = "/api/v1/rules") async -> [JSONValue?] {
        await withTaskGroup(of: (Int, JSONValue?).self) { tasks in
            for (place, side) in all.enumerated() {
                tasks.addTask {
                    guard let answer = try? await HTTPClient().send(HTTPRequest("GET", side.url + path)) else {
                        return (place, nil)
                    }
                    return (place, try? JSONValue(parsing: answer.body))
                }
            }
            var found = [JSONValue?](repeating: nil, count: sides.count + 1)
            for await (place, body) in tasks { found[place] = body }
            return found
        }
    }
}
