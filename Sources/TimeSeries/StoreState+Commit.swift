import Base

extension StoreState {
    /// A series of the store, not counted: the table holds it as long as the lock is held.
    private typealias Held = Unmanaged<MemorySeries>

    /// Takes a sender's batch whole, or gives why nothing of it is taken.
    mutating func commit(_ batch: SampleBatch, latest: Int64) -> String? {
        let held = lookUp(batch)
        let oldest = oldestKept
        for (place, entry) in batch.entries.enumerated() {
            if let reason = firstRefusal(of: entry, in: batch, held[place], oldest, latest) { return reason }
        }
        for (place, entry) in batch.entries.enumerated() { take(entry, of: batch, held[place]) }
        enforceLimits()
        return nil
    }

    /// Takes what can be taken of a sender's batch.
    mutating func commitEach(_ batch: SampleBatch, latest: Int64) -> EmbeddedStore.Commitment {
        var outcome = EmbeddedStore.Commitment()
        let held = lookUp(batch)
        let oldest = oldestKept
        // All are judged by what the store had before.
        var isRefused = [Bool](repeating: false, count: batch.times.count)
        for (place, entry) in batch.entries.enumerated() {
            let isWhole = firstRefusal(of: entry, in: batch, held[place], oldest, latest) == nil
            for sample in entry.samples {
                let value = batch.sample(at: sample, of: entry)
                if !isWhole, let reason = refusal(of: value, at: batch.times[sample], held[place], oldest, latest) {
                    outcome.refusals.append(.init(series: place, reason: reason))
                    isRefused[sample] = true
                } else if case .histogram = value {
                    outcome.histograms += 1
                } else {
                    outcome.samples += 1
                }
            }
        }
        if outcome.refusals.isEmpty {
            for (place, entry) in batch.entries.enumerated() { take(entry, of: batch, held[place]) }
        } else {
            for (place, entry) in batch.entries.enumerated() {
                let wanted = entry.samples.filter { !isRefused[$0] }
                if !wanted.isEmpty { take(entry, wanted, of: batch, held[place]) }
            }
        }
        enforceLimits()
        return outcome
    }

    /// The series that a batch goes on, by its places.
    ///
    /// In several rounds, so that the processor waits for many lines of memory at a time and not for one after the other:
    /// first the series whose hashes begin alike, then how long their labels are, then the labels themselves.
    private func lookUp(_ batch: SampleBatch) -> [Held?] {
        var held: [Held?] = []
        held.reserveCapacity(batch.entries.count)
        table.withSlots { slots in
            for entry in batch.entries {
                let number = table.guess(entry.hash)
                held.append(number < 0 ? nil : slots[Int(number)].map(Unmanaged.passUnretained))
            }
        }
        withExtendedLifetime(batch) {
            let packed = batch.packed.bytes
            func search(_ place: Int) {
                let entry = batch.entries[place]
                let labels = UnsafeRawBufferPointer(rebasing: packed[entry.labels])
                held[place] = table.find(entry.hash, labels).map(Unmanaged.passUnretained)
            }
            for (place, entry) in batch.entries.enumerated() {
                guard let length = held[place]?._withUnsafeGuaranteedRef(\.labelBytes) else { continue }
                if length != entry.labels.count { search(place) }
            }
            for (place, entry) in batch.entries.enumerated() {
                guard let series = held[place] else { continue }
                let labels = UnsafeRawBufferPointer(rebasing: packed[entry.labels])
                if !series._withUnsafeGuaranteedRef({ SeriesTable.isSame($0, entry.hash, labels) }) { search(place) }
            }
        }
        return held
    }

    /// Why a sender's series is not taken, judged by what the store has, not by the series' own order.
    @inline(__always)
    private func firstRefusal(
        of entry: SampleBatch.Entry, in batch: SampleBatch, _ held: Held?, _ oldest: Int64, _ latest: Int64
    ) -> String? {
        let last = held?._withUnsafeGuaranteedRef(\.last) ?? .min
        for place in entry.samples {
            let time = batch.times[place]
            // Nearly all samples are floats behind the last one.
            if time > last, time >= oldest, time <= latest, entry.column < 0 { continue }
            let value = batch.sample(at: place, of: entry)
            if let reason = refusal(of: value, at: time, held, oldest, latest) { return reason }
        }
        return nil
    }

    private func refusal(
        of value: SampleValue, at time: Int64, _ held: Held?, _ oldest: Int64, _ latest: Int64
    ) -> String? {
        if time > latest { return "out of bounds: timestamp is too far in the future" }
        if case .histogram(let histogram) = value, !histogram.isStale {
            do throws(HistogramError) { try histogram.validate() } catch { return error.description }
        }
        guard let held = held?.takeUnretainedValue(), time <= held.last else {
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
    @inline(__always)
    private mutating func take(_ entry: SampleBatch.Entry, of batch: SampleBatch, _ held: Held?) {
        guard let held, entry.column < 0 else { return take(entry, Array(entry.samples), of: batch, held) }
        for place in entry.samples {
            let time = batch.times[place]
            held._withUnsafeGuaranteedRef { series in
                if time > series.last { bytes += series.append(batch.values[place], at: time) }
            }
            if time > newest { newest = time }
        }
    }

    private mutating func take(_ entry: SampleBatch.Entry, _ places: [Int], of batch: SampleBatch, _ held: Held?) {
        let target = held?.takeUnretainedValue() ?? begin(entry, of: batch)
        for place in places {
            let time = batch.times[place]
            if time <= target.last { continue }
            switch batch.sample(at: place, of: entry) {
            case .float(let value): bytes += target.append(value, at: time)
            case .histogram(let histogram): bytes += target.append(histogram, at: time)
            }
            if time > newest { newest = time }
        }
    }

    /// The series of an entry that the store did not have before the batch, which may have begun it further up.
    private mutating func begin(_ entry: SampleBatch.Entry, of batch: SampleBatch) -> MemorySeries {
        let labels = Labels(packed: Array(batch.packed.bytes[entry.labels]))
        return table[labels] ?? insert(labels)
    }
}
