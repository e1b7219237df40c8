import HTTPTransport
import TestSupport

/// A real VictoriaMetrics of `make peers` on a free port, scraping what the test exposes: a server without remote read.
final class RealVictoriaMetrics: Sendable {
    let port: Int
    let folder: TemporaryFolder
    private let process: ChildProcess

    var url: String { "http://127.0.0.1:\(port)" }

    /// Starts it with a scrape of `target` every second; nil, with a loud line, without peers.
    static func start(scraping target: String) async throws -> RealVictoriaMetrics? {
        guard let program = Surroundings.peer("victoria-metrics") else { return nil }
        let server = try RealVictoriaMetrics(program: program, target: target)
        let client = HTTPClient()
        let isReady = await eventually(within: .seconds(30)) {
            (try? await client.send(HTTPRequest("GET", server.url + "/health")))?.status == 200
        }
        guard isReady else { throw ChildProcessError(path: program, reason: server.process.errorOutput) }
        return server
    }

    private init(program: String, target: String) throws {
        folder = try TemporaryFolder()
        port = try Surroundings.freePort()
        try folder.write(
            "scrape.yml",
            """
            global: {scrape_interval: 1s}
            scrape_configs:
              - job_name: app
                static_configs: [{targets: ['\(target)']}]
            """)
        process = try ChildProcess(
            program,
            [
                "-storageDataPath=\(folder.path)/data", "-httpListenAddr=127.0.0.1:\(port)",
                "-promscrape.config=\(folder.path)/scrape.yml", "-search.latencyOffset=1ms", "-search.disableCache",
                "-loggerLevel=ERROR",
            ], folder: folder)
    }

    func kill() { process.signal(9) }
}
