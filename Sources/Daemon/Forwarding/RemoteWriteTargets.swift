import Base
import HTTPTransport
import PrometheusAPI
import Ruler
internal import Synchronization
import TimeSeries

/// All `remote_write` targets: each gets every sample, none waits for another.
final class RemoteWriteTargets: Sendable {
    private struct Entry: Sendable {
        var key: String
        var target: RemoteWriteTarget
    }

    private let entries = Mutex<[Entry]>([])
    private let http: HTTPClient
    private let clock: any WallClock
    private let metrics: RemoteWriteMetrics
    private let log: Log

    init(http: HTTPClient, clock: any WallClock, metrics: RemoteWriteMetrics, log: Log) {
        self.http = http
        self.clock = clock
        self.metrics = metrics
        self.log = log
    }

    /// Puts these targets in force; one that stays, by name and address, keeps what waits in its queue.
    func replace(_ settings: [RemoteWriteSettings], externalLabels: Labels) async {
        var old = entries.withLock { $0 }
        var now: [Entry] = []
        var seen: [String: Int] = [:]
        for one in settings {
            let plain = "\(one.name) \(one.url.text)"
            let twins = seen[plain, default: 0]
            seen[plain] = twins + 1
            let key = twins == 0 ? plain : "\(plain) \(twins)"
            if let index = old.firstIndex(where: { $0.key == key }) {
                let kept = old.remove(at: index)
                await kept.target.reload(one, externalLabels: externalLabels, http: http)
                now.append(kept)
                continue
            }
            let name = one.name.isEmpty ? one.url.authority + (twins == 0 ? "" : "-\(twins)") : one.name
            let target = RemoteWriteTarget(
                one, externalLabels: externalLabels, http: http, clock: clock,
                metrics: metrics.target(name: name, url: one.url.text), log: log)
            now.append(Entry(key: key, target: target))
        }
        entries.withLock { [now] in $0 = now }
        for gone in old { await gone.target.stop() }
    }

    /// Hands samples to every target.
    func record(_ samples: [RecordedSample]) async {
        let entries = entries.withLock { $0 }
        if entries.isEmpty { return }
        let leaving = samples.map {
            RemoteWriteSample(labels: $0.labels, timestamp: $0.timestamp, value: $0.value)
        }
        metrics.recorded(leaving)
        for entry in entries { await entry.target.take(leaving) }
    }

    /// Ends: what waits is sent, for at most `limit`.
    func stop(within limit: Duration) async {
        let entries = entries.withLock { $0 }
        await withTaskGroup(of: Void.self) { group in
            for entry in entries { group.addTask { await entry.target.drain(within: limit) } }
        }
    }
}
