/// The instants at which a node of the tree is evaluated: `count` of them, `interval` apart.
struct Timeline: Hashable {
    /// Milliseconds.
    let start: Int64
    /// Milliseconds, positive; of no meaning for one instant.
    let interval: Int64
    /// 0 where nothing is to be evaluated.
    let count: Int

    init(start: Int64, interval: Int64, count: Int) {
        self.start = start
        self.interval = interval
        self.count = count
    }

    /// All instants from `start` to `end`, the last one not after `end`.
    init(start: Int64, end: Int64, interval: Int64) {
        self.start = start
        self.interval = interval
        count = end < start ? 0 : Int((end - start) / interval) + 1
    }

    /// Only the first instant: what does not depend on the step is evaluated there.
    var first: Timeline { Timeline(start: start, interval: interval, count: min(count, 1)) }

    /// The last instant.
    var end: Int64 { start + Int64(max(count - 1, 0)) * interval }

    @inline(__always)
    func time(_ step: Int) -> Int64 { start + Int64(step) * interval }
}
