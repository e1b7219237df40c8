/// Searches in sorted instants.
enum TimeSearch {
    /// The number of instants that are not after `time`: the index of the first one after it.
    ///
    /// Guesses by proportion first: scrapes are regular, so that the guess is mostly right.
    @inline(__always)
    static func countThrough(_ times: UnsafeBufferPointer<Int64>, _ time: Int64) -> Int {
        let count = times.count
        guard count > 0 else { return 0 }
        if times[count - 1] <= time { return count }
        let first = times[0]
        if first > time { return 0 }
        // times[0] <= time < times[count - 1]
        let span = Double(times[count - 1] - first)
        let guess = Int(Double(time - first) / span * Double(count - 1))
        var low = 0  // times[low] <= time
        var high = count - 1  // times[high] > time
        var stride = 1
        if times[guess] <= time {
            low = guess
            while low + stride < high, times[low + stride] <= time {
                low += stride
                stride *= 2
            }
            high = Swift.min(high, low + stride)
        } else {
            high = guess
            while high - stride > low, times[high - stride] > time {
                high -= stride
                stride *= 2
            }
            low = Swift.max(low, high - stride)
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if times[middle] <= time { low = middle } else { high = middle }
        }
        return high
    }

    static func window(_ times: [Int64], after minimum: Int64, through maximum: Int64) -> Range<Int> {
        times.withUnsafeBufferPointer { times in
            let low = countThrough(times, minimum)
            return low..<max(low, countThrough(times, maximum))
        }
    }
}
