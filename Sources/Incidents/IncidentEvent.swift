import Alerts

/// What happens to incidents.
public enum IncidentEvent: Sendable {
    /// A group said how it stands.
    case signal(IncidentSignal)
    /// Time passed.
    case tick
    /// An attempt to deliver ended.
    case result(job: UInt64, DeliveryResult)
    /// Other policies and receivers are in force.
    case reload(IncidentConfiguration)
}

/// What incidents want done, in this order: a ``persist(_:)`` before an effect that relies on it.
public enum IncidentEffect: Sendable {
    /// Store or replace an incident.
    case persist(IncidentRecord)
    /// Forget an incident.
    case remove(id: String)
    /// Make one attempt to deliver and report ``IncidentEvent/result(job:_:)``.
    case notify(NotificationJob)
    /// Stop an attempt that nobody waits for any more; no result is expected.
    case cancel(job: UInt64)
}

/// What incidents go by.
public struct IncidentConfiguration: Sendable {
    /// By name.
    public var policies: [String: EscalationPolicy]
    /// What each receiver consists of.
    public var receivers: [String: [IntegrationProfile]]
    /// This installation's own address.
    public var externalURL: String
    /// How long ended incidents are kept.
    public var retention: Duration

    /// A configuration.
    public init(
        policies: [String: EscalationPolicy], receivers: [String: [IntegrationProfile]], externalURL: String = "",
        retention: Duration = .seconds(30 * 86_400)
    ) {
        self.policies = policies
        self.receivers = receivers
        self.externalURL = externalURL
        self.retention = retention
    }
}

/// Why an acknowledgement was refused.
public enum AcknowledgementRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case notFound(String), alreadyResolved(String)

    /// The sentence for the client.
    public var description: String {
        switch self {
        case .notFound(let id): "no incident \(id)"
        case .alreadyResolved(let id): "incident \(id) is resolved already"
        }
    }
}
