import HTTPTransport
import JSON
import TestSupport

/// A real Prometheus of `make peers` on a free port, scraping what the test exposes.
final class RealPrometheus: Sendable {
    let port: Int
    let folder: TemporaryFolder
    private let program: String
    private let client = HTTPClient()
    private let box = ProcessBox()

    var url: String { "http://127.0.0.1:\(port)" }

    /// Starts it with a scrape of `target` every `interval`; nil, with a loud line, without peers.
    /// - Parameters:
    ///   - rules: What it evaluates itself, every second where groups say nothing else.
    ///   - alertmanager: Where it posts its alerts, within a second again.
    ///   - job: The job's name.
    ///   - labels: More labels of the target.
    static func start(
        scraping target: String, every interval: String = "200ms", rules: String? = nil, alertmanager: String? = nil,
        job: String = "app", labels: KeyValuePairs<String, String> = [:]
    ) async throws -> RealPrometheus? {
        guard let program = Surroundings.peer("prometheus") else { return nil }
        let server = try RealPrometheus(program: program)
        let more = labels.map { "\($0.key): '\($0.value)'" }.joined(separator: ", ")
        try server.folder.write(
            "prometheus.yml",
            """
            global: {scrape_interval: \(interval), scrape_timeout: \(interval), evaluation_interval: 1s}
            \(rules == nil ? "" : "rule_files: [rules.yml]")
            \(alertmanager.map { "alerting: {alertmanagers: [{static_configs: [{targets: ['\($0.dropFirst(7))']}]}]}" } ?? "")
            scrape_configs:
              - job_name: \(job)
                static_configs: [{targets: ['\(target)'], labels: {\(more)}}]
            """)
        if let rules { try server.folder.write("rules.yml", rules) }
        try await server.run()
        return server
    }

    /// Starts it on a configuration of its own that reads `rules/*.yml`; nil, with a loud line, without peers.
    static func start(configuration: String) async throws -> RealPrometheus? {
        guard let program = Surroundings.peer("prometheus") else { return nil }
        let server = try RealPrometheus(program: program)
        try server.folder.write("prometheus.yml", configuration)
        try await server.run()
        return server
    }

    private init(program: String) throws {
        self.program = program
        folder = try TemporaryFolder()
        port = try Surroundings.freePort()
    }

    /// Starts the program, also again after ``kill()``, on the same port and data.
    func run() async throws {
        box.process = try ChildProcess(
            program,
            [
                "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--web.enable-remote-write-receiver", "--log.level=error",
                "--rules.alert.resend-delay=1s", "--web.external-url=http://127.0.0.1:\(port)/",
                "--enable-feature=native-histograms", "--web.enable-lifecycle",
            ], folder: folder)
        let isReady = await eventually(within: .seconds(60)) { await self.isReady }
        guard isReady else {
            throw ChildProcessError(path: program, reason: box.process?.errorOutput ?? "did not start")
        }
    }

    private var isReady: Bool {
        get async { (try? await client.send(HTTPRequest("GET", url + "/-/ready")))?.status == 200 }
    }

    /// Puts other rules in force.
    func reload(rules: String) throws {
        try folder.write("rules.yml", rules)
        reload()
    }

    /// What it said of errors.
    var errors: String { box.process?.errorOutput ?? "" }

    /// Reads its files again.
    func reload() { box.process?.signal(1) }

    /// Ends it at once, as a crash would.
    func kill() async {
        box.process?.signal(9)
        _ = await box.process?.waitForExit()
    }

    /// The number of series that an instant query gives now; nil without an answer.
    func count(_ expression: String) async -> Int? {
        let query = PercentEncoding.form([("query", expression)])
        let request = HTTPRequest("GET", "\(url)/api/v1/query?\(query)")
        guard let answer = try? await client.send(request), let body = try? JSONValue(parsing: answer.body) else {
            return nil
        }
        return body["data"]?["result"]?.array?.count
    }
}
