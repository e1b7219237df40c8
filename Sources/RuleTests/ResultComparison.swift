import Base
import QueryEngine
import TimeSeries

/// Compares results with what a script expects.
enum ResultComparison {
    /// Whether two floats are equal but for rounding.
    ///
    /// Relative error below 1e-6; next to zero absolute, so that what should be 0 must be 0. A staleness marker equals
    /// only itself.
    static func almostEqual(_ a: Double, _ b: Double) -> Bool {
        if StaleMarker.isStale(a) || StaleMarker.isStale(b) { return StaleMarker.isStale(a) && StaleMarker.isStale(b) }
        if a.isNaN, b.isNaN { return true }
        if a == b { return true }
        let sum = a.magnitude + b.magnitude
        let difference = (a - b).magnitude
        let smallest = Double.leastNormalMagnitude
        if a == 0 || b == 0 || sum < smallest { return difference < 1e-6 * smallest }
        return difference / min(sum, .greatestFiniteMagnitude) < 1e-6
    }

    /// Whether two histograms are equal but for rounding, empty buckets and, unless stated, the reset hint.
    static func almostEqual(_ a: FloatHistogram, _ b: FloatHistogram, comparesHint: Bool) -> Bool {
        let a = a.compacted
        let b = b.compacted
        func equal(_ a: [Double], _ b: [Double]) -> Bool { a.count == b.count && zip(a, b).allSatisfy(almostEqual) }
        return a.schema == b.schema && a.zeroThreshold == b.zeroThreshold && a.customValues == b.customValues
            && almostEqual(a.count, b.count) && almostEqual(a.sum, b.sum) && almostEqual(a.zeroCount, b.zeroCount)
            && a.positiveSpans == b.positiveSpans && a.negativeSpans == b.negativeSpans
            && equal(a.positiveBuckets, b.positiveBuckets) && equal(a.negativeBuckets, b.negativeBuckets)
            && (!comparesHint || a.counterResetHint == b.counterResetHint)
    }

    static func almostEqual(_ expected: SeriesValue, _ got: SampleValue) -> Bool {
        switch (expected, got) {
        case (.float(let a), .float(let b)): almostEqual(a, b)
        case (.histogram(let a, let statesHint), .histogram(let b)): almostEqual(a, b, comparesHint: statesHint)
        default: false
        }
    }

    /// What is wrong with a result; nil when nothing is.
    ///
    /// - Parameters:
    ///   - time: when an instant query was evaluated.
    ///   - ordered: whether the order of series counts.
    static func difference(_ eval: PromQLScript.Eval, _ value: QueryValue, at time: Int64, ordered: Bool) -> String? {
        if let scalar = eval.scalar {
            guard case .scalar(let got, _) = value else { return sides("scalar \(print(scalar))", kind(value)) }
            return almostEqual(scalar, got) ? nil : sides(print(scalar), print(got))
        }
        if let string = eval.string {
            guard case .string(let got, _) = value else {
                return sides("string \(GoQuote.quoted(string))", kind(value))
            }
            return string == got ? nil : sides(GoQuote.quoted(string), GoQuote.quoted(got))
        }
        switch (value, eval.matrixTime ?? eval.time) {
        case (.vector(let samples), .instant) where eval.matrixTime == nil:
            return difference(eval.series, samples, at: time, ordered: ordered)
        case (.matrix(let series), .range(let start, _, let step)):
            return difference(eval.series, series, start: start, step: step)
        default:
            return sides(eval.series.isEmpty ? "no series" : "series", kind(value))
        }
    }

    private static func difference(
        _ expected: [PromQLScript.ExpectedSeries], _ got: [VectorSample], at time: Int64, ordered: Bool
    ) -> String? {
        var seen: Set<Labels> = []
        var isEqual = expected.count == got.count
        for (place, sample) in got.enumerated() where isEqual {
            let wanted = ordered ? expected[place] : expected.first { $0.labels == sample.labels }
            isEqual =
                seen.insert(sample.labels).inserted && wanted?.labels == sample.labels
                && sample.timestamp.milliseconds == time
                && wanted.map { almostEqual($0.values[0], sample.value) } == true
        }
        if isEqual { return nil }
        var right: [String] = []
        for sample in got {
            var line = "\(sample.labels) \(print(sample.value))"
            if sample.timestamp.milliseconds != time { line += " @ \(sample.timestamp.milliseconds) ms" }
            right.append(line)
        }
        return sides(expected.map { "\($0.labels) \(print($0.values[0]))" }, right)
    }

    private static func difference(
        _ expected: [PromQLScript.ExpectedSeries], _ got: [Series], start: Int64, step: Int64
    ) -> String? {
        for index in got.indices.dropFirst() where !(got[index - 1].labels < got[index].labels) {
            return "the result is not sorted by labels: \(got[index - 1].labels) before \(got[index].labels)"
        }
        var isEqual = true
        // A series without any sample is none.
        let expected = expected.filter { $0.values.contains { $0.sample != nil } }
        if expected.count != got.count { isEqual = false }
        for series in got where isEqual {
            guard let wanted = expected.first(where: { $0.labels == series.labels }) else {
                isEqual = false
                break
            }
            let places = wanted.values.indices.filter { wanted.values[$0].sample != nil }
            isEqual =
                places.map { start + Int64($0) * step } == series.timestamps
                && zip(places, 0..<series.count).allSatisfy {
                    almostEqual(wanted.values[$0], series.sample(at: $1))
                }
        }
        if isEqual { return nil }
        let left = expected.map { "\($0.labels) " + $0.values.map(print).joined(separator: " ") }
        let right = got.map { series in
            var line = "\(series.labels)"
            var next = start
            for index in 0..<series.count {
                let time = series.timestamps[index]
                while next < time {
                    line += " _"
                    next += step
                }
                line += " " + print(series.sample(at: index))
                if time != next { line += "@\(time)ms" } else { next += step }
            }
            return line
        }
        return sides(left, right)
    }

    // MARK: printing

    private static func print(_ value: Double) -> String {
        StaleMarker.isStale(value) ? "stale" : GoFloat.string(value, .general)
    }

    private static func print(_ value: SampleValue) -> String {
        switch value {
        case .float(let value): print(value)
        case .histogram(let histogram): histogram.seriesNotation
        }
    }

    private static func print(_ value: SeriesValue) -> String { value.sample.map { print($0) } ?? "_" }

    private static func kind(_ value: QueryValue) -> String {
        switch value {
        case .scalar(let value, _): "scalar \(print(value))"
        case .string(let value, _): "string \(GoQuote.quoted(value))"
        case .vector(let samples): samples.isEmpty ? "no series" : "an instant vector of \(samples.count) series"
        case .matrix(let series): "a range vector of \(series.count) series"
        }
    }

    private static func sides(_ expected: String, _ got: String) -> String { sides([expected], [got]) }

    /// Both sides in two columns where they are narrow, below each other where not.
    private static func sides(_ expected: [String], _ got: [String]) -> String {
        let left = ["expected"] + (expected.isEmpty ? ["nothing"] : expected)
        let right = ["got"] + (got.isEmpty ? ["nothing"] : got)
        let width = left.map(\.count).max() ?? 0
        if width <= 60, (right.map(\.count).max() ?? 0) <= 60 {
            return (0..<max(left.count, right.count)).map { row in
                let text = row < left.count ? left[row] : ""
                let other = row < right.count ? right[row] : ""
                return "  " + text + String(repeating: " ", count: width - text.count) + " | " + other
            }.joined(separator: "\n")
        }
        return "  expected:\n" + left.dropFirst().map { "    \($0)\n" }.joined() + "  got:\n"
            + right.dropFirst().map { "    \($0)" }.joined(separator: "\n")
    }
}
