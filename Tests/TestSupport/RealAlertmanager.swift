import Synchronization

/// A real Alertmanager of `make peers` on a free port.
public final class RealAlertmanager: Sendable {
    /// Where it listens on loopback.
    public let port: Int
    private let arguments: [String]
    private let folder: TemporaryFolder
    private let processes: Mutex<ChildProcess>

    /// `http://127.0.0.1:port`
    public var url: String { "http://127.0.0.1:\(port)" }

    /// Starts it with the configuration file at `path`; nil, with a loud line, without peers. It may not be ready yet.
    public static func start(
        configuration path: String, folder: TemporaryFolder, flags: String = "", externalURL: String? = nil
    ) throws -> RealAlertmanager? {
        guard let program = Surroundings.peer("prometheus-alertmanager") else { return nil }
        return try RealAlertmanager(program, path, folder, flags, externalURL)
    }

    private init(_ program: String, _ path: String, _ folder: TemporaryFolder, _ flags: String, _ externalURL: String?)
        throws
    {
        let port = try Surroundings.freePort()
        self.port = port
        self.folder = folder
        // Debian's build looks for its default templates below /usr/share: a copy looks below .peers.
        let script = """
            sed 's#/usr/share/prometheus/alertmanager#usr/share/prometheus//alertmanager#g' '\(program)' \
            > '\(folder.path)/alertmanager' && chmod +x '\(folder.path)/alertmanager' && cd '\(Surroundings.root)/.peers' && \
            exec '\(folder.path)/alertmanager' --config.file='\(path)' --storage.path='\(folder.path)/data' \
            --web.listen-address=127.0.0.1:\(port) --web.external-url=\(externalURL ?? "http://127.0.0.1:\(port)") --cluster.listen-address= \(flags)
            """
        arguments = ["-c", script]
        processes = Mutex(try ChildProcess("/bin/sh", arguments, folder: folder))
    }

    /// What it said.
    public var log: String { processes.withLock { $0.errorOutput } }

    /// Ends it.
    public func stop() { processes.withLock { $0.signal(9) } }

    /// Ends it in order and starts it again on the same port and data. It may not be ready yet.
    public func restart() async throws {
        let old = processes.withLock { $0 }
        old.signal(15)
        _ = await old.waitForExit(within: .seconds(30))
        let new = try ChildProcess("/bin/sh", arguments, folder: folder)
        processes.withLock { $0 = new }
    }
}
