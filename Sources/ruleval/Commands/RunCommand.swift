import Base
import Daemon

extension CommandTable {
    static let run = Command(
        name: "run", operands: "--config FILE",
        summary: "Evaluate rules, dispatch and deliver alerts, escalate, serve HTTP.",
        options: [
            .one("--config", "FILE", "ruleval.yml, or an alertmanager.yml as it stands"),
            .one("--listen", "HOST:PORT", "address of the HTTP surface (default 127.0.0.1:9595)"),
            .one("--state", "DIR", "folder of the state (default $STATE_DIRECTORY, else /var/lib/ruleval)"),
            .one("--prometheus", "URL", "instead of datasource.url"),
            .many("--rules", "FILE|GLOB...", "instead of rule_files"),
            .one("--shard", "I/N", "evaluate only the I-th of N shares of the rule groups, by a hash of their names"),
            .one("--web-config-file", "FILE", "TLS, users and tokens of the HTTP surface, in Prometheus' format"),
            .flag("--access-log", "log every request"),
            .one("--enable-feature", "NAME,...", "Prometheus' feature names, beside features"),
        ],
        example: "ruleval run --config ruleval.yml --state ./state", handlesSignals: true
    ) { arguments, signals in
        guard let path = arguments.value("--config") else { throw UsageError("--config FILE is required") }
        if let extra = arguments.operands.first { throw UsageError("unexpected \(extra)") }
        let state = arguments.value("--state") ?? Environment["STATE_DIRECTORY"] ?? "/var/lib/ruleval"
        var options = DaemonOptions(configuration: path, stateDirectory: state)
        if let listen = arguments.value("--listen") { try Self.listen(listen, &options) }
        options.prometheusURL = arguments.value("--prometheus")
        options.rules = arguments.all("--rules")
        if let text = arguments.value("--shard") {
            guard let shard = Shard(text) else { throw UsageError("--shard needs I/N, such as 1/3, not \(text)") }
            options.shard = shard
        }
        options.webConfiguration = arguments.value("--web-config-file")
        options.logsAccess = arguments.has("--access-log")
        options.features = try Self.features(arguments)
        Heap.tune()
        do throws(DaemonFailure) {
            return try await Daemon(options).run(signals)
        } catch {
            Terminal.error("ruleval run: \(error)")
            if case .configuration = error { return ExitStatus.problems }
            return ExitStatus.failed
        }
    }

    /// Takes `HOST:PORT` apart; an IPv6 address stands in brackets.
    static func listen(_ text: String, _ options: inout DaemonOptions) throws(UsageError) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { throw UsageError("--listen needs HOST:PORT, not \(text)") }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        options.listenHost = host.isEmpty ? "0.0.0.0" : host
        options.listenPort = port
    }
}
