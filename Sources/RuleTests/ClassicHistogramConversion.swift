import TimeSeries

/// Combines classic histograms of a `load_with_nhcb` into native ones with custom buckets.
enum ClassicHistogramConversion {
    private struct Parts {
        var buckets: [Double: Double] = [:]
        var count: Double?
        var sum: Double?
    }

    /// The native histograms of a load: one series `X` for each `X_bucket`, `X_sum`, `X_count`.
    static func convert(_ load: PromQLScript.Load) -> [Series] {
        var parts: [Labels: [Int: Parts]] = [:]
        for labels in load.order {
            guard let line = load.series[labels], let (base, role) = role(of: labels) else { continue }
            for (index, value) in line.values.enumerated() {
                guard case .float(let float) = value, !float.isNaN || role == .sum, !StaleMarker.isStale(float) else {
                    continue
                }
                switch role {
                case .bucket(let bound): parts[base, default: [:]][index, default: Parts()].buckets[bound] = float
                case .count: parts[base, default: [:]][index, default: Parts()].count = float
                case .sum: parts[base, default: [:]][index, default: Parts()].sum = float
                }
            }
        }
        return parts.map { labels, steps in
            var series = Series(labels: labels)
            for (index, parts) in steps.sorted(by: { $0.key < $1.key }) {
                series.append(.histogram(histogram(parts)), at: Int64(index) &* load.step)
            }
            return series
        }
    }

    private enum Role: Equatable {
        case bucket(Double)
        case count, sum
    }

    private static func role(of labels: Labels) -> (Labels, Role)? {
        let name = labels.metricName
        func base(_ suffix: String) -> Labels {
            var builder = LabelsBuilder(labels)
            builder[Labels.metricName] = String(name.dropLast(suffix.count))
            builder["le"] = nil
            return builder.labels
        }
        if name.hasSuffix("_bucket") {
            guard let text = labels["le"], let bound = ScriptExpectation.scalar(text), !bound.isNaN else { return nil }
            return (base("_bucket"), .bucket(bound))
        }
        if name.hasSuffix("_count") { return (base("_count"), .count) }
        if name.hasSuffix("_sum") { return (base("_sum"), .sum) }
        return nil
    }

    private static func histogram(_ parts: Parts) -> FloatHistogram {
        var buckets = parts.buckets.sorted { $0.key < $1.key }
        let count = parts.count ?? buckets.last?.value ?? 0
        if buckets.last?.key != .infinity { buckets.append((.infinity, count)) }
        var counts: [Double] = []
        var below = 0.0
        for (_, cumulative) in buckets {
            counts.append(cumulative - below)
            below = cumulative
        }
        return FloatHistogram(
            schema: FloatHistogram.customBucketsSchema, count: count, sum: parts.sum ?? 0,
            positiveSpans: [.init(offset: 0, length: UInt32(counts.count))], positiveBuckets: counts,
            customValues: buckets.dropLast().map(\.key)
        ).compacted
    }
}
