import Base
import HTTPTransport
import TimeSeries

/// Reads the TimeSeries messages of remote read, and the parts of them that remote write has in common.
///
/// - Source: prometheus/prometheus prompb/types.proto.
struct RemoteSeriesDecoder {
    private var collector = LabelsCollector()
    /// What all answers may take.
    private let budget: ByteBudget
    /// Memory that short messages ask for beyond their own bytes and that is not taken from the budget yet.
    private var claimed = 0

    init(budget: ByteBudget) { self.budget = budget }

    /// Reads one message, with label sets of former bodies at hand; nil when it has no samples.
    mutating func series(_ bytes: UnsafeRawBufferPointer, _ known: LabelCache) throws(ProtobufError) -> Series? {
        var reader = ProtobufReader(bytes)
        let run = try reader.run()
        let hash = StableHash.hash(run)
        if let labels = known.labels(hash), ProtobufReader.isSame(run, as: labels) {
            var series = Series(labels: labels)
            // Unless there are further labels behind.
            if try samples(&reader, into: &series, takingLabels: false) { return series.count > 0 ? series : nil }
        }
        reader = ProtobufReader(bytes)
        var series = Series(labels: .empty)
        _ = try samples(&reader, into: &series, takingLabels: true)
        series.labels = collector.finish()
        if series.count == 0 { return nil }
        known.note(series.labels, hash)
        return series
    }

    /// Reads everything that is left of a message; false when there is a label that is not taken.
    private mutating func samples(
        _ reader: inout ProtobufReader, into series: inout Series, takingLabels: Bool
    ) throws(ProtobufError) -> Bool {
        // What samples of our time take.
        let room = min(reader.left / 18, 4096)
        series.timestamps.reserveCapacity(room)
        series.values.reserveCapacity(room)
        var histograms: [(timestamp: Int64, value: FloatHistogram)] = []
        while try reader.next() {
            switch reader.field {
            case 1:
                if !takingLabels { return false }
                try label(try reader.data())
            case 2:
                let sample = try reader.data()
                // Honest ones have a time of seven bytes.
                if sample.count < 4 { try claim(16) }
                let (timestamp, value) = try Self.sample(sample)
                series.timestamps.append(timestamp)
                series.values.append(value)
            case 4:
                let histogram = try reader.data()
                // Honest ones have some dozens to some hundreds of bytes; each of a long one can be a bucket.
                if histogram.count < 16 || histogram.count > 8192 { try claim(256 + 16 * histogram.count) }
                histograms.append(try Self.histogram(histogram, isStrict: false))
            default: try reader.skip()
            }
        }
        if !histograms.isEmpty { Self.merge(histograms, into: &series) }
        return true
    }

    private mutating func claim(_ bytes: Int) throws(ProtobufError) {
        claimed += bytes
        guard claimed > 1 << 20 else { return }
        guard budget.take(claimed) else { throw ProtobufError("the samples take more memory than allowed") }
        claimed = 0
    }

    private mutating func label(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) {
        let (name, value) = try ProtobufReader.label(bytes)
        collector.append(name: name.bindMemory(to: UInt8.self), value: value.bindMemory(to: UInt8.self))
    }

    @inline(__always)
    static func sample(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) -> (Int64, Double) {
        var reader = ProtobufReader(bytes)
        var timestamp: Int64 = 0
        var value = 0.0
        while try reader.next() {
            switch reader.field {
            case 1: value = try reader.double()
            case 2: timestamp = try reader.signed()
            default: try reader.skip()
            }
        }
        return (timestamp, value)
    }

    /// Puts floats and histograms into one column, in time order; of equal times the histogram comes later.
    static func merge(_ histograms: [(timestamp: Int64, value: FloatHistogram)], into series: inout Series) {
        var merged = Series(labels: series.labels)
        var next = 0
        for index in series.timestamps.indices {
            while next < histograms.count, histograms[next].timestamp < series.timestamps[index] {
                merged.append(.histogram(histograms[next].value), at: histograms[next].timestamp)
                next += 1
            }
            merged.append(.float(series.values[index]), at: series.timestamps[index])
        }
        for histogram in histograms[next...] { merged.append(.histogram(histogram.value), at: histogram.timestamp) }
        series = merged
    }

    /// - Parameter isStrict: Whether whole numbers must add up, and schemas finer than any that is stored are coarsened.
    static func histogram(_ bytes: UnsafeRawBufferPointer, isStrict: Bool) throws(ProtobufError)
        -> (Int64, FloatHistogram)
    {
        var reader = ProtobufReader(bytes)
        var histogram = FloatHistogram()
        var timestamp: Int64 = 0
        var isWhole = false
        var positiveDeltas: [Int64] = []
        var negativeDeltas: [Int64] = []
        while try reader.next() {
            switch reader.field {
            case 1:
                histogram.count = Double(try reader.varint())
                isWhole = true
            case 2: histogram.count = try reader.double()
            case 3: histogram.sum = try reader.double()
            case 4: histogram.schema = Int32(truncatingIfNeeded: try reader.zigzag())
            case 5: histogram.zeroThreshold = try reader.double()
            case 6: histogram.zeroCount = Double(try reader.varint())
            case 7: histogram.zeroCount = try reader.double()
            case 8: histogram.negativeSpans.append(try span(try reader.data()))
            case 9: try reader.zigzags(into: &negativeDeltas)
            case 10: try reader.doubles(into: &histogram.negativeBuckets)
            case 11: histogram.positiveSpans.append(try span(try reader.data()))
            case 12: try reader.zigzags(into: &positiveDeltas)
            case 13: try reader.doubles(into: &histogram.positiveBuckets)
            case 14:
                let hint = FloatHistogram.CounterResetHint(rawValue: UInt8(truncatingIfNeeded: try reader.varint()))
                histogram.counterResetHint = hint ?? .unknown
            case 15: timestamp = try reader.signed()
            case 16: try reader.doubles(into: &histogram.customValues)
            default: try reader.skip()
            }
        }
        if !positiveDeltas.isEmpty { histogram.positiveBuckets = absolute(positiveDeltas) }
        if !negativeDeltas.isEmpty { histogram.negativeBuckets = absolute(negativeDeltas) }
        guard histogram.positiveSpans.reduce(0, { $0 + Int($1.length) }) == histogram.positiveBuckets.count,
            histogram.negativeSpans.reduce(0, { $0 + Int($1.length) }) == histogram.negativeBuckets.count
        else { throw ProtobufError("a histogram's spans do not agree with its buckets") }
        if histogram.usesCustomBuckets, histogram.customValues.isEmpty, !histogram.positiveBuckets.isEmpty {
            throw ProtobufError("a histogram with custom buckets comes without their bounds", isIncomplete: true)
        }
        return (timestamp, isStrict ? try storable(histogram, isWhole: isWhole) : histogram)
    }

    /// A sender's histogram as it is stored.
    private static func storable(_ histogram: FloatHistogram, isWhole: Bool) throws(ProtobufError) -> FloatHistogram {
        if isWhole {
            let buckets = histogram.positiveBuckets + histogram.negativeBuckets
            let found = buckets.reduce(histogram.zeroCount, +)
            // Observations of NaN are in no bucket.
            if histogram.sum.isNaN ? found > histogram.count : found != histogram.count {
                let wanted =
                    histogram.sum.isNaN
                    ? "be at least the number of observations found in the buckets"
                    : "equal the number of observations found in the buckets (in absence of NaN)"
                throw ProtobufError(
                    "\(GoFloat.string(found, .general)) observations found in buckets, but the Count field is "
                        + "\(GoFloat.string(histogram.count, .general)): histogram's observation count should \(wanted)"
                )
            }
        }
        guard (9...52).contains(histogram.schema) else { return histogram }
        do throws(HistogramError) { try histogram.validateSpans() } catch { throw ProtobufError(error.description) }
        return (try? histogram.reduced(toSchema: 8)) ?? histogram
    }

    /// Integer histograms give each bucket as the difference to the one before.
    private static func absolute(_ deltas: [Int64]) -> [Double] {
        var count: Int64 = 0
        return deltas.map { delta in
            count &+= delta
            return Double(count)
        }
    }

    private static func span(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) -> FloatHistogram.Span {
        var reader = ProtobufReader(bytes)
        var span = FloatHistogram.Span(offset: 0, length: 0)
        while try reader.next() {
            switch reader.field {
            case 1: span.offset = Int32(truncatingIfNeeded: try reader.zigzag())
            case 2: span.length = UInt32(truncatingIfNeeded: try reader.varint())
            default: try reader.skip()
            }
        }
        return span
    }
}
