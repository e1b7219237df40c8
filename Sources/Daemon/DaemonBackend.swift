import Alerts
import Base
import Dispatching
import Incidents
import Ruler
import StateStore
import TimeSeries
import Web

/// What the HTTP surface asks, answered from the parts of a daemon.
struct DaemonBackend: WebBackend {
    let daemon: Daemon

    /// By file and name, as Prometheus shows them.
    func ruleGroups() async -> [RuleGroupView] {
        await daemon.ruler.status().map(RuleGroupView.init).sorted {
            ($0.file, $0.name) < ($1.file, $1.name)
        }
    }

    func receive(_ alerts: [PostedAlert], from source: AlertSource) async throws(WebFailure) -> [PostedAlert.Refusal] {
        let outcome = await daemon.intake.take(
            source == .webhook ? alerts.map(\.untilItsEndIsTold) : alerts, overHTTP: true)
        if let failure = outcome.failure { throw .unavailable("\(failure)") }
        return outcome.refusals
    }

    func receivedAlerts(matching matchers: [AlertMatcher]) async -> [ReceivedAlertView] {
        await daemon.dispatcher.alerts(matching: matchers).map(ReceivedAlertView.init)
    }

    func alertGroups(matching matchers: [AlertMatcher]) async -> [AlertGroupView] {
        let groups = await daemon.dispatcher.groups(matching: matchers)
        let receivers = await daemon.current.receivers
        let configuration = await daemon.current.dispatch
        return groups.map { group in
            let routeLabels =
                group.routeLabels.isEmpty
                ? .empty : receivers.routeLabels(of: Notification(group, externalURL: configuration.externalURL))
            return AlertGroupView(
                labels: group.labels, routeLabels: routeLabels, receiver: group.receiver,
                alerts: group.alerts.map(ReceivedAlertView.init))
        }
    }

    func receivers() async -> [ReceiverView] {
        await daemon.current.configuration.receivers.receivers.map { receiver in
            ReceiverView(name: receiver.name, labels: receiver.labels.map { ($0.key, $0.value) })
        }
    }

    func silences() async -> [SilenceView] {
        await daemon.dispatcher.silences().map { SilenceView($0.silence, state: $0.state) }
    }

    func setSilence(_ silence: PostedSilence) async throws(WebFailure) -> String {
        try refuseWithoutStore()
        do { return try await daemon.dispatcher.setSilence(Silence(silence)) } catch let refusal as Silence.Refusal {
            if case .notFound = refusal { throw .notFound("\(refusal)") }
            throw .invalid("\(refusal)")
        } catch {
            throw .unavailable("\(error)")
        }
    }

    func expireSilence(_ id: String) async throws(WebFailure) {
        try refuseWithoutStore()
        do { try await daemon.dispatcher.expireSilence(id) } catch let refusal as Silence.Refusal {
            if case .alreadyExpired = refusal { return }
            throw .notFound("\(refusal)")
        } catch {
            throw .unavailable("\(error)")
        }
    }

    /// What cannot be kept is not begun.
    private func refuseWithoutStore() throws(WebFailure) {
        if let failure = daemon.store.failure { throw .unavailable(failure) }
    }

    func dispatchStatus() async -> DispatchStatusView {
        let current = await daemon.current
        return DispatchStatusView(
            configuration: current.configuration.text,
            startedAt: daemon.startedAt)
    }

    func incidents() async -> [IncidentView] {
        await daemon.dispatcher.allIncidents().map { IncidentView($0.record, nextStep: $0.nextStep) }
    }

    func acknowledge(incident id: String, by who: String, comment: String) async throws(WebFailure) -> IncidentView {
        do {
            guard let found = try await daemon.dispatcher.acknowledge(id, by: who, note: comment) else {
                throw WebFailure.notFound("no incident \(id)")
            }
            return IncidentView(found.record, nextStep: found.nextStep)
        } catch let refusal as AcknowledgementRefusal {
            switch refusal {
            case .notFound: throw .notFound("\(refusal)")
            case .alreadyResolved: throw .conflict("\(refusal)")
            }
        } catch let failure as WebFailure {
            throw failure
        } catch {
            throw .unavailable("\(error)")
        }
    }

    func readiness() async -> [HealthCheckView] {
        let isReady = await daemon.isReady
        let failure = daemon.store.failure
        return [
            HealthCheckView("configuration", isHealthy: isReady, message: isReady ? "" : "state is not restored yet"),
            HealthCheckView("state", isHealthy: failure == nil, message: failure ?? "", isRequired: false),
        ]
    }

    func performance() async -> PerformanceView {
        let groups = await daemon.ruler.status()
        let rules = groups.flatMap(\.rules)
        let failing = rules.count { $0.health.lastError != nil }
        let now = daemon.clock.now()
        // Lag: how much later than its interval the latest group is.
        let lag = groups.compactMap { group in group.lastEvaluation.map { now - $0 - group.interval } }.max() ?? .zero
        let share = rules.isEmpty ? 0 : Double(failing) / Double(rules.count)
        let late = lag > .seconds(1) ? min(1, lag.seconds / 60) : 0
        let damage = max(share, late, daemon.store.failure == nil ? 0 : 0.5)
        return PerformanceView(
            score: Int((100 * (1 - damage)).rounded()), evaluationLag: max(.zero, lag),
            missedIterations: groups.reduce(0) { $0 + $1.missedTicks }, rules: rules.count, failingRules: failing,
            queuedNotifications: await daemon.dispatcher.deliveriesUnderWay)
    }

    func serverStatus() async -> ServerStatusView { await ServerStatusView(daemon) }

    func reload() async throws(WebFailure) {
        do throws(DaemonFailure) { try await daemon.reload() } catch { throw .failed("\(error)") }
    }
}

extension PostedAlert {
    /// How long an alert told by an Alertmanager goes on when its end is never told.
    static let webhookLife = Duration.seconds(100 * 365 * 86_400)

    /// An Alertmanager tells a beginning and an end and little between: without an end the alert goes on until it is told.
    fileprivate var untilItsEndIsTold: PostedAlert {
        var copy = self
        if copy.endsAt == nil, let start = copy.startsAt { copy.endsAt = start + Self.webhookLife }
        return copy
    }
}

extension Notification {
    /// What a group would tell now: what labels of its route are made from.
    fileprivate init(_ group: GroupView, externalURL: String) {
        self.init(
            receiver: group.receiver, groupKey: group.key, groupLabels: group.labels, routeLabels: group.routeLabels,
            alerts: group.alerts.map { NotifiedAlert($0.alert, status: .firing) }, externalURL: externalURL,
            at: group.nextFlush)
    }
}
