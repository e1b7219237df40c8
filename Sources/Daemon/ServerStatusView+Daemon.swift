import Base
@preconcurrency import Glibc
import PrometheusAPI
import TimeSeries
import Web

extension ServerStatusView {
    /// What the API shows of a daemon.
    init(_ daemon: Daemon) async {
        let current = await daemon.current
        let reload = daemon.reloadMetrics.last
        self.init(
            startedAt: daemon.startedAt, workingDirectory: Self.workingDirectory, hostname: Self.machine,
            reloadWorked: reload.worked, configuredAt: reload.inForceSince,
            retention: current.embeddedLimits?.retention.map { PrometheusDuration.string($0) } ?? "",
            configuration: Self.yaml(current.configuration), flags: Self.flags(daemon.options))
    }

    /// What clients of Prometheus look for: the interval, the external labels, the rule files.
    static func yaml(_ configuration: DaemonConfiguration) -> String {
        var global: [(key: String, value: EchoValue)] = [
            ("evaluation_interval", .plain(PrometheusDuration.string(configuration.ruler.evaluationInterval)))
        ]
        let labels = configuration.ruler.externalLabels
        if !labels.isEmpty { global.append(("external_labels", .map(labels.map { ($0.name, .text($0.value)) }))) }
        var sections: [(key: String, value: EchoValue)] = [("global", .map(global))]
        if !configuration.ruleFiles.isEmpty {
            sections.append(("rule_files", .list(configuration.ruleFiles.map { .text($0) })))
        }
        return EchoValue.map(sections).yaml
    }

    private static func flags(_ options: DaemonOptions) -> [(name: String, value: String)] {
        [
            ("config.file", options.configuration),
            ("enable-feature", options.features.map(\.rawValue).sorted().joined(separator: ",")),
            ("storage.path", options.stateDirectory),
            ("web.enable-remote-write-receiver", "true"),
            ("web.listen-address", "\(options.listenHost):\(options.listenPort)"),
        ]
    }

    private static var workingDirectory: String {
        guard let path = getcwd(nil, 0) else { return "" }
        defer { free(path) }
        return String(cString: path)
    }

    private static var machine: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
