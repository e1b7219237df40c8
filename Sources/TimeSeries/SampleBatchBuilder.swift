internal import Glibc

/// Puts a ``SampleBatch`` together: labels and floats of a series in any order, then its end.
///
/// Labels come as texts in the sender's bytes, which stay where they are until the series ends. In the order of their
/// names, as senders should give them, they are copied once.
public struct SampleBatchBuilder: ~Copyable {
    /// What the labels of a series are.
    public enum Verdict: Hashable, Sendable {
        /// Those of a series.
        case usable
        /// A name occurs twice.
        case duplicates
        /// No series can have them.
        case flawed(Labels.Flaw)
    }

    /// Labels of the series that is put together, or of the one that was ended last; none with an empty value.
    public private(set) var labels: [(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)] = []
    private var labelBytes = 0
    /// Whether ``labels`` are those of a series that has ended.
    private var isEnded = true
    private var entries: [SampleBatch.Entry] = []
    private var times: [Int64] = []
    private var values: [Double] = []
    private var columns: [[FloatHistogram?]] = []
    private var firstSample = 0
    private var collector = LabelsCollector()
    private var bytes: UnsafeMutableRawPointer
    private var capacity: Int
    private var used = 0

    /// - Parameter bytes: How much the labels take, about.
    public init(bytes: Int) {
        capacity = max(bytes, 4096)
        self.bytes = .allocate(byteCount: capacity, alignment: 8)
    }

    deinit { bytes.deallocate() }

    /// Series that are whole.
    public var count: Int { entries.count }
    /// Labels of the series that is put together.
    public var labelCount: Int { isEnded ? 0 : labels.count }

    /// Adds a label; one with an empty value is none.
    @inlinable
    @inline(__always)
    public mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        if !value.isEmpty { add(name, value) }
    }

    @usableFromInline
    mutating func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        if isEnded { begin() }
        labels.append((name, value))
        labelBytes += name.count + value.count + 10
    }

    /// Adds a float.
    public mutating func append(_ value: Double, at time: Int64) {
        times.append(time)
        values.append(value)
    }

    /// Ends a series that has floats only. Without samples, or when its labels are not usable, it is forgotten.
    public mutating func finish() -> Verdict { finish(column: -1) }

    /// Ends a series with native histograms; `join` puts them among the floats.
    public mutating func finish(_ join: (_ floats: Series) -> Series) -> Verdict {
        let whole = join(
            Series(labels: .empty, timestamps: Array(times[firstSample...]), values: Array(values[firstSample...])))
        dropSamples()
        times += whole.timestamps
        values += whole.values
        columns.append(whole.histograms)
        let verdict = finish(column: columns.count - 1)
        if verdict != .usable { columns.removeLast() }
        return verdict
    }

    /// Everything that is whole; what comes after begins a new batch.
    public mutating func build() -> SampleBatch {
        dropSamples()
        var whole = SampleBatch()
        whole.packed = FrozenBytes(taking: bytes, count: used)
        (whole.entries, whole.times, whole.values, whole.columns) = (entries, times, values, columns)
        (entries, times, values, columns) = ([], [], [], [])
        (capacity, used, firstSample) = (4096, 0, 0)
        bytes = .allocate(byteCount: capacity, alignment: 8)
        return whole
    }

    private mutating func begin() {
        isEnded = false
        labels.removeAll(keepingCapacity: true)
        labelBytes = 0
    }

    private mutating func dropSamples() {
        times.removeSubrange(firstSample...)
        values.removeSubrange(firstSample...)
    }

    private mutating func finish(column: Int) -> Verdict {
        if isEnded { begin() }
        defer { isEnded = true }
        let start = used
        var hash: UInt64 = 0
        if pack() {
            hash = StableHash.hash(UnsafeRawBufferPointer(start: bytes + start, count: used - start))
        } else {
            // Out of order, or with something to look at more closely.
            used = start
            for (name, value) in labels {
                collector.append(name: name.bindMemory(to: UInt8.self), value: value.bindMemory(to: UInt8.self))
            }
            let set = collector.finish()
            let verdict = set.flaw.map(Verdict.flawed) ?? (collector.hasDuplicates ? .duplicates : .usable)
            guard verdict == .usable else {
                dropSamples()
                return verdict
            }
            hash = set.hash
            reserve(set.bytes.count)
            set.bytes.withUnsafeBytes { copy($0) }
        }
        if times.count == firstSample {
            used = start
            return .usable
        }
        entries.append(.init(hash: hash, labels: start..<used, samples: firstSample..<times.count, column: column))
        firstSample = times.count
        return .usable
    }

    /// Packs labels that are in order, among them a metric's name, and texts of ASCII.
    /// - Returns: false when they are not.
    private mutating func pack() -> Bool {
        reserve(labelBytes + 8)
        let start = used
        var hasMetricName = false
        var last = UnsafeRawBufferPointer(start: nil, count: 0)
        for (name, value) in labels {
            guard !name.isEmpty, Self.isLess(last, name) else { return false }
            if name.count == 8, name.loadUnaligned(as: UInt64.self) == Self.metricName { hasMetricName = true }
            put(name)
            put(value)
            last = name
        }
        return hasMetricName && (isBelow128(from: start) || labels.allSatisfy { Self.isASCII($0) && Self.isASCII($1) })
    }

    /// Whether no byte of what was packed, lengths too, has its highest bit set.
    private func isBelow128(from start: Int) -> Bool {
        (bytes + used).storeBytes(of: 0, as: UInt64.self)
        var all: UInt64 = 0
        for place in stride(from: start, to: used, by: 8) {
            all |= (bytes + place).loadUnaligned(as: UInt64.self)
        }
        return all & 0x8080_8080_8080_8080 == 0
    }

    private static func isASCII(_ text: UnsafeRawBufferPointer) -> Bool { text.allSatisfy { $0 < 0x80 } }

    /// The eight bytes of `__name__`.
    private static let metricName: UInt64 = [UInt8](Labels.metricName.utf8).withUnsafeBytes {
        $0.loadUnaligned(as: UInt64.self)
    }

    @inline(__always)
    private static func isLess(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard let a = left.baseAddress, let b = right.baseAddress, !left.isEmpty, !right.isEmpty else {
            return left.count < right.count
        }
        if left[0] != right[0] { return left[0] < right[0] }
        let order = memcmp(a, b, min(left.count, right.count))
        return order != 0 ? order < 0 : left.count < right.count
    }

    /// Appends a length and the text, as ``Labels`` does; there must be room.
    @inline(__always)
    private mutating func put(_ text: UnsafeRawBufferPointer) {
        if text.count < 255 {
            (bytes + used).storeBytes(of: UInt8(truncatingIfNeeded: text.count), as: UInt8.self)
            used &+= 1
        } else {
            (bytes + used).storeBytes(of: 255, as: UInt8.self)
            (bytes + used + 1).storeBytes(of: UInt32(truncatingIfNeeded: text.count).littleEndian, as: UInt32.self)
            used &+= 5
        }
        copy(text)
    }

    @inline(__always)
    private mutating func copy(_ text: UnsafeRawBufferPointer) {
        guard let base = text.baseAddress else { return }
        memcpy(bytes + used, base, text.count)
        used &+= text.count
    }

    private mutating func reserve(_ more: Int) {
        guard capacity - used < more else { return }
        capacity = max(capacity * 2, used + more)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
        memcpy(larger, bytes, used)
        bytes.deallocate()
        bytes = larger
    }
}
