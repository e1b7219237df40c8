import Base
import TimeSeries

/// A file of unit tests for rules, as promtool reads it.
///
/// - Source: Prometheus' documentation, "Unit testing for rules".
public struct UnitTestFile: Sendable {
    /// The file's name, for messages.
    public var path: String
    /// Files and patterns, relative to the file's own folder.
    public var ruleFiles: [String]
    /// How often rules are evaluated.
    public var evaluationInterval: Duration
    /// Names of groups that are evaluated in this order; others come first.
    public var groupOrder: [String]
    /// Whether values may differ in the last place.
    public var isFuzzy: Bool
    /// The cases.
    public var cases: [Case]

    /// One item of `tests:`.
    public struct Case: Sendable {
        /// As given; empty when there is none.
        public var name: String
        /// Counted from 1.
        public var line: Int
        /// Distance of the input's samples, and interval of groups that name none.
        public var interval: Duration
        /// When the first sample stands.
        public var start: Timestamp
        /// The input.
        public var series: [Input]
        /// What alerts must fire.
        public var alerts: [AlertCheck]
        /// What expressions must give.
        public var expressions: [ExpressionCheck]
        /// `external_labels` of templates.
        public var externalLabels: Labels
        /// `external_url` of templates.
        public var externalURL: String
    }

    /// One series of the input.
    public struct Input: Sendable {
        /// What identifies it.
        public var labels: Labels
        /// Its values as written, one an interval; they were read once and can be.
        public var notation: String
    }

    /// What alerts of one name must fire at a time.
    public struct AlertCheck: Sendable {
        /// How expected and firing alerts are compared.
        public enum Match: String, Sendable {
            /// All labels and annotations, as in promtool.
            case exact
            /// Only the labels and annotations that are named.
            case subset
        }

        /// After the start.
        public var time: Duration
        /// The alert's name.
        public var alert: String
        /// What must fire, and nothing else.
        public var expected: [ExpectedAlert]
        /// How they are compared.
        public var match: Match
        /// Counted from 1.
        public var line: Int
    }

    /// An alert that must fire.
    public struct ExpectedAlert: Hashable, Sendable {
        /// `alertname` included.
        public var labels: Labels
        /// As expanded.
        public var annotations: Labels
    }

    /// What an expression must give at a time.
    public struct ExpressionCheck: Sendable {
        /// As written.
        public var expression: String
        /// After the start.
        public var time: Duration
        /// The series, in any order.
        public var expected: [ExpectedSample]
        /// Counted from 1.
        public var line: Int
    }

    /// One series that an expression must give.
    public struct ExpectedSample: Sendable {
        /// What identifies it.
        public var labels: Labels
        /// A float or a histogram.
        public var value: SampleValue
        /// A float that was written beside the histogram; no result has both.
        public var strayFloat = 0.0
    }
}
