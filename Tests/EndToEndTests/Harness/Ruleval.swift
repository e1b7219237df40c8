import HTTPTransport
import JSON
import Synchronization
import TestSupport

/// The process that is running at the moment.
final class ProcessBox: Sendable {
    private let current = Mutex<ChildProcess?>(nil)
    var process: ChildProcess? {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}

/// The built binary as a daemon on a free port, with a folder for configuration, rules and state.
final class Ruleval: Sendable {
    let folder: TemporaryFolder
    let port: Int
    private let client = HTTPClient()
    private let box = ProcessBox()

    var url: String { "http://127.0.0.1:\(port)" }
    var process: ChildProcess? { box.process }

    /// Writes `configuration` and `rules` (file name to text); ``start()`` runs it.
    init(configuration: String, rules: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        port = try Surroundings.freePort()
        try folder.write("ruleval.yml", configuration)
        for (name, text) in rules { try folder.write("rules/\(name)", text) }
    }

    /// Starts the daemon and waits until it is ready.
    func start(environment: [String: String] = [:], options: [String] = []) async throws {
        try launch(environment: environment, options: options)
        let isReady = await eventually(within: .seconds(90)) {
            if self.box.process?.exitStatus != nil { return true }
            return await self.get("/-/ready")?.status == 200
        }
        guard isReady, box.process?.exitStatus == nil else {
            throw ChildProcessError(path: "ruleval run", reason: box.process?.errorOutput ?? "did not start")
        }
    }

    /// Starts the daemon without waiting.
    func launch(environment: [String: String] = [:], options: [String] = []) throws {
        box.process = try ChildProcess(
            Surroundings.binary,
            [
                "run", "--config", folder.path + "/ruleval.yml", "--listen", "127.0.0.1:\(port)", "--state",
                folder.path + "/state",
            ] + options, environment: environment, folder: folder)
    }

    /// Ends it at once, as a crash would.
    func kill() async {
        box.process?.signal(9)
        _ = await box.process?.waitForExit()
    }

    /// Asks it to end; its exit status, nil when it has not ended within `deadline`.
    func terminate(within deadline: Duration = .seconds(10)) async -> Int32? {
        box.process?.signal(15)
        return await box.process?.waitForExit(within: deadline)
    }

    func get(_ path: String) async -> HTTPResponse? {
        try? await client.send(HTTPRequest("GET", url + path))
    }

    func json(_ path: String) async -> JSONValue? {
        guard let answer = await get(path) else { return nil }
        return try? JSONValue(parsing: answer.body)
    }

    func post(_ path: String, _ body: String = "", type: String = "application/json") async -> HTTPResponse? {
        var request = HTTPRequest("POST", url + path)
        request.body = Array(body.utf8)
        request.headers.append(HTTPHeader("Content-Type", type))
        return try? await client.send(request)
    }

    /// The rule of that name in `/api/v1/rules`.
    func rule(_ name: String) async -> JSONValue? {
        let groups = await json("/api/v1/rules")?["data"]?["groups"]?.array ?? []
        return groups.flatMap { $0["rules"]?.array ?? [] }.first { $0["name"]?.string == name }
    }
}
