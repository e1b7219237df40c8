import Base

/// Two sources as one: where both have a series, the overlay's samples win from its first one on.
///
/// The first one held counts, not the first one asked for: where the overlay ended a series, the base's samples of
/// that time stay hidden.
public struct OverlaySource: SeriesSource {
    private let overlay: EmbeddedStore
    private let base: any SeriesSource
    private let writtenLabels: Labels

    /// Lays `overlay` over `base`.
    /// - Parameter writtenLabels: What remote write adds to the overlay's series on their way to the base: series that
    ///   come back with these labels are the overlay's, not others beside them.
    public init(overlay: EmbeddedStore, base: any SeriesSource, writtenLabels: Labels = .empty) {
        self.overlay = overlay
        self.base = base
        self.writtenLabels = writtenLabels
    }

    /// Answers all requests from both sources.
    /// - Throws: what the base throws.
    public func fetch(_ requests: [SeriesRequest]) async throws -> [SeriesResponse] {
        let answers = try await base.fetch(requests)
        return zip(requests, answers).map { merge($0, $1) }
    }

    /// Answers all requests from both sources, compressed where the overlay has nothing to say.
    /// - Throws: what the base throws.
    public func fetchPacked(_ requests: [SeriesRequest]) async throws -> [SeriesResponse] {
        let answers = try await base.fetchPacked(requests)
        return zip(requests, answers).map { merge($0, $1) }
    }

    /// The overlay's samples before the base's answer to one request.
    public func merge(_ request: SeriesRequest, _ answer: SeriesResponse) -> SeriesResponse {
        let beginnings = overlay.beginnings(request.matchers)
        if beginnings.isEmpty { return answer }
        let answer = answer.unpacked(request)
        var overlaid: [Labels: Series] = [:]
        for series in overlay.select(request).series { overlaid[series.labels] = series }
        var merged: [Series] = []
        merged.reserveCapacity(answer.series.count + overlaid.count)
        for series in recognised(answer.series, beginnings) {
            guard let first = beginnings[series.labels] else {
                merged.append(series)
                continue
            }
            var kept = series.prefix(before: first.milliseconds)
            if let over = overlaid.removeValue(forKey: series.labels) { kept.append(contentsOf: over) }
            if kept.count > 0 { merged.append(kept) }
        }
        merged.append(contentsOf: overlaid.values)
        return SeriesResponse(series: merged, warnings: answer.warnings)
    }

    /// `series` of the base, those that the overlay wrote there under the names that they have in the overlay.
    private func recognised(_ series: [Series], _ beginnings: [Labels: Timestamp]) -> [Series] {
        if writtenLabels.isEmpty { return series }
        let plain = Set(series.map(\.labels))
        return series.compactMap { one in
            guard beginnings[one.labels] == nil else { return one }
            var builder = LabelsBuilder(one.labels)
            for (name, value) in writtenLabels {
                guard builder[name] == value else { return one }
                builder[name] = nil
            }
            let labels = builder.labels
            guard beginnings[labels] != nil else { return one }
            if plain.contains(labels) { return nil }
            var own = one
            own.labels = labels
            return own
        }
    }
}

extension Series {
    /// The samples before an instant in milliseconds.
    public func prefix(before time: Int64) -> Series {
        let count = timestamps.firstIndex { $0 >= time } ?? timestamps.count
        if count == timestamps.count { return self }
        return Series(
            labels: labels, timestamps: Array(timestamps.prefix(count)), values: Array(values.prefix(count)),
            histograms: Array(histograms.prefix(count)), startTimestamps: Array(startTimestamps.prefix(count)))
    }

    /// Adds all samples of `other`, which begin after the last one here.
    public mutating func append(contentsOf other: Series) {
        if count == 0 {
            let labels = self.labels
            self = other
            self.labels = labels
            return
        }
        let isPlain = other.histograms.isEmpty && histograms.isEmpty && startTimestamps.isEmpty
        if isPlain, other.startTimestamps.isEmpty {
            timestamps.append(contentsOf: other.timestamps)
            values.append(contentsOf: other.values)
            return
        }
        for index in 0..<other.count {
            append(
                other.sample(at: index), at: other.timestamps[index],
                startTimestamp: other.startTimestamps.isEmpty ? nil : other.startTimestamps[index])
        }
    }
}
