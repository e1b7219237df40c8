import Base
import HTTPTransport
import PrometheusAPI
import Ruler
import StateStore
internal import Synchronization
import TimeSeries

/// All `remote_write` targets, and the log of what has not arrived.
final class RemoteWriteTargets: Sendable {
    private let targets: ForwardingTargets<RemoteWriteChannel>
    private let log = Mutex<SampleLog?>(nil)
    private let directory: String
    private let http: HTTPClient
    private let clock: any WallClock
    private let metrics: RemoteWriteMetrics
    private let notes: Log

    init(directory: String, http: HTTPClient, clock: any WallClock, metrics: RemoteWriteMetrics, log: Log) {
        self.directory = directory
        self.http = http
        self.clock = clock
        self.metrics = metrics
        notes = log
        targets = ForwardingTargets(clock: clock, log: log)
    }

    /// Why the log cannot be written; nil while it can.
    var logFailure: String? { log.withLock { $0?.failure } }

    /// Puts these targets in force; one that stays, by name and address, keeps what waits in its queue.
    func replace(_ settings: [RemoteWriteSettings], externalLabels: Labels) async {
        let (log, left) = await settings.isEmpty ? (nil, [:]) : opened()
        var channels: [(key: String, channel: RemoteWriteChannel)] = []
        var seen: [String: Int] = [:]
        for one in settings {
            let plain = "\(one.name) \(one.url.text)"
            let twins = seen[plain, default: 0]
            seen[plain] = twins + 1
            let key = twins == 0 ? plain : "\(plain) \(twins)"
            let name = one.name.isEmpty ? one.url.authority + (twins == 0 ? "" : "-\(twins)") : one.name
            channels.append(
                (
                    key,
                    RemoteWriteChannel(
                        one, externalLabels: externalLabels, http: http, key: key, log: log, left: left[key] ?? [],
                        metrics: metrics.target(name: name, url: one.url.text, one.limits))
                ))
        }
        await targets.replace(channels)
        for (key, entries) in left where !channels.contains(where: { $0.key == key }) {
            notes.write(
                .warn, "samples of a remote write target that is no longer configured are dropped",
                ["target": key, "samples": "\(entries.reduce(0) { $0 + $1.samples })"])
            log?.forget(key)
        }
    }

    /// The log, and what an earlier process left in it: the latter with the first call only.
    private func opened() async -> (SampleLog?, [String: [SampleLog.Entry]]) {
        if let log = log.withLock({ $0 }) { return (log, [:]) }
        let opened: SampleLog
        do throws(StateStoreError) {
            opened = try SampleLog.open(in: directory, now: clock.now()) { [notes] reason in
                if let reason {
                    notes.write(.error, "the log of remote write cannot be written", ["reason": reason])
                } else {
                    notes.write(.info, "the log of remote write can be written again")
                }
            }
        } catch {
            notes.write(.error, "remote write has no log, samples wait in memory only", ["reason": "\(error)"])
            return (nil, [:])
        }
        for notice in opened.notices { notes.write(.error, notice) }
        log.withLock { $0 = opened }
        return (opened, Dictionary(grouping: await opened.entries(), by: \.target))
    }

    /// Hands samples to every target.
    func record(_ samples: [RecordedSample]) async {
        if targets.isEmpty { return }
        let leaving = samples.map {
            RemoteWriteSample(labels: $0.labels, timestamp: $0.timestamp, value: $0.value)
        }
        metrics.recorded(leaving)
        await targets.send(leaving)
    }

    /// How all targets fare.
    func statuses() async -> [ForwardingStatus] { await targets.statuses() }

    /// Ends: what waits is sent, for at most `limit`; the rest waits in the log.
    func stop(within limit: Duration) async {
        await targets.stop(within: limit)
        await log.withLock { $0 }?.close()
    }
}
