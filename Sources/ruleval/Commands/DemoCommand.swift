import Daemon
import Demo

extension CommandTable {
    static let demo = Command(
        name: "demo", operands: "",
        summary: "Watch an alert go from rule to Slack, mail, webhook and escalation, without a Prometheus.",
        options: [
            .flag("--once", "one cycle; exit 0, or 1 naming the stage that did not happen"),
            .one("--listen", "HOST:PORT", "address of the HTTP surface (default 127.0.0.1:9595)"),
            .one("--break", "slack|mail|webhook", "let this receiver refuse everything, to see what that looks like"),
        ],
        example: "ruleval demo --once", handlesSignals: true
    ) { arguments, signals in
        if let extra = arguments.operands.first { throw UsageError("unexpected \(extra)") }
        var options = DaemonOptions(configuration: "", stateDirectory: "")
        if let listen = arguments.value("--listen") { try Self.listen(listen, &options) }
        var settings = DemoSettings(host: options.listenHost, port: options.listenPort)
        settings.isOnce = arguments.has("--once")
        if let name = arguments.value("--break") {
            guard let sink = DemoSettings.Sink(rawValue: name) else {
                throw UsageError("--break is slack, mail or webhook, not \(name)")
            }
            settings.broken = sink
        }
        do {
            return try await DemoRun(settings) { Terminal.out($0) }.run(signals)
        } catch {
            Terminal.error("ruleval demo: \(error)")
            return ExitStatus.failed
        }
    }
}
