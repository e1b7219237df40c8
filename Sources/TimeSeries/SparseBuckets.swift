/// Populated buckets by index: spans and counts of one side of a histogram, unrolled.
struct SparseBuckets {
    /// Ascending.
    var indexes: [Int32] = []
    /// As many as indexes.
    var counts: [Double] = []

    init() {}

    /// Unrolls spans; stops where spans and counts do not fit each other.
    init(_ spans: [FloatHistogram.Span], _ counts: [Double]) {
        indexes.reserveCapacity(counts.count)
        Self.forEachIndex(spans, limit: counts.count) { indexes.append($0) }
        self.counts = indexes.count == counts.count ? counts : Array(counts.prefix(indexes.count))
    }

    /// Calls `body` with each bucket's index, at most `limit` times.
    @inline(__always)
    static func forEachIndex(_ spans: [FloatHistogram.Span], limit: Int, _ body: (Int32) -> Void) {
        var next: Int32 = 0
        var left = limit
        for span in spans {
            next = next &+ span.offset
            var length = Int(span.length)
            while length > 0, left > 0 {
                body(next)
                next = next &+ 1
                length -= 1
                left -= 1
            }
            if left == 0 { return }
        }
    }

    /// The spans that say the same indexes.
    static func spans(_ indexes: [Int32]) -> [FloatHistogram.Span] {
        var spans: [FloatHistogram.Span] = []
        var next: Int32 = 0
        for index in indexes {
            if !spans.isEmpty, index == next {
                spans[spans.count - 1].length += 1
            } else {
                spans.append(.init(offset: index &- next, length: 1))
            }
            next = index &+ 1
        }
        return spans
    }

    /// Adds `count` to bucket `index`, which is not below the last one.
    mutating func add(_ count: Double, at index: Int32) {
        if let last = indexes.last, last == index {
            counts[counts.count - 1] += count
        } else {
            indexes.append(index)
            counts.append(count)
        }
    }

    /// The same counts at a coarser schema.
    func reduced(from fine: Int32, to coarse: Int32) -> SparseBuckets {
        var out = SparseBuckets()
        for (position, index) in indexes.enumerated() {
            out.add(counts[position], at: ExponentialBounds.index(index, from: fine, to: coarse))
        }
        return out
    }

    /// The same counts with zeros where `wanted`, which holds all of the indexes here, has more.
    func spread(over wanted: [Int32]) -> [Double] {
        if indexes == wanted { return counts }
        var out = [Double](repeating: 0, count: wanted.count)
        var position = 0
        for (place, index) in wanted.enumerated() where position < indexes.count && indexes[position] == index {
            out[place] = counts[position]
            position += 1
        }
        return out
    }

    /// All indexes of both, ascending.
    static func union(_ left: [Int32], _ right: [Int32]) -> [Int32] {
        if left == right { return left }
        var out: [Int32] = []
        out.reserveCapacity(max(left.count, right.count))
        var i = 0
        var j = 0
        while i < left.count || j < right.count {
            if j == right.count || (i < left.count && left[i] < right[j]) {
                out.append(left[i])
                i += 1
            } else {
                if i < left.count, left[i] == right[j] { i += 1 }
                out.append(right[j])
                j += 1
            }
        }
        return out
    }
}
