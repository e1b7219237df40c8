internal import CMicrohttpd
internal import Synchronization

/// The sending end of a streamed answer.
///
/// A client that reads slowly holds ``write(_:)`` up, or makes ``offer(_:)`` end the stream: it never grows the process
/// by more than ``bound`` bytes.
public final class HTTPBodyWriter: Sendable {
    /// Bytes that wait at most for a client to read them, one piece more when that piece is larger.
    public static let bound = 1 << 20

    private enum End { case open, finished, aborted }

    private struct State {
        var pending: [UInt8] = []
        var sent = 0
        var end = End.open
        var gone = false
        var parked = false
        var quiet = true
        var waiting: [CheckedContinuation<Bool, Never>] = []

        var unsent: Int { pending.count - sent }
    }

    private let state = Mutex(State())
    /// Valid while ``State/parked``: libmicrohttpd keeps a suspended connection, and `gone` is set before it frees one.
    private let connection: LibraryHandle
    let isEvents: Bool

    init(connection: LibraryHandle, isEvents: Bool) {
        self.connection = connection
        self.isEvents = isEvents
    }

    /// Whether somebody may still read.
    public var isOpen: Bool { state.withLock { !$0.gone && $0.end == .open } }

    /// Sends `bytes`; returns when there is room for more.
    /// - Throws: `CancellationError` when the client has gone, the server stops or the task is cancelled.
    public func write(_ bytes: some Sequence<UInt8>) async throws {
        let full = try state.withLock { state in
            guard !state.gone, state.end == .open else { throw CancellationError() }
            state.pending.append(contentsOf: bytes)
            wake(&state)
            return state.unsent > Self.bound
        }
        if full, await !settled() { throw CancellationError() }
    }

    /// Sends a text; see ``write(_:)``.
    public func write(_ text: String) async throws { try await write(text.utf8) }

    /// Sends `bytes` without waiting; a client that lags by more than ``bound`` is cut off.
    /// - Returns: whether the stream is still open.
    @discardableResult
    public func offer(_ bytes: some Sequence<UInt8>) -> Bool {
        state.withLock { state in
            guard !state.gone, state.end == .open else { return false }
            guard state.unsent <= Self.bound else {
                end(&state, .aborted)
                return false
            }
            state.pending.append(contentsOf: bytes)
            wake(&state)
            return true
        }
    }

    /// Returns when the client has gone or the server stops, or the task is cancelled.
    public func waitUntilClosed() async {
        while await settled(closed: true) {}
    }

    /// Waits until there is room again (true) or nobody reads any more (false).
    private func settled(closed: Bool = false) async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let now: Bool? = state.withLock { state in
                    if state.gone || state.end != .open || Task.isCancelled { return false }
                    if !closed, state.unsent <= Self.bound { return true }
                    state.waiting.append(continuation)
                    return nil
                }
                if let now { continuation.resume(returning: now) }
            }
        } onCancel: {
            let waiting = state.withLock { state in
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume(returning: false) }
        }
    }

    // MARK: - The server's side

    /// No more will come: the answer is complete, or broken off.
    func finish(broken: Bool) { state.withLock { end(&$0, broken ? .aborted : .finished) } }

    /// The request is over, the connection is about to be freed.
    func clientGone() {
        let waiting = state.withLock { state in
            state.gone = true
            state.parked = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: false) }
    }

    /// Sends a comment when nothing has been sent since the last call.
    func heartbeat() {
        state.withLock { state in
            guard isEvents, !state.gone, state.end == .open else { return }
            if state.quiet, state.unsent == 0 {
                state.pending.append(contentsOf: ": \n\n".utf8)
                wake(&state)
            }
            state.quiet = true
        }
    }

    /// Called by libmicrohttpd's thread for up to `count` bytes.
    func read(into room: UnsafeMutableRawPointer, count: Int) -> Int {
        state.withLock { state in
            let size = min(count, state.unsent)
            if state.end == .aborted { return -2 }
            if size == 0 {
                if state.end == .finished { return -1 }
                state.parked = true
                cmhd_suspend(connection.pointer)
                return 0
            }
            let sent = state.sent
            state.pending.withUnsafeBytes { bytes in
                UnsafeMutableRawBufferPointer(start: room, count: size)
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[sent..<sent + size]))
            }
            state.sent += size
            state.quiet = false
            if state.unsent == 0 {
                state.pending.removeAll(keepingCapacity: state.pending.capacity <= 64 << 10)
                state.sent = 0
            } else if state.sent > 256 << 10 {
                state.pending.removeFirst(state.sent)
                state.sent = 0
            }
            if state.unsent <= Self.bound / 2 {
                for continuation in state.waiting { continuation.resume(returning: true) }
                state.waiting = []
            }
            return size
        }
    }

    /// Under the lock that the reader takes, so that parking and waking cannot miss each other.
    private func wake(_ state: inout sending State) {
        guard state.parked else { return }
        state.parked = false
        cmhd_resume(connection.pointer)
    }

    private func end(_ state: inout sending State, _ end: End) {
        guard state.end == .open else { return }
        state.end = end
        if !state.gone { wake(&state) }
        for continuation in state.waiting { continuation.resume(returning: false) }
        state.waiting = []
    }
}
