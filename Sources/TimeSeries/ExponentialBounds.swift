internal import Glibc

/// Where the buckets of exponential histograms begin and end.
///
/// Bucket i of schema s reaches from 2^((i−1)·2^−s), excluded, to 2^(i·2^−s), included.
public enum ExponentialBounds {
    /// The coarsest and the finest schema.
    public static let schemas: ClosedRange<Int32> = -4...8

    /// 2^(i/256) for i in 0..<256: all fractions the schemas need.
    private static let fractions: [Double] = (0..<256).map { exp2(Double($0) / 256) }

    /// The upper bound of bucket `index`; the last finite bucket ends at the greatest finite number.
    public static func upperBound(_ index: Int32, schema: Int32) -> Double {
        if schema <= 0 {
            let exponent = Int(index) << Int(-schema)
            return exponent == 1024 ? .greatestFiniteMagnitude : scalbn(1, Int32(clamping: exponent))
        }
        let perOctave = Int32(1) << schema
        let fraction = Int(index & (perOctave - 1)) << Int(8 - schema)
        let exponent = index >> schema
        return exponent == 1024 && fraction == 0
            ? .greatestFiniteMagnitude : scalbn(fractions[fraction], exponent)
    }

    /// The bucket of a coarser schema that holds bucket `index` of a finer one.
    public static func index(_ index: Int32, from fine: Int32, to coarse: Int32) -> Int32 {
        let (before, overflow) = index.subtractingReportingOverflow(1)
        return overflow ? index >> (fine - coarse) : (before >> (fine - coarse)) + 1
    }
}
