import Base
@preconcurrency import Glibc

/// A scale of values with round marks: from the lowest mark to the highest, all values between.
struct ValueScale {
    /// The marks as numbers, ascending.
    let marks: [Double]
    /// The marks as text.
    let labels: [String]

    /// Lower end.
    var low: Double { marks.first ?? 0 }
    /// Upper end, above the lower one.
    var high: Double { marks.last ?? 1 }

    /// A scale for values from `low` to `high`, both finite.
    init(covering low: Double, _ high: Double) {
        var (low, high) = (low, high)
        let wide = max(low.magnitude, high.magnitude)
        // What differs in the last digits only is one value.
        if high / 2 - low / 2 <= wide * 1e-12 {
            let pad = wide == 0 ? 1 : wide * 0.1
            low = max(low - pad, -.greatestFiniteMagnitude)
            high = min(high + pad, .greatestFiniteMagnitude)
        }
        let rough = high / 4 - low / 4
        let exponent = Int(log10(rough).rounded(.down))
        let unit = rough / pow(10, Double(exponent))
        let digit = unit <= 1 ? 1.0 : unit <= 2 ? 2.0 : unit <= 5 ? 5.0 : 10.0
        let step = digit * pow(10, Double(exponent))
        guard step.isNormal, (low / step).magnitude < 1e15, (high / step).magnitude < 1e15 else {
            marks = [low, high]
            labels = marks.map { GoFloat.string($0, .general, precision: 6) }
            return
        }
        let first = Int((low / step).rounded(.down))
        let last = max(first + 1, Int((high / step).rounded(.up)))
        marks = (first...last).map { number in
            // Dividing by a power of ten is exact where multiplying by a tenth is not.
            exponent < 0
                ? Double(number) * digit / pow(10, Double(-exponent)) : Double(number) * step
        }
        labels = marks.map { mark in
            mark == 0 || (1e-4..<1e7).contains(mark.magnitude)
                ? GoFloat.string(mark, .fixed, precision: max(0, -exponent - (digit == 10 ? 1 : 0)))
                : GoFloat.string(mark, .general, precision: 6)
        }
    }

    /// Where a value stands: 0 at the lower end, 1 at the upper one.
    func place(_ value: Double) -> Double {
        let span = high / 2 - low / 2
        return span > 0 ? min(1, max(0, (value / 2 - low / 2) / span)) : 0
    }
}
