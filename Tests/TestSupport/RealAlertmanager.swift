/// A real Alertmanager of `make peers` on a free port.
public final class RealAlertmanager: Sendable {
    /// Where it listens on loopback.
    public let port: Int
    private let process: ChildProcess

    /// `http://127.0.0.1:port`
    public var url: String { "http://127.0.0.1:\(port)" }

    /// Starts it with the configuration file at `path`; nil, with a loud line, without peers. It may not be ready yet.
    public static func start(configuration path: String, folder: TemporaryFolder) throws -> RealAlertmanager? {
        guard let program = Surroundings.peer("prometheus-alertmanager") else { return nil }
        return try RealAlertmanager(program, path, folder)
    }

    private init(_ program: String, _ path: String, _ folder: TemporaryFolder) throws {
        port = try Surroundings.freePort()
        // Debian's build looks for its default templates below /usr/share: a copy looks below .peers.
        let script = """
            sed 's#/usr/share/prometheus/alertmanager#usr/share/prometheus//alertmanager#g' '\(program)' \
            > '\(folder.path)/alertmanager' && chmod +x '\(folder.path)/alertmanager' && cd '\(Surroundings.root)/.peers' && \
            exec '\(folder.path)/alertmanager' --config.file='\(path)' --storage.path='\(folder.path)/data' \
            --web.listen-address=127.0.0.1:\(port) --web.external-url=http://127.0.0.1:\(port) --cluster.listen-address=
            """
        process = try ChildProcess("/bin/sh", ["-c", script], folder: folder)
    }

    /// What it said.
    public var log: String { process.errorOutput }

    /// Ends it.
    public func stop() { process.signal(9) }
}
