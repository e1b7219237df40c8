internal import CCurl
internal import Glibc
internal import Synchronization

/// One libcurl multi handle on one thread of its own; tasks hand transfers in and wait.
///
/// libcurl says which sockets it waits for, and is told of those only that are ready: what an event costs does not grow
/// with the number of transfers under way.
final class CurlLoop: Sendable {
    private struct Inbox {
        var added: [CurlBatch] = []
        var cancelled: [UInt64] = []
        var isStopping = false
        /// Whether the thread has been woken and has not looked yet.
        var isWoken = false
        /// From then on the multi handle is gone.
        var hasEnded = false
    }

    private let inbox = Mutex(Inbox())
    private let poller: SocketPoller
    private static let nextID = Atomic<UInt64>(0)
    /// Handles without a transfer that are kept.
    private static let spareHandles = 2 * CurlBatch.width
    /// Transfers under way from which on answers are gathered, and for how many microseconds.
    private static let crowd = 4
    private static let gathering: UInt32 = 1000

    /// What the thread knows.
    private struct Work {
        /// Batches that have not ended, the oldest first.
        var batches: [CurlBatch] = []
        var live: [UnsafeMutableRawPointer: (transfer: CurlTransfer, batch: CurlBatch)] = [:]
        var spare: [CurlHandle] = []
    }

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

    /// Carries one transfer out, which `make` sets up; it ends early when the task is cancelled.
    func perform(
        by deadline: ContinuousClock.Instant, _ make: @escaping @Sendable (CurlHandle) -> CurlTransfer
    ) async -> CurlEnd {
        await perform(1, by: deadline) { handle, _ in make(handle) }[0]
    }

    /// Carries `count` transfers out, which `make` sets up when it is the turn of each, and gives how they ended, in their
    /// order; all end early when the task is cancelled.
    func perform(
        _ count: Int, by deadline: ContinuousClock.Instant,
        _ make: @escaping @Sendable (CurlHandle, Int) -> CurlTransfer
    ) async -> [CurlEnd] {
        if count == 0 { return [] }
        let id = Self.nextID.wrappingAdd(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let batch = CurlBatch(id: id, count: count, deadline: deadline, continuation, make)
                let accepted = inbox.withLock { inbox in
                    if inbox.isStopping { return false }
                    inbox.added.append(batch)
                    // When the task was cancelled before, the handler below has run already and found nothing.
                    if Task.isCancelled { inbox.cancelled.append(id) }
                    wake(&inbox)
                    return true
                }
                if !accepted { batch.giveUp(.stopped) }
            }
        } onCancel: {
            change { $0.cancelled.append(id) }
        }
    }

    // MARK: the loop's thread

    private func run() {
        var work = Work()
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
            work.batches += added
            for id in cancelled { end(.cancelled, &work) { $0.id == id } }
            if isStopping { break }
            begin(&work)
            if let due = poller.due, due <= .now { actOnTimeout() }
            takeFinished(&work)
            // libcurl does not count the time that a transfer waits for a free connection.
            if !work.batches.isEmpty, ContinuousClock.now - lastScan > .milliseconds(250) {
                lastScan = .now
                let late = lastScan - .milliseconds(250)
                end(.late, &work) { $0.deadline < late }
                actOnTimeout()
                takeFinished(&work)
            }
            let pause: Duration = work.batches.isEmpty ? .seconds(60) : .milliseconds(500)
            poller.wait(atMost: pause) { socket, isReadable, isWritable in
                var running: Int32 = 0
                let events = (isReadable ? CURL_CSELECT_IN : 0) | (isWritable ? CURL_CSELECT_OUT : 0)
                curl_multi_socket_action(multi, socket, events, &running)
            }
            // Answers that come one shortly after the other are taken together: being woken costs more than reading one.
            if work.live.count >= Self.crowd { usleep(Self.gathering) }
            takeFinished(&work)
        }
        end(.stopped, &work) { _ in true }
        inbox.withLock { $0.hasEnded = true }
        for handle in work.spare { handle.close() }
        curl_multi_cleanup(multi)
    }

    private func actOnTimeout() {
        poller.due = nil
        _ = ruleval_curl_multi_act_on_timeout(multi)
    }

    /// Begins what there is room for.
    private func begin(_ work: inout Work) {
        for batch in work.batches {
            while batch.mayBegin {
                guard let handle = work.spare.popLast() ?? CurlHandle(poller) else {
                    batch.giveUp(.stopped)
                    break
                }
                let transfer = batch.begin(on: handle)
                work.live[handle.raw] = (transfer, batch)
                curl_multi_add_handle(multi, handle.raw)
            }
        }
        work.batches.removeAll { $0.hasEnded }
    }

    private func takeFinished(_ work: inout Work) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
                let (transfer, batch) = work.live[handle]
            else { continue }
            end(transfer, of: batch, .finished(transfer.outcome(message.pointee.data.result)), &work)
        }
        begin(&work)
    }

    /// Ends everything of the batches that `isMeant`.
    private func end(_ how: CurlEnd, _ work: inout Work, _ isMeant: (CurlBatch) -> Bool) {
        for batch in work.batches where isMeant(batch) { batch.giveUp(how) }
        for (transfer, batch) in Array(work.live.values) where isMeant(batch) { end(transfer, of: batch, how, &work) }
        work.batches.removeAll { $0.hasEnded }
    }

    private func end(_ transfer: CurlTransfer, of batch: CurlBatch, _ how: CurlEnd, _ work: inout Work) {
        let handle = transfer.handle
        work.live[handle.raw] = nil
        // The waiting task goes on first: removing an SMTP transfer may wait for the server's farewell.
        batch.note(how, of: transfer.place)
        curl_multi_remove_handle(multi, handle.raw)
        transfer.leaveHandle()
        if work.spare.count < Self.spareHandles {
            if case .finished(let outcome) = how, outcome.code == CURLE_OK {} else { handle.distrust() }
            work.spare.append(handle)
        } else {
            handle.close()
        }
        // What it lent to the handle it keeps until here.
        withExtendedLifetime(transfer) {}
    }
}
