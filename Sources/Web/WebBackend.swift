import Alerts
import Base

/// What the HTTP surface asks of the daemon. Every answer is a snapshot; nothing of it is kept.
public protocol WebBackend: Sendable {
    /// All rule groups in the order of the files.
    func ruleGroups() async -> [RuleGroupView]

    /// Takes alerts into the dispatcher; returns when they are durable and ``receivedAlerts(matching:)`` shows them.
    /// - Returns: why single alerts were refused, in their order; the others are taken.
    /// - Throws: ``WebFailure/unavailable(_:)`` when they cannot be kept.
    func receive(_ alerts: [PostedAlert], from source: AlertSource) async throws(WebFailure) -> [PostedAlert.Refusal]

    /// All alerts of the dispatcher that have not ended and that `matchers` accept, by fingerprint.
    func receivedAlerts(matching matchers: [AlertMatcher]) async -> [ReceivedAlertView]

    /// All aggregation groups with such alerts, by labels and receiver.
    func alertGroups(matching matchers: [AlertMatcher]) async -> [AlertGroupView]

    /// All receivers with their labels, in the order of the configuration.
    func receivers() async -> [ReceiverView]

    /// All silences in the order of the API: active by end, pending by start, expired newest first.
    func silences() async -> [SilenceView]

    /// Creates or changes a silence; returns when it is durable and ``silences()`` shows it.
    /// - Returns: its identifier, another one where the old silence could not be changed in place.
    /// - Throws: ``WebFailure/notFound(_:)``, ``WebFailure/invalid(_:)`` or ``WebFailure/unavailable(_:)``.
    func setSilence(_ silence: PostedSilence) async throws(WebFailure) -> String

    /// Ends a silence; nothing happens when it has ended.
    /// - Throws: ``WebFailure/notFound(_:)`` or ``WebFailure/unavailable(_:)``.
    func expireSilence(_ id: String) async throws(WebFailure)

    /// What `/api/v2/status` shows.
    func dispatchStatus() async -> DispatchStatusView

    /// All incidents that are kept, the newest first.
    func incidents() async -> [IncidentView]

    /// Notes that somebody takes care of an incident.
    /// - Returns: the incident afterwards.
    /// - Throws: ``WebFailure/notFound(_:)``, ``WebFailure/conflict(_:)`` or ``WebFailure/unavailable(_:)``.
    func acknowledge(incident id: String, by who: String, comment: String) async throws(WebFailure) -> IncidentView

    /// Addresses that alerts of rules are posted to.
    func alertmanagers() async -> [String]

    /// All heartbeats that should come in, as configured.
    func heartbeats() async -> [HeartbeatView]

    /// Takes a heartbeat; returns when it is durable and ``heartbeats()`` shows it.
    /// - Throws: ``WebFailure/notFound(_:)`` or ``WebFailure/unavailable(_:)``.
    func beat(_ name: String) async throws(WebFailure) -> HeartbeatView

    /// What readiness hangs on; ready when all are well.
    func readiness() async -> [HealthCheckView]

    /// What `/health/performance` shows.
    func performance() async -> PerformanceView

    /// What `/api/v1/status/…` shows of the process.
    func serverStatus() async -> ServerStatusView

    /// Puts configuration, rule files and templates in force again as they are on the disk.
    /// - Throws: ``WebFailure/failed(_:)`` with the reason; nothing has changed then.
    func reload() async throws(WebFailure)
}

/// Where alerts come from.
public enum AlertSource: Hashable, Sendable {
    /// Somebody who posts again and again while they fire, as Prometheus does: without an end they are over when that
    /// stops for `resolve_timeout`.
    case api
    /// An Alertmanager or Grafana, which tells the beginning, the end and little between: without an end they go on
    /// until their end is told.
    case webhook
}

/// Why a request cannot be answered as it was asked.
public enum WebFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The request itself is wrong: 400.
    case invalid(String)
    /// What it names is not there: 404.
    case notFound(String)
    /// What it asks does not fit the present state: 409.
    case conflict(String)
    /// It went wrong: 500.
    case failed(String)
    /// Not by this version: 501.
    case unsupported(String)
    /// Not now: 503.
    case unavailable(String)

    /// The reason.
    public var description: String {
        switch self {
        case .invalid(let reason), .notFound(let reason), .conflict(let reason), .failed(let reason),
            .unsupported(let reason), .unavailable(let reason):
            reason
        }
    }

    /// The HTTP status.
    public var status: Int {
        switch self {
        case .invalid: 400
        case .notFound: 404
        case .conflict: 409
        case .failed: 500
        case .unsupported: 501
        case .unavailable: 503
        }
    }

    /// Prometheus' word for it.
    var errorType: String {
        switch self {
        case .invalid: "bad_data"
        case .notFound: "not_found"
        case .conflict: "conflict"
        case .failed: "internal"
        case .unsupported: "not_implemented"
        case .unavailable: "unavailable"
        }
    }
}
