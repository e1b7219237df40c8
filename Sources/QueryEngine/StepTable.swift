import TimeSeries

/// A native histogram that several cells may share.
final class HistogramBox: Sendable {
    let value: FloatHistogram
    init(_ value: FloatHistogram) { self.value = value }
}

/// What a cell holds when it holds no float: two NaN that no calculation gives.
enum Cell {
    static let absentBits: UInt64 = 0x7FF4_0000_A85E_0001
    static let histogramBits: UInt64 = 0x7FF4_0000_A85E_0002
    /// No sample.
    static let absent = Double(bitPattern: absentBits)
    /// The sample is in the table's column of histograms.
    static let histogram = Double(bitPattern: histogramBits)

    @inline(__always) static func isAbsent(_ value: Double) -> Bool { value.bitPattern == absentBits }
    @inline(__always) static func isHistogram(_ value: Double) -> Bool { value.bitPattern == histogramBits }
    @inline(__always) static func isPresent(_ value: Double) -> Bool { value.bitPattern != absentBits }
    @inline(__always) static func isFloat(_ value: Double) -> Bool {
        value.bitPattern != absentBits && value.bitPattern != histogramBits
    }
}

/// The result of a node for all steps at once: a row a series, a cell a step.
///
/// Cells stand row after row in one array. ``histograms`` is empty as long as no cell holds one.
struct StepTable {
    /// Cells of a row.
    let steps: Int
    /// One a row; not necessarily unique while the table is made.
    var labels: [Labels]
    /// Rows whose metric name is still there but goes at the end (`promql-delayed-name-removal`).
    var dropsName: [Bool]
    /// `labels.count * steps` cells; see ``Cell``.
    var values: [Double]
    /// As many as ``values``, or none.
    var histograms: [HistogramBox?]

    init(steps: Int) {
        self.steps = steps
        labels = []
        dropsName = []
        values = []
        histograms = []
    }

    init(steps: Int, labels: [Labels], dropsName: [Bool]) {
        self.steps = steps
        self.labels = labels
        self.dropsName = dropsName
        values = [Double](repeating: Cell.absent, count: labels.count * steps)
        histograms = []
    }

    var rows: Int { labels.count }
    var hasHistograms: Bool { !histograms.isEmpty }

    /// A table of one row without labels: what a scalar is.
    static func scalar(_ values: [Double]) -> StepTable {
        var table = StepTable(steps: values.count)
        table.labels = [.empty]
        table.dropsName = [false]
        table.values = values
        return table
    }

    /// Adds a row without any sample.
    mutating func appendRow(_ labels: Labels, dropsName: Bool) {
        self.labels.append(labels)
        self.dropsName.append(dropsName)
        values.append(contentsOf: repeatElement(Cell.absent, count: steps))
        if hasHistograms { histograms.append(contentsOf: repeatElement(nil, count: steps)) }
    }

    mutating func setHistogram(_ box: HistogramBox, at index: Int) {
        if histograms.isEmpty { histograms = [HistogramBox?](repeating: nil, count: values.count) }
        histograms[index] = box
        values[index] = Cell.histogram
    }

    @inline(__always)
    func histogram(at index: Int) -> HistogramBox? { histograms.isEmpty ? nil : histograms[index] }

    /// Copies the cell at `index` of `other`, float or histogram.
    @inline(__always)
    mutating func copyCell(_ target: Int, from other: StepTable, _ index: Int) {
        if Cell.isHistogram(other.values[index]), let box = other.histogram(at: index) {
            setHistogram(box, at: target)
        } else {
            values[target] = other.values[index]
        }
    }

    /// How many samples the table holds; a histogram counts by its size as in Prometheus.
    var sampleCount: Int {
        var count = 0
        if histograms.isEmpty {
            for value in values where Cell.isPresent(value) { count += 1 }
        } else {
            for (index, value) in values.enumerated() where Cell.isPresent(value) {
                count += histograms[index]?.value.sampleWeight ?? 1
            }
        }
        return count
    }

    /// The one cell of each row at every step of a longer timeline.
    func repeated(_ count: Int) -> StepTable {
        if count == steps { return self }
        var table = StepTable(steps: count)
        table.labels = labels
        table.dropsName = dropsName
        guard steps == 1 else {
            table.values = [Double](repeating: Cell.absent, count: rows * count)
            return table
        }
        table.values.reserveCapacity(rows * count)
        for value in values { table.values.append(contentsOf: repeatElement(value, count: count)) }
        for box in histograms { table.histograms.append(contentsOf: repeatElement(box, count: count)) }
        return table
    }
}

extension FloatHistogram {
    /// How many float samples it weighs against the bound on samples: its size in Prometheus, which has 168 bytes beside
    /// buckets and spans.
    var sampleWeight: Int {
        let numbers = positiveBuckets.count + negativeBuckets.count + customValues.count + positiveSpans.count
        return (8 + 8 * (21 + numbers + negativeSpans.count)) / 16
    }
}
