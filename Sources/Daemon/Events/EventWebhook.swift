import Base
import HTTPTransport
import Settings

/// Posts events to an address, several at once, each a few times until it is taken.
actor EventWebhook {
    /// Events that may wait.
    private static let capacity = 1024

    private let settings: EventRecorderSettings.Webhook
    private let client: ConfiguredHTTPClient
    private let log: Log
    private var waiting: [[UInt8]] = []
    private var running: [Int: Task<Void, Never>] = [:]
    private var nextID = 0
    private var isFailing = false

    init(_ settings: EventRecorderSettings.Webhook, http: HTTPClient, log: Log) {
        self.settings = settings
        self.log = log
        client = ConfiguredHTTPClient(settings.http, client: http)
    }

    /// Takes an event; one that finds the queue full is lost.
    func take(_ body: [UInt8]) {
        guard waiting.count < Self.capacity else { return note("the queue is full") }
        waiting.append(body)
        startMore()
    }

    /// Returns when nothing waits or is under way.
    func drain() async {
        while let task = running.values.first, !Task.isCancelled { await task.value }
    }

    /// Gives up what waits.
    func stop() {
        waiting = []
        for task in running.values { task.cancel() }
    }

    private func startMore() {
        while running.count < settings.workers, !waiting.isEmpty {
            let body = waiting.removeFirst()
            let id = nextID
            nextID += 1
            running[id] = Task { [weak self] in
                await self?.post(body)
                await self?.ended(id)
            }
        }
    }

    private func ended(_ id: Int) {
        running[id] = nil
        startMore()
    }

    private func post(_ body: [UInt8]) async {
        var pause = settings.backoff
        for attempt in 1...max(1, settings.attempts) {
            var problem: String
            do throws(HTTPError) {
                let request = HTTPRequest(
                    "POST", try settings.url.read().reveal(),
                    headers: [HTTPHeader("Content-Type", "application/json")], body: body, timeout: settings.timeout,
                    responseLimit: 1 << 16)
                let answer = try await client.send(request)
                if answer.isSuccess {
                    isFailing = false
                    return
                }
                problem = "status \(answer.status)"
            } catch { problem = error.message }
            if attempt == settings.attempts { return note(problem) }
            do { try await Task.sleep(for: pause) } catch { return }
            pause = min(pause * 2, .seconds(60))
        }
    }

    private func note(_ problem: String) {
        if !isFailing { log.write(.warn, "event not recorded", ["output": "webhook", "reason": problem]) }
        isFailing = true
    }
}
