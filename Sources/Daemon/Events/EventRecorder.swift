import Base
import Dispatching
@preconcurrency import Glibc
import HTTPTransport
internal import Synchronization

/// Writes down what the daemon does, to the destinations of `event_recorder`.
///
/// Nobody waits for it: events stand in a bounded queue, and what does not fit is dropped and counted.
final class EventRecorder: Sendable {
    /// Events that may wait.
    static let capacity = 4096

    private struct Entry: Sendable {
        let event: RecordedEvent
        let time: Timestamp
    }

    private enum Outlet: Sendable {
        case file(EventFile)
        case webhook(EventWebhook)
    }

    private struct State {
        var settings: [EventRecorderSettings.Output] = []
        var outlets: [Outlet] = []
    }

    private let state = Mutex(State())
    private let entries: AsyncStream<Entry>
    private let queue: AsyncStream<Entry>.Continuation
    private let clock: any WallClock
    private let http: HTTPClient
    private let log: Log
    private let instance: String
    private let recorded: MetricCounter
    private let dropped: MetricCounter
    private let worker = Mutex<Task<Void, Never>?>(nil)

    init(clock: any WallClock, http: HTTPClient, log: Log, metrics: MetricsRegistry) {
        self.clock = clock
        self.http = http
        self.log = log
        (entries, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.capacity))
        recorded = metrics.counter("ruleval_event_recorder_events_total", "Events that were recorded.")
        dropped = metrics.counter(
            "ruleval_event_recorder_events_dropped_total", "Events that found the recorder's queue full.")
        instance = Self.hostName()
    }

    /// Whether anybody wants events.
    var isWanted: Bool { state.withLock { !$0.outlets.isEmpty } }

    /// Puts these destinations in force; those that stay keep what waits in their queues.
    func replace(_ settings: EventRecorderSettings) {
        state.withLock { state in
            if state.settings == settings.outputs { return }
            var old = Array(zip(state.settings, state.outlets))
            state.outlets = settings.outputs.map { output in
                if let index = old.firstIndex(where: { $0.0 == output }) { return old.remove(at: index).1 }
                switch output {
                case .file(let path): return .file(EventFile(path: path, log: log))
                case .standardOutput: return .file(EventFile(path: nil, log: log))
                case .webhook(let webhook): return .webhook(EventWebhook(webhook, http: http, log: log))
                }
            }
            state.settings = settings.outputs
        }
    }

    /// Notes an event.
    func record(_ event: RecordedEvent) {
        guard isWanted else { return }
        switch queue.yield(Entry(event: event, time: clock.now())) {
        case .dropped: dropped.increment()
        case .enqueued, .terminated: break
        @unknown default: break
        }
    }

    /// Begins to write.
    func start() {
        worker.withLock { worker in
            worker = Task { [entries, weak self] in
                for await entry in entries { await self?.write(entry) }
            }
        }
    }

    /// Ends; what waits is written as far as that takes no longer than `limit`.
    func stop(within limit: Duration) async {
        queue.finish()
        let task = worker.withLock { $0 }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [self] in
                await task?.value
                for case .webhook(let webhook) in state.withLock({ $0.outlets }) { await webhook.drain() }
            }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        task?.cancel()
        for case .webhook(let webhook) in state.withLock({ $0.outlets }) { await webhook.stop() }
    }

    private func write(_ entry: Entry) async {
        let bytes = EventText.bytes(entry.event, at: entry.time, instance: instance)
        recorded.increment()
        for outlet in state.withLock({ $0.outlets }) {
            switch outlet {
            case .file(let file): file.append(bytes + [0x0A])
            case .webhook(let webhook): await webhook.take(bytes)
            }
        }
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
