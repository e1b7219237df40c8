import Base
import TimeSeries

/// Reads samples from OpenMetrics and from Prometheus' text format.
///
/// A text that ends with `# EOF` is OpenMetrics, with timestamps in seconds; any other has them in milliseconds. Bounds
/// of declared histograms and summaries are normalised (`le="1"` is `le="1.0"`), as Prometheus 3 does when it scrapes.
///
/// - Source: OpenMetrics 1.0; Prometheus' documentation "Exposition formats".
public struct ExpositionText {
    /// Labels of one series.
    public static let maximumLabels = 1000

    /// What a packed text may unfold to. Bytes.
    public static let maximumUnpacked = 512 << 20

    private var places: [Labels: Int] = [:]
    private var all: [Series] = []

    /// Nothing read yet.
    public init() {}

    /// What was read, each series once and in time order.
    public var series: [Series] { all }

    /// Reads a text and adds its samples to what was read before.
    /// - Parameters:
    ///   - bytes: UTF-8, or that packed with gzip.
    ///   - file: For messages.
    ///   - now: The time of samples that say none.
    /// - Throws: The first thing that is wrong, with its place.
    public mutating func read(_ bytes: [UInt8], file: String, now: Timestamp) throws(Diagnostic) {
        var bytes = bytes
        if Gzip.isPacked(bytes) {
            do throws(Gzip.Failure) {
                bytes = try Gzip.unpack(bytes, limit: Self.maximumUnpacked)
            } catch {
                throw Diagnostic("\(error)", at: SourcePosition(file: file, line: 1, column: 1))
            }
        }
        let outcome: Result<Void, Diagnostic> = bytes.withUnsafeBufferPointer { buffer in
            var reader = ExpositionReader(buffer, file: file, now: now.milliseconds)
            do throws(Diagnostic) {
                while let sample = try reader.next() { add(sample) }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try outcome.get()
        sort()
    }

    private mutating func add(_ sample: ExpositionReader.Sample) {
        if let place = places[sample.labels] {
            all[place].append(.float(sample.value), at: sample.time)
        } else {
            places[sample.labels] = all.count
            all.append(Series(labels: sample.labels, timestamps: [sample.time], values: [sample.value]))
        }
    }

    /// Into time order; of several samples of one time the one that stands first counts.
    private mutating func sort() {
        for place in all.indices {
            let times = all[place].timestamps
            guard zip(times, times.dropFirst()).contains(where: { $0 >= $1 }) else { continue }
            let values = all[place].values
            let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
            var kept = Series(labels: all[place].labels)
            for index in order where kept.timestamps.last != times[index] {
                kept.append(.float(values[index]), at: times[index])
            }
            all[place] = kept
        }
    }
}
