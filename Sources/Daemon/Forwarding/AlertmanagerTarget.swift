import Alerts
import Base
import HTTPTransport
import Receivers

/// Owner of one Alertmanager's queue: feeds its core and carries the effects out.
actor AlertmanagerTarget {
    private var client: AlertmanagerClient
    private var core = AlertForwardingCore()
    private let clock: any WallClock
    private let metrics: NotifierMetrics.Target
    private let log: Log
    private var alarm: Alarm
    private var request: Task<Void, Never>?
    private var isFailing = false
    /// The reason of the last refusal that was logged: a target that refuses every request fills no log.
    private var refusal: String?
    private var isDropping = false
    private var isStopped = false

    init(
        _ settings: AlertmanagerSettings, http: HTTPClient, clock: any WallClock, metrics: NotifierMetrics.Target,
        log: Log
    ) {
        client = AlertmanagerClient(settings, http: http)
        self.clock = clock
        self.metrics = metrics
        self.log = log
        alarm = Alarm(clock: clock)
    }

    /// Puts other settings in force for all that comes.
    func reload(_ settings: AlertmanagerSettings, http: HTTPClient) {
        client = AlertmanagerClient(settings, http: http)
    }

    /// Takes alerts on their way.
    func take(_ alerts: [PostedAlert]) {
        if isStopped { return }
        step(.alerts(client.relabelled(alerts)))
    }

    /// Posts what waits, for at most `limit`; a target that fails already is not waited for.
    func drain(within limit: Duration) async {
        let end = ContinuousClock.now + limit
        while !core.isIdle, !isFailing, ContinuousClock.now < end {
            do { try await Task.sleep(for: .milliseconds(10)) } catch { break }
        }
        stop()
    }

    /// Gives up what waits.
    func stop() {
        if isStopped { return }
        isStopped = true
        alarm.cancel()
        request?.cancel()
        metrics.remove()
    }

    private func step(_ event: AlertForwardingCore.Event) {
        for effect in core.apply(event, at: clock.now()) { carryOut(effect) }
        metrics.waiting.set(Double(core.waiting))
        if isStopped { return }
        alarm.set(to: core.nextDeadline) { [weak self] in await self?.rang() }
    }

    private func rang() {
        alarm.rang()
        step(.tick)
    }

    private func carryOut(_ effect: AlertForwardingCore.Effect) {
        switch effect {
        case .post(let alerts): post(alerts)
        case .taken(let count):
            metrics.sent.increment(by: Double(count))
            if isFailing { log.write(.info, "alertmanager takes alerts again", fields()) }
            isFailing = false
            isDropping = false
            refusal = nil
        case .failed(let count): metrics.errors.increment(by: Double(count))
        case .dropped(let count):
            metrics.dropped.increment(by: Double(count))
            if !isDropping {
                log.write(.error, "alerts for an alertmanager dropped", fields([("alerts", "\(count)")]))
            }
            isDropping = true
        }
    }

    private func post(_ alerts: [PostedAlert]) {
        let client = client
        request = Task { [weak self] in
            let started = ContinuousClock.now
            var failure: AlertmanagerClient.Failure?
            do throws(AlertmanagerClient.Failure) { try await client.post(alerts) } catch { failure = error }
            if Task.isCancelled { return }
            await self?.finished(failure, in: ContinuousClock.now - started)
        }
    }

    private func finished(_ failure: AlertmanagerClient.Failure?, in duration: Duration) {
        if isStopped { return }
        metrics.latency.observe(duration)
        guard let failure else { return step(.answer(.taken)) }
        if failure.isTemporary {
            if !isFailing {
                log.write(.warn, "alertmanager takes no alerts, trying again", fields([("reason", "\(failure)")]))
            }
            isFailing = true
            step(.answer(.temporary(retryAfter: failure.retryAfter)))
        } else {
            let reason = failure.description
            if refusal != reason { log.write(.error, "alertmanager refuses alerts", fields([("reason", reason)])) }
            refusal = reason
            step(.answer(.permanent))
        }
    }

    private func fields(_ more: [(String, String)] = []) -> [(String, String)] {
        [("url", client.settings.url.authority)] + more
    }
}
