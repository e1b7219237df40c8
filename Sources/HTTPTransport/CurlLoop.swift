internal import CCurl
internal import Glibc
internal import Synchronization

/// One libcurl multi handle on one thread of its own; tasks hand transfers in and wait.
///
/// libcurl says which sockets it waits for, and is told of those only that are ready: what an event costs does not grow
/// with the number of transfers under way.
final class CurlLoop: Sendable {
    private struct Inbox {
        var added: [CurlTransfer] = []
        var cancelled: [UInt64] = []
        var isStopping = false
        /// Whether the thread has been woken and has not looked yet.
        var isWoken = false
        /// From then on the multi handle is gone.
        var hasEnded = false
    }

    private let inbox = Mutex(Inbox())
    private let poller: SocketPoller
    // Guarded by: only the loop's thread uses it once that is there.
    private nonisolated(unsafe) let multi: UnsafeMutableRawPointer

    /// libcurl's process-wide set-up, once.
    static let isInitialised = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Starts the thread; nil when the system refuses one.
    init?(name: String, connections: Int, perHost: Int, idle: Int) {
        guard Self.isInitialised, let poller = SocketPoller(), let multi = curl_multi_init() else { return nil }
        self.poller = poller
        self.multi = multi
        _ = ruleval_curl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections)
        _ = ruleval_curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, perHost)
        _ = ruleval_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, idle)
        _ = ruleval_curl_multi_set_callbacks(
            multi, Self.wantsSocket, Self.wantsTime, Unmanaged.passUnretained(poller).toOpaque())
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

    private static let wantsSocket: curl_socket_callback = { _, socket, what, user, _ in
        guard let user else { return 0 }
        let poller = Unmanaged<SocketPoller>.fromOpaque(user).takeUnretainedValue()
        if what == CURL_POLL_REMOVE {
            poller.forget(socket)
        } else {
            poller.watch(socket, reading: what & CURL_POLL_IN != 0, writing: what & CURL_POLL_OUT != 0)
        }
        return 0
    }

    private static let wantsTime: curl_multi_timer_callback = { _, milliseconds, user in
        guard let user else { return 0 }
        let poller = Unmanaged<SocketPoller>.fromOpaque(user).takeUnretainedValue()
        poller.due = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
        return 0
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
            wake(&inbox)
        }
    }

    private func wake(_ inbox: inout Inbox) {
        if inbox.isWoken { return }
        inbox.isWoken = true
        poller.wake()
    }

    /// Carries `transfer` out; ends early when the task is cancelled.
    func perform(_ transfer: CurlTransfer) async -> CurlEnd { await perform([transfer])[0] }

    /// Carries all `transfers` out and gives how they ended, in their order; those under way end early when the task is
    /// cancelled.
    func perform(_ transfers: [CurlTransfer]) async -> [CurlEnd] {
        if transfers.isEmpty { return [] }
        let ids = transfers.map(\.id)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let batch = CurlBatch(count: transfers.count, continuation)
                for (place, transfer) in transfers.enumerated() { transfer.onEnd = { batch.note($0, of: place) } }
                let accepted = inbox.withLock { inbox in
                    if inbox.isStopping { return false }
                    inbox.added += transfers
                    // When the task was cancelled before, the handler below has run already and found nothing.
                    if Task.isCancelled { inbox.cancelled += ids }
                    wake(&inbox)
                    return true
                }
                if !accepted { for transfer in transfers { transfer.onEnd?(.stopped) } }
            }
        } onCancel: {
            change { $0.cancelled += ids }
        }
    }

    // MARK: the loop's thread

    private func run() {
        var live: [UnsafeMutableRawPointer: CurlTransfer] = [:]
        var lastScan = ContinuousClock.now
        while true {
            let (added, cancelled, isStopping) = inbox.withLock { inbox in
                defer {
                    inbox.added = []
                    inbox.cancelled.removeAll(keepingCapacity: true)
                    inbox.isWoken = false
                }
                return (inbox.added, inbox.cancelled, inbox.isStopping)
            }
            for transfer in added {
                live[transfer.handle.raw] = transfer
                curl_multi_add_handle(multi, transfer.handle.raw)
            }
            if !cancelled.isEmpty {
                let ids = Set(cancelled)
                for transfer in live.values.filter({ ids.contains($0.id) }) { end(transfer, .cancelled, &live) }
            }
            if isStopping { break }
            if let due = poller.due, due <= .now { actOnTimeout() }
            takeFinished(&live)
            // libcurl does not count the time that a transfer waits for a free connection.
            if !live.isEmpty, ContinuousClock.now - lastScan > .milliseconds(250) {
                lastScan = .now
                let late = lastScan
                for transfer in live.values.filter({ $0.deadline + .milliseconds(250) < late }) {
                    end(transfer, .late, &live)
                }
                actOnTimeout()
                takeFinished(&live)
            }
            poller.wait(atMost: live.isEmpty ? .seconds(60) : .milliseconds(500)) { socket, isReadable, isWritable in
                var running: Int32 = 0
                let events = (isReadable ? CURL_CSELECT_IN : 0) | (isWritable ? CURL_CSELECT_OUT : 0)
                curl_multi_socket_action(multi, socket, events, &running)
            }
            takeFinished(&live)
        }
        for transfer in Array(live.values) { end(transfer, .stopped, &live) }
        inbox.withLock { $0.hasEnded = true }
        curl_multi_cleanup(multi)
    }

    private func actOnTimeout() {
        poller.due = nil
        _ = ruleval_curl_multi_act_on_timeout(multi)
    }

    private func takeFinished(_ live: inout [UnsafeMutableRawPointer: CurlTransfer]) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let transfer = live[handle]
            else { continue }
            end(transfer, .finished(transfer.outcome(message.pointee.data.result)), &live)
        }
    }

    private func end(
        _ transfer: CurlTransfer, _ how: CurlEnd, _ live: inout [UnsafeMutableRawPointer: CurlTransfer]
    ) {
        let handle = transfer.handle.raw
        live[handle] = nil
        let onEnd = transfer.onEnd
        transfer.onEnd = nil
        // The waiting task goes on first: removing an SMTP transfer may wait for the server's farewell.
        onEnd?(how)
        withExtendedLifetime(transfer) { _ = curl_multi_remove_handle(multi, handle) }
    }
}
