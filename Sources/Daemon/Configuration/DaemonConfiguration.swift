import Base
import Dispatching
import Incidents
import Probes
import PromQL
import PrometheusAPI
import QueryEngine
import Receivers
import Ruler
import Settings
import TimeSeries
import YAML

/// A whole ruleval.yml (or alertmanager.yml), every section read by the module that owns it and names checked across them.
public struct DaemonConfiguration: Sendable {
    /// Where samples come from; nil when ruleval only receives and dispatches.
    public var datasource: DatasourceSettings?
    /// `rule_files` as written, relative to the file's folder.
    public var ruleFiles: [String] = []
    /// Where recorded samples go.
    public var remoteWrite: [RemoteWriteSettings] = []
    /// Where alerts of rules are forwarded to.
    public var alertmanagers: [AlertmanagerSettings] = []
    /// Intervals, labels and addresses that rules have in common.
    public var ruler = RulerSettings()
    /// Prometheus' feature names that are enabled.
    public var features: Set<Feature> = []
    /// What one query may use.
    public var queryLimits = QueryLimits()
    /// Routes, inhibition and time intervals.
    public var dispatch = DispatchSettings()
    /// Escalation policies.
    public var escalation = EscalationSettings()
    /// Heartbeats that go out and come in.
    public var heartbeats = HeartbeatSettings()
    /// Alerts about ruleval itself; nil for none.
    public var selfWatch: SelfWatchSettings?
    /// Receivers.
    public var receivers: ReceiverSettings
    /// The configuration file's folder.
    public var folder: ConfigurationFolder
    /// What the operator should know although the file is valid.
    public private(set) var warnings: [Diagnostic] = []
    /// The sections of alertmanager.yml written out again: defaults filled in, secrets hidden.
    public private(set) var text = ""
    /// Where decisions are written down.
    var events = EventRecorderSettings()
    /// `external_url`, nil when not set.
    public var externalURL: String?

    /// Keys of ruleval.yml that later versions bring; refused by name until then.
    static let later: [(key: String, why: String)] = [
        ("probes", "they come with a later version"),
        ("digests", "they come with a later version"), ("reports", "they come with a later version"),
        ("schedules", "they come with a later version; name receivers in escalation_policies"),
        ("correlation", "it comes with a later version"), ("include", "it comes with a later version"),
    ]

    /// Reads a file.
    /// - Throws: everything that is wrong with it, with its places.
    public static func load(_ path: String) throws(Diagnostics) -> DaemonConfiguration {
        try DaemonConfiguration(document: try YAMLDocument.load(path), path: path)
    }

    /// Reads a document that came from `path`.
    public init(document: YAMLDocument, path: String) throws(Diagnostics) {
        let decoding = YAMLDecoding()
        folder = ConfigurationFolder(of: path)
        let context = SettingsContext(decoding: decoding, folder: folder)
        guard let node = document.root, !node.isNull else {
            throw Diagnostics([
                Diagnostic("the configuration is empty", at: SourcePosition(file: path, line: 1, column: 1))
            ])
        }
        guard let root = decoding.mapping(node, as: "the configuration") else {
            throw Diagnostics(decoding.sortedDiagnostics)
        }
        let global = root.mapping("global")
        if let node = root.value("datasource"), !node.isNull { datasource = DatasourceSettings(node, context) }
        ruleFiles = root.strings("rule_files") ?? []
        dispatch = DispatchSettings(root, global: global, in: decoding)
        escalation = EscalationSettings(root, in: decoding)
        heartbeats = HeartbeatSettings(root, in: decoding)
        selfWatch = SelfWatchSettings(root, in: decoding)
        receivers = ReceiverSettings(root, global: global, context)
        if let node = root.value("remote_write"), !node.isNull { remoteWrite = RemoteWriteSettings.list(node, context) }
        if let node = root.value("alertmanagers"), !node.isNull {
            alertmanagers = AlertmanagerSettings.list(node, context)
        }
        readConcurrency(root, decoding)
        readRuler(root, decoding)
        if let reader = root.mapping("query_limits") { queryLimits = QueryLimits(reader, decoding) }
        if let node = root.value("tracing"), !node.isNull { TracingSettings.check(node, context) }
        if let node = root.value("event_recorder"), !node.isNull { events = EventRecorderSettings(node, context) }
        for (key, why) in Self.later { context.refuse(key, in: root, why) }
        global?.finish()
        root.finish()
        checkNames(root, decoding)
        try decoding.finish()
        warnings = decoding.sortedDiagnostics
        text = ConfigurationEcho.yaml(document, folder: folder)
    }

    /// `concurrency` beside `datasource` means the same as within it.
    private mutating func readConcurrency(_ root: YAMLMappingReader, _ decoding: YAMLDecoding) {
        guard let limit = root.int("concurrency") else { return }
        if limit < 0, let node = root.value("concurrency") {
            decoding.report("'concurrency' cannot be negative", at: node)
        }
        guard case .server(var settings) = datasource else { return }
        if settings.concurrency > 0, let node = root.keyNode("concurrency") {
            decoding.report("'concurrency' stands in datasource already", at: node)
        }
        settings.concurrency = limit
        datasource = .server(settings)
    }

    private mutating func readRuler(_ root: YAMLMappingReader, _ decoding: YAMLDecoding) {
        func positive(_ key: String, _ fallback: Duration) -> Duration {
            guard let value = root.duration(key) else { return fallback }
            if value <= .zero, let node = root.value(key) {
                decoding.report("'\(key)' must be longer than 0", at: node)
            }
            return value
        }
        ruler.evaluationInterval = positive("evaluation_interval", ruler.evaluationInterval)
        if ruler.evaluationInterval < .milliseconds(100), let node = root.value("evaluation_interval") {
            decoding.report("'evaluation_interval' must be 100ms at least", at: node)
        }
        ruler.resendDelay = positive("resend_delay", ruler.resendDelay)
        ruler.restorePolicy.gracePeriod = root.duration("for_grace_period") ?? ruler.restorePolicy.gracePeriod
        ruler.restorePolicy.outageTolerance =
            root.duration("for_outage_tolerance") ?? ruler.restorePolicy.outageTolerance
        ruler.externalLabels = Labels(root.stringPairs("external_labels").map { ($0.name, $0.text) })
        if var url = root.string("external_url") {
            while url.hasSuffix("/") { url.removeLast() }
            externalURL = url
            if !url.hasPrefix("http://"), !url.hasPrefix("https://"), let node = root.value("external_url") {
                decoding.report("'external_url' must begin with http:// or https://", at: node)
            }
        }
        for node in root.list("features") ?? [] {
            guard let name = decoding.string(node, as: "an item of 'features'") else { continue }
            if let feature = Feature(rawValue: name) {
                features.insert(feature)
            } else {
                let near = NearMiss.best(for: name, among: Feature.allCases.map(\.rawValue))
                decoding.report("unknown feature '\(name)'", at: node, hint: near.map { "did you mean '\($0)'?" })
            }
        }
    }

    private func checkNames(_ root: YAMLMappingReader, _ decoding: YAMLDecoding) {
        let names = receivers.names
        var seen: Set<String> = []
        for name in remoteWrite.map(\.name) where !name.isEmpty && !seen.insert(name).inserted {
            decoding.report(
                "'remote_write' has two entries named '\(name)'", at: root.value("remote_write") ?? root.node)
        }
        dispatch.check(receivers: names, policies: escalation.policies.keys, in: decoding)
        escalation.check(receivers: names, in: decoding)
        heartbeats.check(receivers: names, in: decoding)
        let mayLackRoute = (root.has("datasource") || root.has("alertmanagers")) && names.isEmpty
        if dispatch.route == nil, !root.has("route"), !mayLackRoute {
            decoding.report("no route provided in config", at: root.node)
        }
        if datasource == nil, !root.has("datasource"), !ruleFiles.isEmpty, let node = root.keyNode("rule_files") {
            decoding.report("'rule_files' needs a 'datasource'", at: node)
        }
    }
}
