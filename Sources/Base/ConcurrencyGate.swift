internal import Synchronization

/// Lets so many pass at once; who comes later waits for its turn, first come first served.
public final class ConcurrencyGate: Sendable {
    private struct State {
        var free: Int
        var next: UInt64 = 0
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        /// Cancelled before they began to wait.
        var gone: Set<UInt64> = []
    }

    private let limit: Int
    private let state: Mutex<State>

    /// A gate for `limit` at once; 0 lets everybody pass.
    public init(limit: Int) {
        self.limit = limit
        state = Mutex(State(free: limit))
    }

    /// How many wait.
    public var waiting: Int { state.withLock { $0.waiting.count } }

    /// Runs `body` once it is its turn; a task that is cancelled while it waits runs it at once, to be told so there.
    public func pass<Value, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        if limit <= 0 { return try await body() }
        let hasPlace = await enter()
        defer { if hasPlace { leave() } }
        return try await body()
    }

    private func enter() async -> Bool {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    if state.gone.remove(id) != nil { return false }
                    if state.free > 0 {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append((id, continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiting = state.withLock { state -> CheckedContinuation<Bool, Never>? in
                guard let index = state.waiting.firstIndex(where: { $0.id == id }) else {
                    // Not waiting yet, or through already; what is remembered in vain is little.
                    if state.gone.count < 1000 { state.gone.insert(id) }
                    return nil
                }
                return state.waiting.remove(at: index).continuation
            }
            waiting?.resume(returning: false)
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }
}
