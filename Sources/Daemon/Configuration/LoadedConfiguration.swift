import Base
import Dispatching
import HTTPTransport
import Incidents
import PromQL
import PrometheusAPI
import QueryEngine
import Receivers
import RuleFiles
import Ruler
import Settings
import TimeSeries

/// A configuration with everything it names read and checked: what is put in force at once or not at all.
struct LoadedConfiguration: Sendable {
    let configuration: DaemonConfiguration
    let rules: [RuleFile]
    let ruler: RulerSettings
    let dispatch: DispatchConfiguration
    let incidents: IncidentConfiguration
    let receivers: ReceiverSet
    let querier: RuleQuerier?
    /// Who answers the queries of groups that ask otherwise, by their settings.
    private let groupQueriers: [PrometheusServerSettings: RuleQuerier]
    /// The addresses of the source and how they fare; nil without a server.
    let pool: ServerPool?
    /// Names of the series that rules record.
    let recorded: RecordedNames
    /// Whether alerts of rules are dispatched here: without a route they only go to `alertmanagers`.
    let dispatchesRules: Bool
    /// What the operator should know of it.
    let warnings: [Diagnostic]

    /// Reads the file that `options` name and everything it names.
    /// - Throws: all that is wrong.
    init(
        _ options: DaemonOptions, externalURL fallback: String, embedded: EmbeddedStore, overlay: EmbeddedStore,
        servers: KnownServers, http: HTTPClient, mail: SMTPClient, conversations: SlackConversations,
        clock: any WallClock, log: Log
    ) throws(Diagnostics) {
        var configuration = try DaemonConfiguration.load(options.configuration)
        if let url = options.prometheusURL { try Self.override(&configuration, url) }
        configuration.features.formUnion(options.features)
        let externalURL = configuration.externalURL ?? fallback
        configuration.ruler.externalURL = externalURL
        var warnings = configuration.warnings

        rules = try Self.rules(configuration, options, &warnings)
        ruler = configuration.ruler
        recorded = RecordedNames(
            rules.flatMap(\.groups).flatMap(\.rules).filter { !$0.isAlerting }.map(\.name))
        let templates = try configuration.readTemplates()
        receivers = ReceiverSet(
            configuration.receivers,
            DeliveryMeans(
                http: http, smtp: mail, templates: templates, clock: clock, userAgent: Version.userAgent,
                conversations: conversations,
                notice: { integration, text in log.write(.warn, text, ["integration": "\(integration)"]) }))
        let profiles = receivers.profiles
        dispatchesRules = configuration.dispatch.route != nil
        if !dispatchesRules {
            // Alerts that are posted here all the same are kept and shown, and nobody is told.
            configuration.dispatch.route = Self.silentRoute
            if configuration.alertmanagers.isEmpty, rules.contains(where: \.hasAlerts) {
                warnings.append(
                    Diagnostic("alerts of rules go nowhere: no 'route', no 'alertmanagers'", severity: .warning))
            }
        }
        guard var dispatch = configuration.dispatch.configuration(receivers: profiles, externalURL: externalURL) else {
            throw Diagnostics([Diagnostic("no route provided in config", at: nil)])
        }
        dispatch.recordsEvents = !configuration.events.outputs.isEmpty
        self.dispatch = dispatch
        incidents = IncidentConfiguration(
            policies: configuration.escalation.policies, receivers: profiles, externalURL: externalURL)
        let client = Self.client(configuration, http: http, clock: clock)
        pool = client?.pool
        querier = Self.querier(configuration, client, embedded: embedded, overlay: overlay, servers: servers)
        var own: [PrometheusServerSettings: RuleQuerier] = [:]
        if let client, !client.settings.groups.isEmpty {
            for group in rules.flatMap(\.groups) {
                let settings = client.settings.settings(forGroup: group.name, file: group.file)
                if settings == client.settings || own[settings] != nil { continue }
                own[settings] = Self.querier(
                    configuration, PrometheusClient(settings, http: http, pool: client.pool), embedded: embedded,
                    overlay: overlay, servers: servers)
            }
        }
        groupQueriers = own
        if configuration.selfWatch != nil, !dispatchesRules {
            warnings.append(Diagnostic("alerts of self_watch go nowhere: no 'route'", severity: .warning))
        }
        self.configuration = configuration
        self.warnings = warnings
    }

    /// A route to a receiver that tells nobody.
    private static var silentRoute: RouteConfiguration {
        var route = RouteConfiguration()
        route.receiver = "null"
        return route
    }

    private static func override(_ configuration: inout DaemonConfiguration, _ text: String) throws(Diagnostics) {
        guard let url = HTTPURL(text), url.scheme.hasPrefix("http") else {
            throw Diagnostics([Diagnostic("--prometheus needs an http or https address, not \(text)")])
        }
        var settings = PrometheusServerSettings(url: url)
        if case .server(let configured) = configuration.datasource {
            settings = configured
            settings.url = url
            settings.alternatives = []
        }
        configuration.datasource = .server(settings)
    }

    private static func rules(
        _ configuration: DaemonConfiguration, _ options: DaemonOptions, _ warnings: inout [Diagnostic]
    ) throws(Diagnostics) -> [RuleFile] {
        let folder = options.rules.isEmpty ? configuration.folder : ConfigurationFolder(path: ".")
        let patterns = options.rules.isEmpty ? configuration.ruleFiles : options.rules
        let paths: [String]
        do throws(Diagnostic) { paths = try folder.files(matching: patterns) } catch { throw Diagnostics([error]) }
        if paths.isEmpty, !patterns.isEmpty {
            let shown = patterns.joined(separator: ", ")
            warnings.append(Diagnostic("rule_files match no file: \(shown)", severity: .warning))
        }
        var files: [RuleFile] = []
        var problems: [Diagnostic] = []
        for path in paths {
            let outcome = RuleFileLoader.load(path: path, options: .init(features: configuration.features))
            problems += outcome.diagnostics.filter { $0.severity == .error }
            warnings += outcome.diagnostics.filter { $0.severity != .error }
            if let file = outcome.file { files.append(file.withoutPlaces) }
        }
        if !problems.isEmpty { throw Diagnostics(problems) }
        return options.shard?.share(of: files) ?? files
    }

    /// Who answers the queries of a group.
    func querier(of group: RuleGroup) -> RuleQuerier? {
        guard !groupQueriers.isEmpty, case .server(let settings) = configuration.datasource else { return querier }
        return groupQueriers[settings.settings(forGroup: group.name, file: group.file)] ?? querier
    }

    /// The samples that are kept between ticks.
    var windows: [SampleWindow] { ([querier].compactMap { $0 } + groupQueriers.values).compactMap(\.window) }

    private static func client(
        _ configuration: DaemonConfiguration, http: HTTPClient, clock: any WallClock
    ) -> PrometheusClient? {
        guard case .server(let settings) = configuration.datasource else { return nil }
        let pool = ServerPool(
            [settings.url] + settings.alternatives, concurrency: settings.concurrency, clock: clock)
        return PrometheusClient(settings, http: http, pool: pool)
    }

    private static func querier(
        _ configuration: DaemonConfiguration, _ client: PrometheusClient?, embedded: EmbeddedStore,
        overlay: EmbeddedStore, servers: KnownServers
    ) -> RuleQuerier? {
        var options = QueryOptions()
        options.features = configuration.features
        options.limits = configuration.queryLimits
        options.defaultSubqueryStep = configuration.ruler.evaluationInterval
        switch configuration.datasource {
        case nil: return nil
        case .server:
            guard let client else { return nil }
            let settings = client.settings
            if let lookback = settings.lookback { options.lookback = lookback }
            let source = servers.source(client)
            var querier = RuleQuerier(
                source: source, server: ServerQuerying(client: client), overlay: overlay, options: options,
                timeout: settings.configuredTimeout)
            if !configuration.remoteWrite.isEmpty { querier.writtenLabels = configuration.ruler.externalLabels }
            querier.policy = EvaluationPolicy(settings.evaluation)
            querier.shortcomings = SourceShortcomings(
                isApproximate: { (try? await source.findFidelity()) == .floats },
                isIncomplete: { ($0 as? PrometheusError)?.kind == .incomplete })
            if settings.evaluation != .remote {
                querier.window = SampleWindow(
                    source, lookback: options.lookback,
                    isIncomplete: { ($0 as? PrometheusError)?.cannotBeKept ?? false }
                ) { matchers, time in await client.seriesCount(matchers, at: time) }
            }
            return querier
        case .embedded:
            return RuleQuerier(source: embedded, server: nil, overlay: overlay, options: options)
        }
    }

    /// What the embedded store may hold; nil when the datasource is another.
    var embeddedLimits: EmbeddedStore.Limits? {
        guard case .embedded(let settings) = configuration.datasource else { return nil }
        return .init(retention: settings.retention, maximumBytes: settings.maximumBytes)
    }
}

extension RuleFile {
    /// Whether a rule makes alerts.
    fileprivate var hasAlerts: Bool { groups.contains { $0.rules.contains(where: \.isAlerting) } }
}
