internal import CCurl
internal import Glibc
internal import Synchronization

/// One libcurl multi handle on one thread of its own; tasks hand transfers in and wait.
final class CurlLoop: Sendable {
    private struct Inbox {
        var added: [CurlTransfer] = []
        var cancelled: [UInt64] = []
        var isStopping = false
        /// From then on the multi handle is gone.
        var hasEnded = false
    }

    private let inbox = Mutex(Inbox())
    // Guarded by: only the loop's thread uses it, but for curl_multi_wakeup, called under the lock while it is there.
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer

    /// libcurl's process-wide set-up, once.
    static let isInitialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Starts the thread; nil when the system refuses one.
    init?(name: String, connections: Int, perHost: Int, idle: Int) {
        guard Self.isInitialised, let multi = curl_multi_init() else { return nil }
        self.multi = multi
        _ = ruleval_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections)
        _ = ruleval_curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, perHost)
        _ = ruleval_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, idle)
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, 512 << 10)
        defer { pthread_attr_destroy(&attributes) }
        let me = Unmanaged.passRetained(self)
        var thread = pthread_t()
        guard pthread_create(&thread, &attributes, Self.threadBody, me.toOpaque()) == 0 else {
            me.release()
            curl_multi_cleanup(multi)
            return nil
        }
        ruleval_thread_name(thread, name)
        pthread_detach(thread)
    }

    private static let threadBody: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { raw in
        if let raw { Unmanaged<CurlLoop>.fromOpaque(raw).takeRetainedValue().run() }
        return nil
    }

    /// Ends all transfers and the thread.
    func stop() {
        change { $0.isStopping = true }
    }

    /// Changes the inbox and lets the thread look at it; nothing happens when that has ended.
    private func change(_ body: (inout Inbox) -> Void) {
        inbox.withLock { inbox in
            if inbox.hasEnded { return }
            body(&inbox)
            curl_multi_wakeup(multi)
        }
    }

    /// Carries `transfer` out; ends early when the task is cancelled.
    func perform(_ transfer: CurlTransfer) async -> CurlEnd {
        let id = transfer.id
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                transfer.onEnd = { continuation.resume(returning: $0) }
                let accepted = inbox.withLock { inbox in
                    if inbox.isStopping { return false }
                    inbox.added.append(transfer)
                    curl_multi_wakeup(multi)
                    // When the task was cancelled before, the handler below has run already and found nothing.
                    if Task.isCancelled { inbox.cancelled.append(id) }
                    return true
                }
                if !accepted { transfer.onEnd?(.stopped) }
            }
        } onCancel: {
            change { $0.cancelled.append(id) }
        }
    }

    // MARK: the loop's thread

    private func run() {
        var live: [UnsafeMutableRawPointer: CurlTransfer] = [:]
        var lastScan = ContinuousClock.now
        func end(_ transfer: CurlTransfer, _ how: CurlEnd) {
            let handle = transfer.handle.raw
            live[handle] = nil
            let onEnd = transfer.onEnd
            transfer.onEnd = nil
            // The waiting task goes on first: removing an SMTP transfer may wait for the server's farewell.
            onEnd?(how)
            withExtendedLifetime(transfer) { _ = curl_multi_remove_handle(multi, handle) }
        }
        while true {
            let (added, cancelled, isStopping) = inbox.withLock { inbox in
                defer {
                    inbox.added.removeAll(keepingCapacity: true)
                    inbox.cancelled.removeAll(keepingCapacity: true)
                }
                return (inbox.added, inbox.cancelled, inbox.isStopping)
            }
            for transfer in added {
                live[transfer.handle.raw] = transfer
                curl_multi_add_handle(multi, transfer.handle.raw)
            }
            if !cancelled.isEmpty {
                let ids = Set(cancelled)
                for transfer in live.values.filter({ ids.contains($0.id) }) { end(transfer, .cancelled) }
            }
            if isStopping { break }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            var left: Int32 = 0
            while let message = curl_multi_info_read(multi, &left) {
                guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                    let transfer = live[handle]
                else { continue }
                end(transfer, .finished(transfer.outcome(message.pointee.data.result)))
            }
            // libcurl does not count the time that a transfer waits for a free connection.
            var wait: Int32 = 60_000
            if !live.isEmpty {
                let now = ContinuousClock.now
                if now - lastScan > .milliseconds(250) {
                    lastScan = now
                    for transfer in live.values.filter({ $0.deadline + .milliseconds(250) < now }) {
                        end(transfer, .late)
                    }
                }
                wait = 500
            }
            var ready: Int32 = 0
            curl_multi_poll(multi, nil, 0, wait, &ready)
        }
        for transfer in Array(live.values) { end(transfer, .stopped) }
        inbox.withLock { $0.hasEnded = true }
        curl_multi_cleanup(multi)
    }
}
