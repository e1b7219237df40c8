import Base
internal import Glibc
import PromQL
import TimeSeries

/// What an operator makes of two samples.
struct ElementOperation {
    let op: BinaryOperator
    let returnsBool: Bool
    let position: PositionRange

    /// Arithmetic makes something else of a metric, comparing and trimming do not.
    var changesMeaning: Bool {
        switch op {
        case .add, .subtract, .multiply, .divide, .modulo, .power, .atan2: true
        default: false
        }
    }

    /// Two numbers; for comparisons 1 or 0.
    static func scalars(_ op: BinaryOperator, _ a: Double, _ b: Double) -> Double {
        switch op {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .modulo: fmod(a, b)
        case .power: power(a, b)
        case .atan2: Glibc.atan2(a, b)
        case .equal: a == b ? 1 : 0
        case .notEqual: a != b ? 1 : 0
        case .greater: a > b ? 1 : 0
        case .less: a < b ? 1 : 0
        case .greaterOrEqual: a >= b ? 1 : 0
        case .lessOrEqual: a <= b ? 1 : 0
        case .and, .or, .unless, .trimUpper, .trimLower: .nan
        }
    }

    /// Go's math.Pow; C's agrees with it but for the sign of NaN.
    static func power(_ a: Double, _ b: Double) -> Double { pow(a, b) }

    /// Two floats: the result, or an absent cell where a filter does not let through.
    @inline(__always)
    func floats(_ a: Double, _ b: Double, keeping kept: Double) -> Double {
        switch op {
        case .add: return a + b
        case .subtract: return a - b
        case .multiply: return a * b
        case .divide: return a / b
        case .modulo: return fmod(a, b)
        case .power: return Self.power(a, b)
        case .atan2: return Glibc.atan2(a, b)
        case .equal: return filtered(a == b, kept)
        case .notEqual: return filtered(a != b, kept)
        case .greater: return filtered(a > b, kept)
        case .less: return filtered(a < b, kept)
        case .greaterOrEqual: return filtered(a >= b, kept)
        case .lessOrEqual: return filtered(a <= b, kept)
        case .and, .or, .unless, .trimUpper, .trimLower: return Cell.absent
        }
    }

    @inline(__always)
    private func filtered(_ holds: Bool, _ kept: Double) -> Double {
        if returnsBool { return holds ? 1 : 0 }
        return holds ? kept : Cell.absent
    }

    /// What two samples give of which one is a histogram, or which only histograms can be.
    enum Outcome {
        case none
        /// The operator does not hold; nothing comes through unless 0 is wanted.
        case fails
        /// A comparison holds, the left histogram comes through unless 1 is wanted.
        case holds
        case histogram(FloatHistogram)
        /// No such operation: there is no result, nor any match.
        case refused
    }

    /// The general case, with remarks.
    func general(_ a: Double, _ left: HistogramBox?, _ b: Double, _ right: HistogramBox?, _ notes: inout AnnotationSet)
        -> Outcome
    {
        switch (left?.value, right?.value) {
        case (nil, let histogram?) where op == .multiply:
            return .histogram(histogram.scaled(by: a).compacted)
        case (let histogram?, nil) where op == .multiply:
            return .histogram(histogram.scaled(by: b).compacted)
        case (let histogram?, nil) where op == .divide:
            return .histogram(histogram.divided(by: b).compacted)
        case (let histogram?, nil) where op == .trimUpper: return .histogram(histogram.trimmedAbove(b))
        case (let histogram?, nil) where op == .trimLower: return .histogram(histogram.trimmedBelow(b))
        case (let first?, let second?) where op == .equal: return first.equals(second) ? .holds : .fails
        case (let first?, let second?) where op == .notEqual: return first.equals(second) ? .fails : .holds
        case (let first?, let second?) where op == .add || op == .subtract:
            return combined(first, second, &notes)
        default:
            let types = [left, right].map { $0 == nil ? "float" : "histogram" }
            notes.inform(
                "incompatible sample types encountered for binary operator \(GoQuote.quoted(op.rawValue)): "
                    + "\(types[0]) \(op.rawValue) \(types[1])", at: position)
            return .refused
        }
    }

    private func combined(_ first: FloatHistogram, _ second: FloatHistogram, _ notes: inout AnnotationSet) -> Outcome {
        var result = first
        let operation: HistogramOperation = op == .add ? .addition : .subtraction
        do throws(HistogramOperationError) {
            let found = op == .add ? try result.add(second) : try result.subtract(second)
            if op == .subtract { result.counterResetHint = .gauge }
            if found.hasConflictingResets {
                notes.warn("conflicting counter resets during histogram \(operation.rawValue)", at: position)
            }
            if found.hasReconciledBounds {
                notes.inform("mismatched custom buckets were reconciled during \(operation.rawValue)", at: position)
            }
        } catch {
            notes.warn("incompatible bucket layout encountered for binary operator \(op.rawValue)", at: position)
            return .refused
        }
        return .histogram(result.compacted)
    }
}
