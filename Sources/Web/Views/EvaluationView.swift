import Base

/// One evaluation of a rule that is over, as `/api/v1/rule_evaluations` shows it.
public struct EvaluationView: Sendable, Hashable {
    /// The tick.
    public var at: Timestamp
    /// How long it took.
    public var duration: Duration
    /// Samples that the query gave.
    public var samples: Int
    /// Series that the rule has since.
    public var series: Int
    /// Why it gave nothing; nil when it worked.
    public var error: String?

    /// An evaluation.
    public init(at: Timestamp, duration: Duration, samples: Int, series: Int, error: String?) {
        self.at = at
        self.duration = duration
        self.samples = samples
        self.series = series
        self.error = error
    }
}
