import Base

extension StoreState {
    /// Takes a sender's batch whole, or gives why nothing of it is taken.
    mutating func commit(_ batch: [Series], latest: Int64) -> String? {
        var held: [MemorySeries?] = []
        held.reserveCapacity(batch.count)
        let oldest = oldestKept
        // Series are looked at where they stand: nearly all have one float behind the last one.
        let refusal: String? = batch.withUnsafeBufferPointer { batch in
            for place in batch.indices {
                let found = known[batch[place].labels]
                held.append(found)
                if batch[place].timestamps.count == 1, batch[place].histograms.isEmpty {
                    let time = batch[place].timestamps[0]
                    if time > found?.last ?? .min, time >= oldest, time <= latest { continue }
                }
                if let reason = firstRefusal(of: batch[place], found, latest) { return reason }
            }
            return nil
        }
        if let refusal { return refusal }
        batch.withUnsafeBufferPointer { batch in
            for place in batch.indices {
                if let found = held[place], batch[place].timestamps.count == 1, batch[place].histograms.isEmpty {
                    take(batch[place].values[0], at: batch[place].timestamps[0], in: found)
                } else {
                    take(batch[place], held[place])
                }
            }
        }
        enforceLimits()
        return nil
    }

    /// Appends a float that has been looked at, unless the batch itself has put a later one before it.
    @inline(__always)
    private mutating func take(_ value: Double, at time: Int64, in target: MemorySeries) {
        if time <= target.last { return }
        bytes += target.append(value, at: time)
        if time > newest { newest = time }
    }

    /// Takes what can be taken of a sender's batch.
    mutating func commitEach(_ batch: [Series], latest: Int64) -> EmbeddedStore.Commitment {
        var outcome = EmbeddedStore.Commitment()
        var taken: [(series: Series, held: MemorySeries?)] = []
        taken.reserveCapacity(batch.count)
        let oldest = oldestKept
        for (place, series) in batch.enumerated() {
            let held = known[series.labels]
            if firstRefusal(of: series, held, latest) == nil {
                outcome.count(series)
                taken.append((series, held))
                continue
            }
            var rest = Series(labels: series.labels)
            for index in 0..<series.count {
                let (time, value) = (series.timestamps[index], series.sample(at: index))
                if let reason = refusal(of: value, at: time, held, oldest, latest) {
                    outcome.refusals.append(.init(series: place, reason: reason))
                } else {
                    rest.append(value, at: time)
                }
            }
            outcome.count(rest)
            if rest.count > 0 { taken.append((rest, held)) }
        }
        for (series, held) in taken { take(series, held) }
        enforceLimits()
        return outcome
    }

    /// Why a sender's series is not taken, judged by what the store has, not by the series' own order.
    private func firstRefusal(of series: Series, _ held: MemorySeries?, _ latest: Int64) -> String? {
        let oldest = oldestKept
        let last = held?.last ?? .min
        for place in 0..<series.count {
            let time = series.timestamps[place]
            // Nearly all samples are floats behind the last one.
            if time > last, time >= oldest, time <= latest, series.histograms.isEmpty { continue }
            if let reason = refusal(of: series.sample(at: place), at: time, held, oldest, latest) { return reason }
        }
        return nil
    }

    private func refusal(
        of value: SampleValue, at time: Int64, _ held: MemorySeries?, _ oldest: Int64, _ latest: Int64
    ) -> String? {
        if time > latest { return "out of bounds: timestamp is too far in the future" }
        if case .histogram(let histogram) = value, !histogram.isStale {
            do throws(HistogramError) { try histogram.validate() } catch { return error.description }
        }
        guard let held, time <= held.last else {
            return time < oldest ? EmbeddedStore.Refusal.tooOld.description : nil
        }
        if time < held.last { return EmbeddedStore.Refusal.outOfOrder.description }
        if held.isLast(value) { return nil }
        guard case .float(let new) = value else { return EmbeddedStore.Refusal.duplicate.description }
        let old = held.lastFloat.map { GoFloat.string($0, .general) } ?? "is a histogram"
        return "duplicate sample for timestamp \(time); overrides not allowed: existing \(old), "
            + "new value \(GoFloat.string(new, .general))"
    }

    /// Appends samples that have been looked at; those out of order among themselves are left out.
    private mutating func take(_ series: Series, _ held: MemorySeries?) {
        // The batch may have begun the series further up.
        let target = held ?? known[series.labels] ?? insert(series.labels)
        for place in series.timestamps.indices {
            let time = series.timestamps[place]
            if time <= target.last { continue }
            if !series.histograms.isEmpty, let histogram = series.histograms[place] {
                bytes += target.append(histogram, at: time)
            } else {
                bytes += target.append(series.values[place], at: time)
            }
            if time > newest { newest = time }
        }
    }
}

extension EmbeddedStore.Commitment {
    fileprivate mutating func count(_ series: Series) {
        let native = series.histograms.count { $0 != nil }
        histograms += native
        samples += series.count - native
    }
}
