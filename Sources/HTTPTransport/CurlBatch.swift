/// Transfers that were handed to a ``CurlLoop`` together, and who waits for them.
///
/// They are made one after the other, when there is room: what waits costs nothing.
///
/// Guarded by: made by one task, touched by the loop's thread only once it is handed over.
final class CurlBatch: @unchecked Sendable {
    /// Transfers of one batch under way at once.
    static let width = 16

    let id: UInt64
    /// When those that have not begun by then are late.
    let deadline: ContinuousClock.Instant
    /// How many transfers there are.
    let count: Int
    /// The place of the transfer to begin next.
    private(set) var next = 0
    /// Transfers under way.
    private(set) var running = 0
    private let make: @Sendable (CurlHandle, Int) -> CurlTransfer
    private var ends: [CurlEnd]
    private var left: Int
    private let continuation: CheckedContinuation<[CurlEnd], Never>

    init(
        id: UInt64, count: Int, deadline: ContinuousClock.Instant,
        _ continuation: CheckedContinuation<[CurlEnd], Never>,
        _ make: @escaping @Sendable (CurlHandle, Int) -> CurlTransfer
    ) {
        self.id = id
        self.count = count
        self.deadline = deadline
        self.make = make
        self.continuation = continuation
        ends = Array(repeating: .stopped, count: count)
        left = count
    }

    /// Whether the waiting task has gone on.
    var hasEnded: Bool { left == 0 }

    /// Whether another transfer may begin.
    var mayBegin: Bool { next < count && running < Self.width }

    /// Begins the next transfer on `handle`.
    func begin(on handle: CurlHandle) -> CurlTransfer {
        defer {
            next += 1
            running += 1
        }
        let transfer = make(handle, next)
        transfer.place = next
        return transfer
    }

    /// Notes how the transfer at `place`, which had begun, ended. With the last one the waiting task goes on.
    func note(_ end: CurlEnd, of place: Int) {
        running -= 1
        settle(end, place)
    }

    /// All that have not begun end so.
    func giveUp(_ end: CurlEnd) {
        while next < count {
            next += 1
            settle(end, next - 1)
        }
    }

    private func settle(_ end: CurlEnd, _ place: Int) {
        ends[place] = end
        left -= 1
        if left == 0 { continuation.resume(returning: ends) }
    }
}
