import Base
import HTTPTransport
import PrometheusAPI
import TimeSeries

/// Owner of one `remote_write` target's queue: feeds its core and carries the effects out.
actor RemoteWriteTarget {
    private var client: RemoteWriteClient
    private var filter: RemoteWriteFilter
    private var core = RemoteWriteQueueCore()
    private let clock: any WallClock
    private let metrics: RemoteWriteMetrics.Target
    private let log: Log
    private var alarm: Alarm
    private var request: Task<Void, Never>?
    private var isFailing = false
    private var isOverflowing = false
    /// The reason of the last refusal that was logged: a target that refuses every request fills no log.
    private var refusal: String?
    private var isStopped = false

    init(
        _ settings: RemoteWriteSettings, externalLabels: Labels, http: HTTPClient, clock: any WallClock,
        metrics: RemoteWriteMetrics.Target, log: Log
    ) {
        client = RemoteWriteClient(settings, http: http)
        filter = RemoteWriteFilter(settings, externalLabels: externalLabels)
        self.clock = clock
        self.metrics = metrics
        self.log = log
        alarm = Alarm(clock: clock)
    }

    /// Puts other settings in force for all that comes; what waits stays as it was relabelled.
    func reload(_ settings: RemoteWriteSettings, externalLabels: Labels, http: HTTPClient) {
        client = RemoteWriteClient(settings, http: http)
        filter = RemoteWriteFilter(settings, externalLabels: externalLabels)
    }

    /// Takes samples on their way.
    func take(_ samples: [RemoteWriteSample]) {
        if isStopped { return }
        let leaving = filter.apply(to: samples)
        metrics.filtered(samples.count - leaving.count)
        if let newest = leaving.map(\.timestamp).max() { metrics.queued(newest) }
        step(.samples(leaving))
    }

    /// Sends what waits, for at most `limit`; a target that fails already is not waited for.
    func drain(within limit: Duration) async {
        step(.hurry)
        let end = ContinuousClock.now + limit
        while core.pending > 0, !isFailing, ContinuousClock.now < end {
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
        if core.pending > 0 {
            log.write(.warn, "samples for remote write are lost", fields([("samples", "\(core.pending)")]))
        }
        metrics.remove()
    }

    private func step(_ event: RemoteWriteQueueCore.Event) {
        for effect in core.apply(event, at: clock.now()) { carryOut(effect) }
        metrics.pending.set(Double(core.pending))
        if isStopped { return }
        alarm.set(to: core.nextDeadline) { [weak self] in await self?.rang() }
    }

    private func rang() {
        alarm.rang()
        step(.tick)
    }

    private func carryOut(_ effect: RemoteWriteQueueCore.Effect) {
        switch effect {
        case .send(let batch): send(batch)
        case .taken(let count, let newest):
            metrics.taken(count, newest: newest)
            isOverflowing = false
            if isFailing { log.write(.info, "remote write works again", fields()) }
            isFailing = false
            refusal = nil
        case .retried(let count): metrics.retried.increment(by: Double(count))
        case .refused(let count): metrics.failed.increment(by: Double(count))
        case .overflowed(let count):
            metrics.overflowed(count)
            if !isOverflowing {
                log.write(.error, "the queue of remote write is full, the oldest samples go", fields())
            }
            isOverflowing = true
        }
    }

    private func send(_ batch: [RemoteWriteSample]) {
        let client = client
        request = Task { [weak self] in
            let started = ContinuousClock.now
            var failure: PrometheusError?
            do throws(PrometheusError) { try await client.transmit(batch.series) } catch { failure = error }
            if Task.isCancelled { return }
            await self?.finished(failure, in: ContinuousClock.now - started)
        }
    }

    private func finished(_ failure: PrometheusError?, in duration: Duration) {
        if isStopped { return }
        metrics.duration.observe(duration)
        guard let failure else { return step(.answer(.taken)) }
        let reason = fields([("reason", "\(failure)")])
        if failure.isTemporary {
            if !isFailing { log.write(.warn, "remote write fails, trying again", reason) }
            isFailing = true
            step(.answer(.temporary(retryAfter: failure.retryAfter)))
        } else {
            if refusal != failure.message { log.write(.error, "samples refused by remote write", reason) }
            refusal = failure.message
            step(.answer(.permanent))
        }
    }

    private func fields(_ more: [(String, String)] = []) -> [(String, String)] {
        [("url", client.settings.url.authority)] + more
    }
}
