import Base
import PromQL

/// How queries are evaluated; the defaults are those of a stock Prometheus.
public struct QueryOptions: Sendable, Hashable {
    /// How far back an instant selector looks for a sample.
    public var lookback: Duration = .seconds(300)
    /// Step of a subquery that states none: the server's evaluation interval.
    public var defaultSubqueryStep: Duration = .seconds(60)
    /// Parts of the language that are switched on.
    public var features: Set<Feature> = []
    /// What a query may use.
    public var limits = QueryLimits()
    /// Whether the result tells what the query cost.
    public var countsSamples = false

    /// Prometheus' defaults.
    public init() {}
}

/// What one query may use before it is refused.
public struct QueryLimits: Sendable, Hashable {
    /// Samples held in memory at once; a native histogram counts by its size.
    public var samples = 50_000_000
    /// Time that fetching and evaluating may take together, in ``QueryEngine``.
    public var timeout: Duration = .seconds(120)
    /// Series in the result; nil is no bound.
    public var series: Int?
    /// Steps of a range query.
    public var steps = 11_000

    /// Prometheus' defaults.
    public init() {}

    /// ``steps`` with commas between thousands, as messages show it.
    public var shownSteps: String { GoText.grouped(steps) }
}
