/// Columns of floats that are filled again and again, series after series, without asking for memory each time.
public final class SampleBuffer {
    private var times: UnsafeMutablePointer<Int64>
    private var floats: UnsafeMutablePointer<Double>
    private var capacity: Int
    /// How many samples it holds.
    public private(set) var count = 0

    /// Holds nothing yet.
    public init() {
        capacity = 512
        times = .allocate(capacity: capacity)
        floats = .allocate(capacity: capacity)
    }

    deinit {
        times.deallocate()
        floats.deallocate()
    }

    /// Milliseconds, ascending; until the next change.
    public var timestamps: UnsafeBufferPointer<Int64> { UnsafeBufferPointer(start: times, count: count) }
    /// As many as ``timestamps``; until the next change.
    public var values: UnsafeBufferPointer<Double> { UnsafeBufferPointer(start: floats, count: count) }

    /// Forgets what it holds and makes room for `most` samples.
    public func begin(room most: Int) {
        count = 0
        guard most > capacity else { return }
        times.deallocate()
        floats.deallocate()
        capacity = most
        times = .allocate(capacity: capacity)
        floats = .allocate(capacity: capacity)
    }

    /// Adds a sample for which there is room.
    @inline(__always)
    public func append(_ value: Double, at time: Int64) {
        precondition(count < capacity, "room for a sample was made before")
        times[count] = time
        floats[count] = value
        count += 1
    }

    /// Adds the samples of a chunk between two instants, both included.
    func append(_ chunk: FloatChunk, from start: Int64, to end: Int64) {
        precondition(count + chunk.count <= capacity, "room for a chunk was made before")
        count += chunk.decode(from: start, to: end, times: times + count, values: floats + count)
    }
}
