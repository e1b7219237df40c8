import Base
import TimeSeries

extension EmbeddedStore {
    /// Takes what a rule gives.
    /// - Parameter late: Whether a sample is refused where its series has a newer one; else it is only not kept here, as after
    ///   the clock was set back.
    /// - Returns: by place, why a sample is not taken, in Prometheus' words: its series has another one at that time. What
    ///   the store has no room for is not refused.
    func refusals(of samples: [RecordedSample], late: Bool = false) -> [Int: String] {
        var refusals: [Int: String] = [:]
        for rejection in append(samples.map(\.series)) {
            switch rejection.reason {
            case .outOfOrder where late: refusals[rejection.series] = rejection.reason.description
            case .duplicate: refusals[rejection.series] = contradiction(of: samples[rejection.series])
            case .outOfOrder, .tooOld, .tooManySeries, .histogram: break
            }
        }
        return refusals
    }

    private func contradiction(of sample: RecordedSample) -> String {
        let plain = Refusal.duplicate.description
        guard case .float(let new) = sample.value else { return plain }
        let matchers = sample.labels.map { LabelMatcher($0.name, equals: $0.value) }
        let request = SeriesRequest(matchers: matchers, start: sample.timestamp, end: sample.timestamp)
        guard let series = select(request).series.first(where: { $0.labels == sample.labels }), series.count == 1 else {
            return plain
        }
        let existing: String =
            switch series.sample(at: 0) {
            case .float(let float): "existing \(GoFloat.string(float, .general))"
            case .histogram: "existing is a histogram"
            }
        return "\(plain) \(sample.timestamp.milliseconds); overrides not allowed: \(existing), new value "
            + GoFloat.string(new, .general)
    }
}
