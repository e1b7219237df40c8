internal import Synchronization

/// Tells all threads of a calculation that it is over.
final class StopSign: Sendable {
    private let isUp = Atomic<Bool>(false)
    private let reason = Mutex<QueryError?>(nil)

    var isSet: Bool { isUp.load(ordering: .relaxed) }

    /// The first reason that was given.
    var error: QueryError? { reason.withLock { $0 } }

    func set(_ error: QueryError) {
        reason.withLock { if $0 == nil { $0 = error } }
        isUp.store(true, ordering: .relaxed)
    }
}
