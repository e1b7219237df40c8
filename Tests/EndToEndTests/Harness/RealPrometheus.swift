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
    static func start(scraping target: String, every interval: String = "200ms") async throws -> RealPrometheus? {
        guard let program = Surroundings.peer("prometheus") else { return nil }
        let server = try RealPrometheus(program: program)
        try server.folder.write(
            "prometheus.yml",
            """
            global: {scrape_interval: \(interval), scrape_timeout: \(interval)}
            scrape_configs:
              - job_name: app
                static_configs: [{targets: ['\(target)']}]
            """)
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
            ], folder: folder)
        let isReady = await eventually(within: .seconds(60)) { await self.isReady }
        guard isReady else {
            throw ChildProcessError(path: program, reason: box.process?.errorOutput ?? "did not start")
        }
    }

    private var isReady: Bool {
        get async { (try? await client.send(HTTPRequest("GET", url + "/-/ready")))?.status == 200 }
    }

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
