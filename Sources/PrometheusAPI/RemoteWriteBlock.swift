import Base
import TimeSeries

/// Samples that were recorded together, on their way to a `remote_write` target: what its queue and its log hold.
public struct RemoteWriteBlock: Sendable, Hashable {
    /// Samples of one block at most.
    public static let maximumSamples = 2_000

    /// Counted up from block to block.
    public var number: UInt64
    /// How many samples.
    public var samples: Int
    /// Of the newest of them.
    public var newest: Timestamp
    /// When they were recorded.
    public var takenAt: Timestamp
    /// The size of ``body``.
    public var bytes: Int
    /// The samples as series of remote write 1.0, compressed; nil when they are in the log only.
    public var body: [UInt8]?

    /// A block.
    public init(
        number: UInt64, samples: Int, newest: Timestamp, takenAt: Timestamp, bytes: Int, body: [UInt8]?
    ) {
        self.number = number
        self.samples = samples
        self.newest = newest
        self.takenAt = takenAt
        self.bytes = bytes
        self.body = body
    }

    /// Blocks of `samples`, which are in time order for each series; numbered from `number` on.
    public static func blocks(
        _ samples: [RemoteWriteSample], from number: UInt64, at now: Timestamp
    ) -> [RemoteWriteBlock] {
        stride(from: 0, to: samples.count, by: maximumSamples).enumerated().map { index, start in
            let part = Array(samples[start..<min(start + maximumSamples, samples.count)])
            let body = RemoteWriteRequest.encode(part.series)
            return RemoteWriteBlock(
                number: number + UInt64(index), samples: part.count, newest: part.map(\.timestamp).max() ?? now,
                takenAt: now, bytes: body.count, body: body)
        }
    }
}
