import TimeSeries

/// Random series: counters with resets, gauges with odd numbers, classic and native histograms; with gaps and markers.
struct RandomSeries {
    var random: Random
    /// Milliseconds of the first sample.
    let start: Int64
    /// Milliseconds between samples.
    let interval: Int64 = 15_000
    let count = 160

    mutating func all() -> [Series] {
        var series: [Series] = []
        for job in ["api", "web"] {
            for instance in ["0", "1", "2"] {
                let base = ["job": job, "instance": instance]
                series.append(
                    floats(base, "hits_total") { random, last in
                        random.once(in: 30) ? Double(random.below(5)) : last + Double(random.below(20))
                    })
                series.append(
                    floats(base, "load") { random, _ in
                        switch random.below(60) {
                        case 0: .nan
                        case 1: .infinity
                        case 2: -.infinity
                        default: Double(random.below(2000) - 1000) / 8
                        }
                    })
                series.append(
                    floats(base.merging(["mode": job == "api" ? "a" : "b"]) { $1 }, "limit") { random, last in
                        random.once(in: 10) ? Double(random.below(50)) : last
                    })
                series += buckets(base)
                series.append(native(base))
                if instance == "1" {
                    series += [swing(base), custom(base), mixed(base)]
                }
            }
            series.append(floats(["job": job, "team": job + "-team"], "owner") { _, _ in 1 })
        }
        series.append(floats([:], "sparse") { random, _ in Double(random.below(10)) })
        // The server walks series in the order in which they came; ties then fall alike.
        return series.sorted { $0.labels < $1.labels }
    }

    private func labels(_ base: [String: String], _ name: String, _ more: [String: String] = [:]) -> Labels {
        Labels(base.merging(more) { $1 }.merging([Labels.metricName: name]) { $1 }.map { ($0.key, $0.value) })
    }

    private mutating func floats(
        _ base: [String: String], _ name: String, _ value: (inout Random, Double) -> Double
    ) -> Series {
        var series = Series(labels: labels(base, name))
        var last = 0.0
        let isSparse = name == "sparse" || random.once(in: 6)
        let jitter = random.once(in: 2)
        var gap = 0
        for step in 0..<count {
            if gap > 0 {
                gap -= 1
                continue
            }
            if random.once(in: isSparse ? 3 : 40) { gap = random.below(isSparse ? 30 : 8) }
            let time = start + Int64(step) * interval + (jitter ? Int64(random.below(2000)) : 0)
            if random.once(in: 60) {
                series.append(.float(StaleMarker.value), at: time)
                continue
            }
            last = value(&random, last.isFinite ? last : 0)
            series.append(.float(last.isNaN ? StaleMarker.normalNaN : last), at: time)
        }
        return series
    }

    private mutating func buckets(_ base: [String: String]) -> [Series] {
        let bounds = ["0.1", "0.5", "1", "5", "+Inf"]
        var counts = [Double](repeating: 0, count: bounds.count)
        var series = bounds.map { Series(labels: labels(base, "latency_bucket", ["le": $0])) }
        var total = Series(labels: labels(base, "latency_count"))
        for step in 0..<count where !random.once(in: 50) {
            if random.once(in: 70) { counts = counts.map { _ in 0 } }
            var added = 0.0
            for index in counts.indices {
                added += Double(random.below(4))
                counts[index] += added
                series[index].append(.float(counts[index]), at: start + Int64(step) * interval)
            }
            total.append(.float(counts[counts.count - 1]), at: start + Int64(step) * interval)
        }
        return series + [total]
    }

    /// A gauge of native histograms, with negative buckets, whose resolution changes.
    private mutating func swing(_ base: [String: String]) -> Series {
        var series = Series(labels: labels(base, "swing"))
        for step in 0..<count where !random.once(in: 30) {
            let schema = Int32(random.once(in: 5) ? random.below(3) - 1 : 1)
            let (positive, negative) = (counts(4), counts(3))
            let zero = Double(random.below(5))
            series.append(
                .histogram(
                    FloatHistogram(
                        counterResetHint: .gauge, schema: schema, zeroThreshold: random.once(in: 10) ? 0.01 : 0.001,
                        zeroCount: zero, count: (positive + negative).reduce(zero, +),
                        sum: Double(random.below(100) - 50),
                        positiveSpans: [.init(offset: 0, length: 2), .init(offset: 1, length: 2)],
                        negativeSpans: [.init(offset: 1, length: 3)], positiveBuckets: positive,
                        negativeBuckets: negative)), at: start + Int64(step) * interval)
        }
        return series
    }

    private mutating func counts(_ number: Int) -> [Double] { (0..<number).map { _ in Double(300 + random.below(90)) } }

    /// A histogram with buckets of its own that counts up.
    private mutating func custom(_ base: [String: String]) -> Series {
        var series = Series(labels: labels(base, "custom"))
        var buckets = [Double](repeating: 300, count: 4)
        for step in 0..<count where !random.once(in: 40) {
            if random.once(in: 50) { buckets = buckets.map { _ in 250 } }
            for index in buckets.indices { buckets[index] += Double(random.below(4)) }
            series.append(
                .histogram(
                    FloatHistogram(
                        schema: FloatHistogram.customBucketsSchema, count: buckets.reduce(0, +),
                        sum: buckets[1] * 3 + buckets[2] * 7,
                        positiveSpans: [.init(offset: 0, length: 4)], positiveBuckets: buckets,
                        customValues: [1, 5, 10])),
                at: start + Int64(step) * interval)
        }
        return series
    }

    /// Now floats, now native histograms.
    private mutating func mixed(_ base: [String: String]) -> Series {
        var series = native(base)
        series.labels = labels(base, "mixed")
        var isFloat = false
        for index in series.timestamps.indices {
            if random.once(in: 12) { isFloat.toggle() }
            guard isFloat else { continue }
            series.values[index] = Double(random.below(100))
            series.histograms[index] = nil
        }
        return series
    }

    /// A native histogram that counts up, with resets.
    private mutating func native(_ base: [String: String]) -> Series {
        var series = Series(labels: labels(base, "size"))
        let schema = Int32(random.below(3))
        // Not near zero, where the peer extrapolates histograms further than 3.14 does.
        var counts = [Double](repeating: 500, count: 6)
        var zero = 0.0
        var sum = 0.0
        for step in 0..<count where !random.once(in: 40) {
            if random.once(in: 50) {
                counts = counts.map { _ in 400 }
                zero = 0
                sum = 0
            }
            for index in counts.indices {
                let added = Double(random.below(3))
                counts[index] += added
                sum += added * Double(index)
            }
            zero += Double(random.below(2))
            series.append(
                .histogram(
                    FloatHistogram(
                        schema: schema, zeroThreshold: 0.001, zeroCount: zero, count: counts.reduce(zero, +), sum: sum,
                        positiveSpans: [.init(offset: 0, length: 4), .init(offset: 2, length: 2)],
                        positiveBuckets: counts)), at: start + Int64(step) * interval)
        }
        return series
    }
}
