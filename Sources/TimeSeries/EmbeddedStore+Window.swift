import Base

/// What the window of local evaluation needs: to be continued from a source, and to be held against it.
extension EmbeddedStore {
    /// Appends what is newer than what each series has; what is held already is passed over unseen.
    ///
    /// - Parameter start: The first instant that was asked for; everything before it is known of series that reach it.
    /// - Returns: places in the batch of series that do not join on: unknown ones, and ones that ended before `start`.
    public func extend(_ batch: [Series], from start: Timestamp) -> [Int] {
        state.withLock { state in
            var apart: [Int] = []
            for (place, series) in batch.enumerated() {
                guard let held = state.series(series.labels), held.last >= start.milliseconds &- 1 else {
                    apart.append(place)
                    continue
                }
                state.extend(held, series)
            }
            state.enforceLimits()
            return apart
        }
    }

    /// Puts whole series in place of those with their labels.
    public func replace(_ batch: [Series]) {
        state.withLock { state in
            state.remove(batch.map(\.labels))
            for series in batch {
                for sample in 0..<series.count { _ = state.append(series, sample) }
            }
            state.enforceLimits()
        }
    }

    /// The end of the series that ended first, of those that have a sample behind `time` and no marker at their end: what
    /// is missing of the slowest series that goes on. Nil when there is none.
    public func slowestEnd(after time: Timestamp) -> Timestamp? {
        state.withLock { state in
            var slowest = Int64.max
            state.forEachSeries { series in
                if series.last > time.milliseconds, series.last < slowest, !series.isEnded { slowest = series.last }
            }
            return slowest == .max ? nil : Timestamp(milliseconds: slowest)
        }
    }

    /// How many series differ from what a source gave for `request`: other samples, or missing on one side.
    public func differences(from given: [Series], _ request: SeriesRequest) -> Int {
        var held: [Labels: Series] = [:]
        for series in select(request).series { held[series.labels] = series }
        var count = 0
        for series in given {
            guard let mine = held.removeValue(forKey: series.labels) else {
                count += 1
                continue
            }
            if !mine.holdsTheSame(as: series) { count += 1 }
        }
        return count + held.count
    }
}

extension Series {
    /// Whether times, floats (bit for bit) and histograms (hints aside) are the same.
    fileprivate func holdsTheSame(as other: Series) -> Bool {
        guard timestamps == other.timestamps else { return false }
        for place in 0..<count {
            switch (sample(at: place), other.sample(at: place)) {
            case (.float(let mine), .float(let theirs)):
                if mine.bitPattern != theirs.bitPattern { return false }
            case (.histogram(let mine), .histogram(let theirs)):
                if !mine.equals(theirs) { return false }
            default: return false
            }
        }
        return true
    }
}

extension MemorySeries {
    /// Whether the last sample is a staleness marker.
    var isEnded: Bool { endsWithHistogram ? endsWithStaleHistogram : lastFloat.map(StaleMarker.isStale) ?? false }
}
