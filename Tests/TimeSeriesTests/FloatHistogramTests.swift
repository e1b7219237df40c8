import Testing

@testable import TimeSeries

@Suite("Histogram arithmetic")
struct FloatHistogramTests {
    private func exponential(
        _ buckets: [Double], offset: Int32 = 0, schema: Int32 = 0, zero: Double = 0, width: Double = 0,
        negative: [Double] = [], count: Double = 0, sum: Double = 0, hint: FloatHistogram.CounterResetHint = .unknown
    ) -> FloatHistogram {
        FloatHistogram(
            counterResetHint: hint, schema: schema, zeroThreshold: width, zeroCount: zero, count: count, sum: sum,
            positiveSpans: buckets.isEmpty ? [] : [.init(offset: offset, length: UInt32(buckets.count))],
            negativeSpans: negative.isEmpty ? [] : [.init(offset: 0, length: UInt32(negative.count))],
            positiveBuckets: buckets, negativeBuckets: negative)
    }

    private func custom(_ bounds: [Double], _ buckets: [Double], count: Double = 0, sum: Double = 0) -> FloatHistogram {
        FloatHistogram(
            schema: FloatHistogram.customBucketsSchema, count: count, sum: sum,
            positiveSpans: buckets.isEmpty ? [] : [.init(offset: 0, length: UInt32(buckets.count))],
            positiveBuckets: buckets, customValues: bounds)
    }

    @Test func boundsAreThoseOfPrometheus() {
        #expect(ExponentialBounds.upperBound(0, schema: 8) == 1)
        #expect(ExponentialBounds.upperBound(256, schema: 8) == 2)
        #expect(ExponentialBounds.upperBound(1, schema: 1) == 2 * 0.7071067811865475)
        #expect(ExponentialBounds.upperBound(-1, schema: 8) == 0.9972960560854698)
        #expect(ExponentialBounds.upperBound(-3, schema: 0) == 0.125)
        #expect(ExponentialBounds.upperBound(2, schema: -4) == 4_294_967_296)
        #expect(ExponentialBounds.upperBound(1024, schema: 0) == .greatestFiniteMagnitude)
        #expect(ExponentialBounds.upperBound(64, schema: -4) == .greatestFiniteMagnitude)
        #expect(ExponentialBounds.upperBound(1024 * 4, schema: 2) == .greatestFiniteMagnitude)
    }

    @Test func additionTakesTheCoarserSchema() throws {
        var low = exponential([1], offset: 1, schema: -1, count: 1, sum: 4)
        try low.add(exponential([2, 2], offset: 1, schema: 0, count: 4, sum: 4))
        #expect(low.seriesNotation == "{{schema:-1 count:5 sum:8 offset:1 buckets:[5]}}")
    }

    @Test func additionWidensTheZeroBucketToTheEndOfAPopulatedBucket() throws {
        // 0.75 lies inside (0.5, 1], which holds something: the common zero bucket reaches to 1.
        var wide = exponential([1], offset: 1, zero: 2, width: 0.75, count: 3)
        try wide.add(exponential([3, 4], offset: 0, zero: 1, width: 0.001, count: 8))
        #expect(wide.seriesNotation == "{{count:11 z_bucket:6 z_bucket_w:1 offset:1 buckets:[5]}}")
    }

    @Test func customBoundsAreReducedToTheCommonOnes() throws {
        var left = custom([5, 10], [1, 2, 3], count: 6)
        let notes = try left.add(custom([2, 10], [4, 0, 1], count: 5))
        #expect(notes.hasReconciledBounds)
        #expect(left.seriesNotation == "{{schema:-53 count:11 custom_values:[10] buckets:[7 4]}}")
    }

    @Test func exponentialAndCustomBucketsDoNotMix() {
        #expect(throws: HistogramOperationError.mixedSchemas) {
            var left = exponential([1])
            try left.add(custom([5], [1]))
        }
    }

    @Test func subtractionMakesAGauge() throws {
        var left = exponential([1, 2, 3], count: 6)
        try left.subtract(exponential([1, 1], count: 2))
        #expect(left.compacted.seriesNotation == "{{count:4 counter_reset_hint:gauge offset:1 buckets:[1 3]}}")
    }

    @Test func divisionByZeroLosesTheBuckets() {
        var histogram = exponential([1], zero: 1, width: 0.001, count: 2, sum: -3)
        histogram.divide(by: 0)
        #expect(histogram.description == "{count:+Inf, sum:-Inf, [-0.001,0.001]:+Inf}")
    }

    @Test(
        "merge reset hints",
        arguments: [
            (FloatHistogram.CounterResetHint.gauge, FloatHistogram.CounterResetHint.reset, 3, false),
            (.unknown, .notReset, 0, false), (.reset, .unknown, 0, false), (.reset, .notReset, 0, true),
            (.notReset, .notReset, 2, false),
        ])
    func hints(
        left: FloatHistogram.CounterResetHint, right: FloatHistogram.CounterResetHint, merged: UInt8, conflict: Bool
    ) {
        for (first, second) in [(left, right), (right, left)] {
            var histogram = exponential([], hint: first)
            #expect(histogram.mergeHint(second) == conflict)
            #expect(histogram.counterResetHint.rawValue == merged)
        }
    }

    @Test func resetsAreFoundInSingleBucketsAndBounds() {
        let before = exponential([1, 2, 1], zero: 1, width: 0.001, count: 5)
        #expect(!exponential([1, 2, 1], zero: 1, width: 0.001, count: 5).isReset(after: before))
        #expect(exponential([1, 1, 3], zero: 1, width: 0.001, count: 6).isReset(after: before))
        #expect(exponential([1, 2, 1], zero: 1, width: 0.0001, count: 9).isReset(after: before))
        #expect(exponential([1, 2, 1], schema: 1, zero: 1, width: 0.001, count: 9).isReset(after: before))
        #expect(!exponential([1, 3], offset: 0, schema: -1, zero: 1, width: 0.001, count: 5).isReset(after: before))
        let bounds = custom([2, 4, 6], [1, 2, 5, 7], count: 15)
        #expect(custom([2, 3, 4, 6], [1, 0, 1, 5, 8], count: 15).isReset(after: bounds))
        #expect(!custom([2, 3, 4, 6], [1, 1, 1, 5, 8], count: 16).isReset(after: bounds))
    }

    @Test func storageKnowsOnlyWhatGoesOn() {
        let first = exponential([1, 2], count: 3)
        #expect(first.storedHint(after: nil) == .unknown)
        #expect(exponential([1, 3], count: 4).storedHint(after: first) == .notReset)
        #expect(exponential([1, 1], count: 2).storedHint(after: first) == .unknown)
        #expect(exponential([1, 3], count: 4, hint: .gauge).storedHint(after: first) == .gauge)
    }

    @Test func compensatedSumsKeepSmallParts() throws {
        var sum = HistogramSum(exponential([1e100], count: 1e100, sum: 1))
        try sum.add(exponential([1, 5], count: 1, sum: 1e100))
        try sum.add(exponential([-1e100], count: -1e100, sum: -1e100))
        #expect(sum.total.seriesNotation == "{{count:1 sum:1 buckets:[1 5]}}")
    }

    @Test func quantilesInterpolateByTheKindOfBucket() {
        let plain = exponential([1, 2, 1], count: 4, sum: 5)
        #expect(abs(plain.quantile(0.5).value - 2.0.squareRoot()) < 1e-12)
        let zero = exponential([2, 3, 0, 1, 4], zero: 2, width: 0.001, count: 12, sum: 100)
        #expect(abs(zero.quantile(0.1).value - 0.0006) < 1e-15)
        #expect(zero.quantile(0).value == 0)
        #expect(zero.quantile(1).value == 16)
        #expect(custom([5, 10], [1, 2, 1], count: 4).quantile(0.5).value == 7.5)
        let nan = exponential([12], count: 15, sum: .nan)
        #expect(nan.quantile(0.8) == (1, .skewed))
        #expect(nan.quantile(0.81).nan == .result && nan.quantile(0.81).value.isNaN)
        #expect(nan.fraction(from: -.infinity, to: .infinity) == 0.8)
        #expect(abs(zero.fraction(from: 0, to: 6) - 0.6320802083934297) < 1e-12)
    }

    @Test func customFractionsClampAtZeroAsPrometheusDoes() {
        let crossing = custom([-10, 5], [2, 10, 1], count: 13, sum: 1)
        #expect(crossing.fraction(from: -5, to: 0) == 0)
        #expect(abs(crossing.quantile(0.4).value + 5.2) < 1e-12)
        #expect(abs(custom([5], [12, 1], count: 13).fraction(from: -3, to: 2) - 4.8 / 13) < 1e-12)
    }

    @Test func varianceTakesMiddlesOfBuckets() {
        let tens = exponential([], negative: [0, 0, 0, 0, 10], count: 10, sum: -100)
        #expect(abs(tens.variance - 1.725830020304794) < 1e-9)
    }

    @Test func trimmingDividesTheBucketThatHoldsTheBound() {
        let custom = custom([5, 10, 15, 20], [1, 6, 4, 3, 1], count: 15, sum: 172.5)
        #expect(
            custom.trimmedAbove(7.5).seriesNotation
                == "{{schema:-53 count:4 sum:21.25 custom_values:[5 10 15 20] buckets:[1 3]}}")
        #expect(custom.trimmedBelow(0) == custom)
        let zero = exponential([10], zero: 2, width: 0.5, count: 12, sum: 8)
        #expect(zero.trimmedBelow(0.5).count == 10)
        #expect(zero.trimmedAbove(0).seriesNotation == "{{z_bucket_w:0.5}}")
    }

    @Test func printedAsPrometheusPrintsHistograms() {
        let histogram = exponential([1, 0, 2], zero: 3, width: 0.001, negative: [4], count: 10, sum: 1.5)
        #expect(
            histogram.description == "{count:10, sum:1.5, [-1,-0.5):4, [-0.001,0.001]:3, (0.5,1]:1, (2,4]:2}")
        #expect(custom([5], [1, 2], count: 3).description == "{count:3, sum:0, [-Inf,5]:1, (5,+Inf]:2}")
    }

    @Test func brokenHistogramsAreRefused() {
        var histogram = exponential([1], count: 1)
        #expect(throws: Never.self) { try histogram.validate() }
        histogram.positiveBuckets = [1, 2]
        #expect(throws: HistogramError.bucketsMissing) { try histogram.validate() }
        #expect(throws: HistogramError.bucketOutOfBounds) { try custom([5], [1, 1, 1], count: 3).validate() }
        #expect(throws: HistogramError.boundsNotAscending) { try custom([5, 5], [1], count: 1).validate() }
        #expect(throws: HistogramError.unknownSchema(9)) { try exponential([], schema: 9).validate() }
        #expect(throws: HistogramError.countBelowBuckets) { try exponential([2], count: 1).validate() }
    }
}
