/// A run of float samples, compressed.
///
/// Timestamps are differences of differences. Values of a run of whole numbers, or of decimals of few digits, too, with
/// a code of its own for the stale marker; from the first other value on they are differing bits (XOR), as in Facebook's
/// Gorilla.
struct FloatChunk: Sendable {
    /// Time of the first sample.
    let first: Int64
    /// Time of the last sample.
    let last: Int64
    /// Samples.
    let count: Int
    let words: [UInt64]
    let pending: UInt64

    /// Appends the samples from `start` to `end` to a series.
    func decode(from start: Int64, to end: Int64, into series: inout Series) {
        let buffer = SampleBuffer()
        buffer.begin(room: count)
        buffer.append(self, from: start, to: end)
        series.timestamps.append(contentsOf: buffer.timestamps)
        series.values.append(contentsOf: buffer.values)
    }

    /// Writes the samples from `start` to `end`, at most ``count``, and gives how many there were.
    func decode(
        from start: Int64, to end: Int64, times: UnsafeMutablePointer<Int64>, values: UnsafeMutablePointer<Double>
    ) -> Int {
        words.withUnsafeBufferPointer { buffer in
            var decoder = FloatChunkDecoder(reader: BitReader(buffer, pending: pending), time: first)
            var written = 0
            decoder.advance(isFirst: true)
            var index = 1
            while decoder.time < start {
                if index == count { return 0 }
                decoder.advance(isFirst: false)
                index += 1
            }
            while decoder.time <= end {
                times[written] = decoder.time
                values[written] = decoder.value
                written += 1
                if index == count { break }
                decoder.advance(isFirst: false)
                index += 1
            }
            return written
        }
    }
}

/// How many bits the codes of a number have behind their prefixes of ones.
enum BitWidths {
    /// Width of a time behind 1…4 ones.
    @inline(__always) static func time(_ ones: Int) -> Int { ones == 1 ? 8 : ones == 2 ? 14 : ones == 3 ? 24 : 64 }
    /// Width of an integer behind 1…5 ones.
    @inline(__always) static func integer(_ ones: Int) -> Int {
        ones == 1 ? 5 : ones == 2 ? 9 : ones == 3 ? 15 : ones == 4 ? 28 : 64
    }
    /// Ones that stand for the stale marker in a run of integers.
    static let stale = 6
    /// Ones that end a run of integers; the next ``scale`` bits say how it goes on.
    static let change = 7
    /// Bits of a ``DecimalScale``.
    static let scale = 3
}
