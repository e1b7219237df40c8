/// Who waits for transfers that were handed to a ``CurlLoop`` together.
///
/// Guarded by: touched by the loop's thread only once the transfers are handed over; by the task that made it where they
/// are refused.
final class CurlBatch: @unchecked Sendable {
    private var ends: [CurlEnd]
    private var left: Int
    private let continuation: CheckedContinuation<[CurlEnd], Never>

    init(count: Int, _ continuation: CheckedContinuation<[CurlEnd], Never>) {
        ends = Array(repeating: .stopped, count: count)
        left = count
        self.continuation = continuation
    }

    /// Notes how the transfer at `place` ended; each ends once. With the last one the waiting task goes on.
    func note(_ end: CurlEnd, of place: Int) {
        ends[place] = end
        left -= 1
        if left == 0 { continuation.resume(returning: ends) }
    }
}
