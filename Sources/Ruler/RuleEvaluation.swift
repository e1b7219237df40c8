import Base

/// One evaluation of a rule that is over.
public struct RuleEvaluation: Sendable, Hashable {
    /// How many of a rule are kept.
    public static let kept = 10

    /// The tick.
    public var at: Timestamp
    /// How long it took, without the time its samples were waited for.
    public var duration: Duration
    /// Samples that the query gave.
    public var samples: Int
    /// Series that the rule has since: recorded ones, or those of its alerts.
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
