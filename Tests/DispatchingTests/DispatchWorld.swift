import Alerts
import Base
import Dispatching
import TimeSeries

/// A dispatcher with a store and receivers that a test answers for.
struct DispatchWorld {
    var core: DispatchCore
    var now: Timestamp
    var store = DispatchSnapshot()
    var pending: [NotificationJob] = []
    var sent: [NotificationJob] = []
    var signals: [IncidentSignal] = []
    var cancelled: [UInt64] = []
    /// Type and reason of each integration that was given up within a flush.
    var gaveUp: [String] = []
    var recorded: [DispatchOccurrence] = []
    /// What receivers answer at once; nil leaves the answer to the test.
    var answer: (@Sendable (NotificationJob) -> DeliveryResult?)? = { _ in .delivered }

    init(_ configuration: DispatchConfiguration, at now: Timestamp = Timestamp(milliseconds: 1_000_000_000)) {
        self.now = now
        core = DispatchCore(configuration, at: now)
    }

    /// Starts again from what was stored; what was under way is lost.
    mutating func restart(_ configuration: DispatchConfiguration? = nil) {
        pending = []
        core = DispatchCore(configuration ?? core.configuration, restoring: store, at: now)
        send(.tick)
    }

    mutating func send(_ event: DispatchEvent) { carryOut(core.apply(event, at: now)) }

    mutating func carryOut(_ effects: [DispatchEffect]) {
        var answers: [(UInt64, DeliveryResult)] = []
        for effect in effects {
            switch effect {
            case .persist(let record): store.apply(record)
            case .incident(let signal): signals.append(signal)
            case .record(let occurrence): recorded.append(occurrence)
            case .gaveUp(let integration, let reason): gaveUp.append("\(integration.type) \(reason.rawValue)")
            case .cancel(let job):
                cancelled.append(job)
                pending.removeAll { $0.id == job }
            case .notify(let job):
                if let result = answer?(job) {
                    if result.isDelivered { sent.append(job) }
                    answers.append((job.id, result))
                } else {
                    pending.append(job)
                }
            }
        }
        for (job, result) in answers { send(.result(job: job, result)) }
    }

    /// Moves the time on, through every deadline on the way.
    mutating func run(for duration: Duration) {
        let end = now + duration
        while let next = core.nextDeadline, next <= end {
            now = max(now, next)
            send(.tick)
        }
        now = end
        send(.tick)
    }

    mutating func fire(_ labels: Labels, since: Timestamp? = nil, annotations: Labels = .empty) {
        post(PostedAlert(labels: labels, annotations: annotations, startsAt: since))
    }

    mutating func resolve(_ labels: Labels) { post(PostedAlert(labels: labels, endsAt: now)) }

    mutating func post(_ posted: PostedAlert) {
        guard let alert = try? posted.accepted(at: now, resolveTimeout: core.configuration.resolveTimeout) else {
            return
        }
        send(.alerts([alert]))
    }

    /// What was sent since the last call: status and, per alert, `name` or `name!` when resolved.
    mutating func news() -> [String] {
        defer { sent = [] }
        return sent.map { job in
            let alerts = job.notification.alerts.map { alert in
                alert.alert.labels.value(of: "i") + (alert.status == .resolved ? "!" : "")
            }
            return "\(job.notification.status) \(alerts.joined(separator: " "))"
        }
    }

    /// One receiver `r` with webhooks, one route.
    static func configuration(
        webhooks: Int = 1, sendsResolved: Bool = true, groupWait: Duration = .seconds(30),
        groupInterval: Duration = .seconds(300), repeatInterval: Duration = .seconds(3600),
        change: (inout RouteConfiguration) -> Void = { _ in }
    ) -> DispatchConfiguration {
        var route = RouteConfiguration()
        route.receiver = "r"
        route.grouping = .labels(["alertname"])
        route.groupWait = groupWait
        route.groupInterval = groupInterval
        route.repeatInterval = repeatInterval
        change(&route)
        let integrations = (0..<webhooks).map {
            IntegrationProfile(
                id: IntegrationID(receiver: "r", type: "webhook", index: $0), sendsResolved: sendsResolved)
        }
        return DispatchConfiguration(
            tree: RouteTree(route), receivers: ["r": integrations], resolveTimeout: .seconds(300 * 3600),
            externalURL: "http://x")
    }
}
