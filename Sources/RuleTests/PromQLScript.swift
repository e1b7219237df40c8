import Base
import PromQL
import RegularExpressions
import TimeSeries

/// A script of statements that fill a storage and evaluate expressions over it: a `*.test` file.
///
/// - Source: prometheus/prometheus promql/promqltest/README.md.
public struct PromQLScript: Sendable {
    /// The file's name, for messages.
    public var file: String
    /// In the order of the file.
    public var statements: [Statement]

    /// A statement and where it begins.
    public struct Statement: Sendable {
        /// Counted from 1.
        public var line: Int
        /// What is to be done.
        public var action: Action
    }

    /// What a statement does.
    public enum Action: Sendable {
        /// Empties the storage.
        case clear
        /// Adds series.
        case load(Load)
        /// Evaluates an expression and compares.
        case eval(Eval)
        /// Cannot be read; counts as failed.
        case unreadable(message: String, line: Int)
    }

    /// Series to add: sample k stands at k steps after the epoch.
    public struct Load: Sendable {
        /// Distance of samples in milliseconds.
        public var step: Int64
        /// Whether classic histograms are loaded as native ones with custom buckets besides.
        public var convertsClassicHistograms: Bool
        /// Each series once, with its start timestamps where they were given.
        public var series: [Labels: LoadedLine]
        /// The series in the order of the text.
        public var order: [Labels]
    }

    /// One series of a `load`.
    public struct LoadedLine: Sendable {
        /// One a step.
        public var values: [SeriesValue]
        /// Relative to the samples' times, in milliseconds, one a step; may be shorter.
        public var startOffsets: [Int64?]
    }

    /// An expression, when to evaluate it, and what must come of it.
    public struct Eval: Sendable {
        /// At one instant, or along a range.
        public enum Time: Hashable, Sendable {
            case instant(Int64)
            case range(start: Int64, end: Int64, step: Int64)
        }

        /// As written.
        public var text: String
        /// As read.
        public var expression: Expr
        /// Milliseconds after the epoch.
        public var time: Time
        /// The query must fail.
        public var failure: Pattern?
        /// Each must be met by a warning, and each warning by one of them.
        public var warnings: [Pattern] = []
        /// Each must be met by an info, and each info by one of them.
        public var infos: [Pattern] = []
        /// No warning is allowed.
        public var refusesWarnings = false
        /// No info is allowed.
        public var refusesInfos = false
        /// The order of series counts.
        public var isOrdered = false
        /// The result is this string.
        public var string: String?
        /// The result is this scalar.
        public var scalar: Double?
        /// The result is a range vector whose values stand at these times.
        public var matrixTime: Time?
        /// The series of the result.
        public var series: [ExpectedSeries] = []
    }

    /// One series of an expected result.
    public struct ExpectedSeries: Sendable {
        /// What identifies it.
        public var labels: Labels
        /// One a step.
        public var values: [SeriesValue]
        /// Counted from 1.
        public var line: Int
    }

    /// What a message must be.
    public enum Pattern: Sendable {
        /// Any message.
        case any
        /// The whole message.
        case exact(String)
        /// Somewhere in the message.
        case regex(RegularExpression)

        /// Whether `message` meets it.
        public func matches(_ message: String) -> Bool {
            switch self {
            case .any: true
            case .exact(let text): text == message
            case .regex(let regex): regex.matches(message)
            }
        }
    }
}
