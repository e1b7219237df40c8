internal import Glibc

/// Where the buckets of exponential histograms begin and end.
///
/// Bucket i of schema s reaches from 2^((i−1)·2^−s), excluded, to 2^(i·2^−s), included.
public enum ExponentialBounds {
    /// The coarsest and the finest schema.
    public static let schemas: ClosedRange<Int32> = -4...8

    /// 2^(i/256) for i in 0..<256: all fractions the schemas need, as Prometheus has them.
    ///
    /// Its own table is off the exact values by some units in the last place, which answers show: ``offsets``.
    private static let fractions: [Double] = offsets.utf8.enumerated().map { index, digit in
        let exact = exp2(Double(index) / 256)
        return Double(bitPattern: exact.bitPattern &+ 0x31 &- UInt64(digit))
    }

    /// For each fraction, one digit: 1 less how many units in the last place Prometheus' value lies above the exact one.
    ///
    /// - Source: bounds of a histogram of schema 8 as Prometheus 3.5.3 answers them.
    private static let offsets =
        "111111211121111111231122222222221121112112221122112210221122112211111122223321321121112111"
        + "121111111210112133112212221121213322222121223322322122222222323233323311221121223321332233"
        + "2122323322322243223233433343333333444455435422322333324422333243223333543344"

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
