import Base

/// Everything that ``EmbeddedStore`` guards with its lock.
struct StoreState {
    var limits: EmbeddedStore.Limits
    private var retention: Int64? { limits.retention?.milliseconds }
    var table = SeriesTable()
    private var index = LabelIndex()
    var bytes = 0
    var newest: Int64 = .min
    private var nextSweep: Int64 = .min

    init(limits: EmbeddedStore.Limits) { self.limits = limits }

    /// Samples before this are no longer given out.
    var oldestKept: Int64 {
        guard let retention, newest != .min else { return .min }
        let (oldest, overflow) = newest.subtractingReportingOverflow(retention)
        return overflow ? .min : oldest
    }

    var labelNames: [String] { Array(index.names) }
    func labelValues(_ name: String) -> [String] { Array(index.values(of: name)) }

    var statistics: EmbeddedStore.Statistics {
        .init(
            series: table.count, samples: table.all.reduce(0) { $0 + $1.sampleCount }, bytes: bytes,
            newest: newest == .min ? nil : Timestamp(milliseconds: newest))
    }

    /// Everything counted, in no order.
    var overview: StoreOverview {
        var overview = StoreOverview()
        overview.series = table.count
        overview.newest = newest == .min ? nil : newest
        for series in table.all {
            overview.chunks += series.chunks.count + (series.head == nil ? 0 : 1)
            if let first = series.first { overview.oldest = min(overview.oldest ?? first, first) }
        }
        overview.oldest = overview.oldest.map { max($0, oldestKept) }
        index.count(into: &overview)
        return overview
    }

    /// Appends one sample of a series; gives why not.
    mutating func append(_ series: Series, _ place: Int) -> EmbeddedStore.Refusal? {
        if !series.histograms.isEmpty, let histogram = series.histograms[place] {
            return append(.histogram(histogram), series.labels, at: series.timestamps[place])
        }
        return append(.float(series.values[place]), series.labels, at: series.timestamps[place])
    }

    /// Appends one sample; gives why not.
    mutating func append(_ value: SampleValue, _ labels: Labels, at time: Int64) -> EmbeddedStore.Refusal? {
        if time < oldestKept { return .tooOld }
        if case .histogram(let histogram) = value, !histogram.isStale {
            do { try histogram.validateStructure() } catch { return .histogram(error) }
        }
        let series: MemorySeries
        if let found = table[labels] {
            series = found
            if time <= series.last {
                if time == series.last { return series.isLast(value) ? nil : .duplicate }
                return .outOfOrder
            }
        } else {
            if let maximumSeries = limits.maximumSeries, table.count >= maximumSeries { return .tooManySeries }
            series = insert(labels)
        }
        switch value {
        case .float(let float): bytes += series.append(float, at: time)
        case .histogram(let histogram): bytes += series.append(histogram, at: time)
        }
        newest = max(newest, time)
        return nil
    }

    /// Appends what is newer than what the store has of this series.
    mutating func extend(_ held: MemorySeries, _ series: Series) {
        var place = series.count
        while place > 0, series.timestamps[place - 1] > held.last { place -= 1 }
        if !series.histograms.isEmpty {
            for sample in place..<series.count { _ = append(series, sample) }
            return
        }
        for sample in place..<series.count where series.timestamps[sample] >= oldestKept {
            bytes += held.append(series.values[sample], at: series.timestamps[sample])
            newest = max(newest, series.timestamps[sample])
        }
    }

    /// The series with these labels.
    func series(_ labels: Labels) -> MemorySeries? { table[labels] }

    /// Calls `body` with every series, in no order.
    func forEachSeries(_ body: (MemorySeries) -> Void) { for series in table.all { body(series) } }

    /// Forgets the series with these labels.
    mutating func remove(_ sets: [Labels]) {
        let wanted = Set(sets.filter { table[$0] != nil })
        if wanted.isEmpty { return }
        drop { series in wanted.contains(series.labels) ? series.drop(before: .max) : 0 }
    }

    mutating func insert(_ labels: Labels) -> MemorySeries {
        let series = MemorySeries(labels: labels)
        index.insert(table.insert(series), labels)
        bytes += Self.overhead(labels)
        return series
    }

    private static func overhead(_ labels: Labels) -> Int { 600 + labels.byteCount }

    /// Drops what is older or more than may be held.
    mutating func enforceLimits() {
        if let retention, newest >= nextSweep {
            drop(before: oldestKept)
            nextSweep = newest.addingReportingOverflow(max(retention / 20, 1)).partialValue
        }
        guard let maximumBytes = limits.maximumBytes, bytes > maximumBytes else { return }
        // Down to nine tenths, so that this is not done for every batch.
        let wanted = maximumBytes - maximumBytes / 10
        var ends: [(last: Int64, bytes: Int)] = []
        for series in table.all {
            for chunk in series.chunks { ends.append((chunk.last, chunk.byteCount)) }
            if let head = series.head { ends.append((head.last, head.byteCount)) }
        }
        ends.sort { $0.last < $1.last }
        var excess = bytes - wanted
        for (last, size) in ends {
            excess -= size
            if excess <= 0 || last == newest {
                drop(before: last == newest ? last : last &+ 1)
                return
            }
        }
    }

    private mutating func drop(before time: Int64) { drop { $0.drop(before: time) } }

    /// Drops samples with `shrink`, which gives the bytes given up, and the series that have none left.
    private mutating func drop(_ shrink: (MemorySeries) -> Int) {
        var gone: Set<Int32> = []
        var labels: [Labels] = []
        var freed = 0
        table.forEach { number, series in
            freed += shrink(series)
            if series.isEmpty {
                gone.insert(number)
                labels.append(series.labels)
                freed += Self.overhead(series.labels)
            }
        }
        bytes -= freed
        if !gone.isEmpty { forget(gone, labels) }
    }

    /// Takes series out of the table and the index.
    private mutating func forget(_ numbers: Set<Int32>, _ labels: [Labels]) {
        table.remove(numbers)
        index.remove(numbers, labels)
        if table.isSparse { index.renumber(table.renumber()) }
    }

    /// Drops what is later than `time`.
    mutating func drop(after time: Int64) {
        var later: [Int32: MemorySeries] = [:]
        table.forEach { number, series in if series.last > time { later[number] = series } }
        guard !later.isEmpty else { return }
        var kept: [Series] = []
        for series in later.values {
            if let whole = series.snapshot(from: .min, to: .max)?.series(from: .min, to: time), whole.count > 0 {
                kept.append(whole)
            }
            bytes -= series.byteCount + Self.overhead(series.labels)
        }
        forget(Set(later.keys), later.values.map(\.labels))
        newest = table.all.map(\.last).max() ?? .min
        nextSweep = .min
        for series in kept {
            for place in 0..<series.count { _ = append(series, place) }
        }
    }

    /// Calls `body` with each matching series.
    func forEach(_ matchers: [LabelMatcher], _ body: (MemorySeries) -> Void) {
        let (candidates, open) = index.candidates(matchers)
        if let candidates {
            for id in candidates {
                if let series = table[id], open.allMatch(series.labels) { body(series) }
            }
        } else {
            // In the order in which they came: who takes the first ones takes the same ones every time.
            for series in table.all where open.allMatch(series.labels) { body(series) }
        }
    }

    /// What a reader of a request needs.
    func snapshots(_ request: SeriesRequest) -> [SeriesSnapshot] {
        var found: [SeriesSnapshot] = []
        let start = max(request.start.milliseconds, oldestKept)
        forEach(request.matchers) { series in
            if let snapshot = series.snapshot(from: start, to: request.end.milliseconds) { found.append(snapshot) }
        }
        return found
    }
}
