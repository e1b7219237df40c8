internal import Synchronization

/// Stands for changes that have been handed to the store: tells when they are durable.
public final class StateTicket: Sendable {
    private struct State {
        var result: Result<Void, StateStoreError>?
        var waiting: [CheckedContinuation<Result<Void, StateStoreError>, Never>] = []
    }

    private let state = Mutex(State())

    /// Nothing is known yet.
    public init() {}

    /// Nothing was to be written.
    public static var done: StateTicket {
        let ticket = StateTicket()
        ticket.complete(.success(()))
        return ticket
    }

    /// Tells those who wait what came of it.
    public func complete(_ result: Result<Void, StateStoreError>) {
        let waiting = state.withLock { state in
            state.result = result
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume(returning: result) }
    }

    /// Returns when the changes are on the disk.
    /// - Throws: ``StateStoreError`` when they could not be written.
    public func durable() async throws(StateStoreError) {
        let result = await withCheckedContinuation { continuation in
            let known: Result<Void, StateStoreError>? = state.withLock { state in
                if state.result == nil { state.waiting.append(continuation) }
                return state.result
            }
            if let known { continuation.resume(returning: known) }
        }
        try result.get()
    }
}
