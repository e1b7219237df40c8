import Base
import HTTPTransport
import PrometheusAPI
import StateStore
import TimeSeries

/// What is special about an entry of `remote_write`.
struct RemoteWriteChannel: ForwardingChannel {
    static let kind = "remote write"
    /// How long samples may be in memory only while the target takes them.
    static let writeDelay = Duration.milliseconds(100)

    /// The name of the target in the log.
    private let key: String
    private let log: SampleLog?
    private let left: [SampleLog.Entry]
    private let metrics: RemoteWriteMetrics.Target
    private var client: RemoteWriteClient
    private var filter: RemoteWriteFilter
    private var nextNumber: UInt64

    /// - Parameter left: What an earlier process left of this target in `log`.
    init(
        _ settings: RemoteWriteSettings, externalLabels: Labels, http: HTTPClient, key: String, log: SampleLog?,
        left: [SampleLog.Entry], metrics: RemoteWriteMetrics.Target
    ) {
        self.key = key
        self.log = log
        self.left = left
        self.metrics = metrics
        client = RemoteWriteClient(settings, http: http)
        filter = RemoteWriteFilter(settings, externalLabels: externalLabels)
        nextNumber = (left.last?.number ?? 0) + 1
    }

    var host: String { client.settings.url.authority }

    func queue(at now: Timestamp) -> RemoteWriteQueueCore {
        RemoteWriteQueueCore(
            limits,
            restoring: left.map {
                RemoteWriteBlock(
                    number: $0.number, samples: $0.samples, newest: $0.newest, takenAt: $0.takenAt, bytes: $0.bytes,
                    body: nil)
            }, at: now)
    }

    /// Without a log all that waits must fit into memory.
    private var limits: RemoteWriteQueueCore.Limits {
        var limits = client.settings.limits
        if log == nil {
            limits.maximumBytes = min(limits.maximumBytes, 64 << 20)
            limits.memory = limits.maximumBytes
        }
        return limits
    }

    mutating func adopt(_ newer: RemoteWriteChannel, _ core: inout RemoteWriteQueueCore) {
        client = newer.client
        filter = newer.filter
        core.limits = limits
    }

    mutating func items(of input: [RemoteWriteSample], at now: Timestamp, isFailing: Bool) -> [RemoteWriteBlock] {
        let leaving = filter.apply(to: input)
        metrics.filtered(input.count - leaving.count)
        guard let newest = leaving.map(\.timestamp).max() else { return [] }
        metrics.queued(newest)
        let blocks = RemoteWriteBlock.blocks(leaving, from: nextNumber, at: now)
        nextNumber += UInt64(blocks.count)
        log?.append(
            blocks.map {
                SampleLog.Entry(
                    target: key, number: $0.number, takenAt: $0.takenAt, newest: $0.newest, samples: $0.samples,
                    bytes: $0.bytes, body: $0.body ?? [])
            }, within: isFailing ? .zero : Self.writeDelay)
        return blocks
    }

    func send(_ blocks: [RemoteWriteBlock]) async -> ForwardingFailure? {
        let missing = blocks.filter { $0.body == nil }.map(\.number)
        let read = await missing.isEmpty ? nil : log?.bodies(missing, of: key)
        let bodies = blocks.compactMap { $0.body ?? read?[$0.number] }
        if bodies.count < blocks.count { metrics.lost(blocks.filter { $0.body == nil && read?[$0.number] == nil }) }
        if bodies.isEmpty { return nil }
        do throws(PrometheusError) {
            try await client.transmit(bodies: bodies)
            return nil
        } catch {
            return ForwardingFailure(
                isTemporary: error.isTemporary, retryAfter: error.retryAfter, reason: error.message)
        }
    }

    func noteDuration(_ duration: Duration) { metrics.duration.observe(duration) }

    func note(_ effect: ForwardingEffect<RemoteWriteBlock>) {
        switch effect {
        case .send: return
        case .retried(let blocks):
            metrics.retried.increment(by: Double(blocks.reduce(0) { $0 + $1.samples }))
            return
        case .taken(let blocks): metrics.taken(blocks)
        case .refused(let blocks): metrics.failed.increment(by: Double(blocks.reduce(0) { $0 + $1.samples }))
        case .dropped(let blocks, let why): metrics.dropped(why.rawValue, blocks.reduce(0) { $0 + $1.samples })
        }
        switch effect {
        case .taken(let blocks), .refused(let blocks), .dropped(let blocks, _):
            log?.remove(blocks.map(\.number), of: key)
        case .send, .retried: break
        }
    }

    func show(_ core: RemoteWriteQueueCore) {
        metrics.pending.set(Double(core.waiting))
        metrics.pendingBytes.set(Double(core.waitingBytes))
    }

    func end(_ core: RemoteWriteQueueCore, isGone: Bool) -> String? {
        if isGone {
            metrics.remove()
            log?.forget(key)
        }
        if core.waiting == 0 { return nil }
        return isGone || log == nil
            ? "samples for remote write are lost" : "samples for remote write wait in the log for the next start"
    }
}
