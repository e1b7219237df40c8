import HTTPTransport
import Synchronization
import TestSupport

/// The source, its exporter and who catches alerts: what all contestants share.
final class Arena: Sendable {
    static let flips = 40

    let exporter: SyntheticExporter
    let catcher: AlertCatcher
    let interval: String
    let rules: String
    let binary: String
    let source: ChildProcess
    let sourceURL: String
    private let folder: TemporaryFolder
    private let folders = Mutex<[TemporaryFolder]>([])
    private let client = HTTPClient()

    init(series: Int, rules count: Int, seconds: Int, binary: String) async throws {
        guard let program = Surroundings.peer("prometheus") else { throw ArenaError("no Prometheus: make peers") }
        exporter = try SyntheticExporter(series: series, flips: Self.flips)
        catcher = try AlertCatcher()
        interval = "\(seconds)s"
        rules = exporter.rules(count, interval: interval)
        self.binary = binary
        folder = try TemporaryFolder()
        try folder.write("rules.yml", rules)
        let port = try Surroundings.freePort()
        sourceURL = "http://127.0.0.1:\(port)"
        try folder.write("prometheus.yml", Self.configuration(exporter, catcher, interval, evaluates: false))
        source = try ChildProcess(
            program,
            [
                "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--web.enable-lifecycle", "--log.level=error",
            ], folder: folder)
        for _ in 0..<300 {
            if (try? await client.send(HTTPRequest("GET", sourceURL + "/-/ready")))?.status == 200 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw ArenaError("the source did not start: \(source.errorOutput)")
    }

    private static func configuration(
        _ exporter: SyntheticExporter, _ catcher: AlertCatcher, _ interval: String, evaluates: Bool
    ) -> String {
        """
        global: {scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: \(interval)}
        scrape_configs:
        \(exporter.scrapeConfigs)
        alerting: {alertmanagers: [{static_configs: [{targets: ['\(catcher.target)']}]}]}
        \(evaluates ? "rule_files: [rules.yml]" : "")
        """
    }

    /// Lets the source evaluate the rules itself, or no longer.
    func evaluateInSource(_ evaluates: Bool) async throws {
        try folder.write("prometheus.yml", Self.configuration(exporter, catcher, interval, evaluates: evaluates))
        let answer = try await client.send(HTTPRequest("POST", sourceURL + "/-/reload"))
        guard answer.isSuccess else { throw ArenaError("the source did not reload: \(answer.text(limit: 500))") }
    }

    func keep(_ folder: TemporaryFolder) { folders.withLock { $0.append(folder) } }
}
