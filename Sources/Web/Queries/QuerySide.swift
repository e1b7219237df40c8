import Base
import PromQL
import PrometheusAPI
import QueryEngine
import TimeSeries

/// Where the query API and remote write find samples.
public protocol QuerySide: Sendable {
    /// Threads for work that may be long, apart from those that ticks and sends need.
    var executor: any TaskExecutor { get }

    /// What is queried at present; nil when no datasource is configured.
    func source() async -> (any QueriedSource)?
}

/// The datasource as it is configured at one moment, recorded series included.
public protocol QueriedSource: Sendable {
    /// Language, lookback, limits.
    var options: QueryOptions { get }

    /// The value of an expression.
    /// - Throws: ``QueryFailure``.
    func evaluate(_ request: QueryRequest) async throws(QueryFailure) -> QueryReply

    /// The names of labels, sorted.
    func labelNames(_ selection: SeriesSelection) async throws(QueryFailure) -> Listing<String>

    /// The values of a label, sorted.
    func labelValues(_ name: String, _ selection: SeriesSelection) async throws(QueryFailure) -> Listing<String>

    /// The label sets of series, sorted.
    func series(_ selection: SeriesSelection) async throws(QueryFailure) -> Listing<Labels>

    /// What is known of metrics, by name; of one metric only when `metric` is not empty.
    func metadata(metric: String) async throws(QueryFailure) -> [(name: String, facts: [MetricFacts])]

    /// What the datasource holds, for `/api/v1/status/tsdb`.
    func overview(limit: Int) async throws(QueryFailure) -> OverviewReply

    /// Takes the samples of one body of remote write, all or none unless it is partial; those from the far future are
    /// refused.
    /// - Throws: ``QueryFailure`` `not_found` when the datasource is none that is written to.
    func write(_ batch: WriteBatch, now: Timestamp) async throws(QueryFailure) -> WriteOutcome
}

/// One call of `query` or `query_range`.
public struct QueryRequest: Sendable {
    /// The expression as it was sent.
    public var text: String
    /// The same, read.
    public var expression: Expr
    /// When it is evaluated.
    public var kind: QueryPlan.Kind
    /// The source's options, changed by the call's parameters.
    public var options: QueryOptions
    /// `query` or `query_range` under `/api/v1/`.
    public var endpoint: String
    /// All parameters as they were sent, for who passes the call on.
    public var parameters: [(name: String, value: String)]
}

/// The answer to a ``QueryRequest``.
public enum QueryReply: Sendable {
    /// Computed here.
    case result(QueryResult)
    /// A server's own answer, byte for byte.
    case forwarded(status: Int, body: [UInt8])
}

/// What a datasource holds.
public enum OverviewReply: Sendable {
    /// The store in this process.
    case held(StoreOverview)
    /// A server's own answer, byte for byte.
    case forwarded(status: Int, body: [UInt8])
}

/// Which series a call speaks of.
public struct SeriesSelection: Sendable {
    /// A series is meant when all matchers of one of these accept it; no set at all means every series.
    public var matcherSets: [[LabelMatcher]]
    /// The same as they were sent.
    public var texts: [String]
    /// Nil for the beginning of time.
    public var start: Timestamp?
    /// Nil for the end of time.
    public var end: Timestamp?
    /// How many are wanted at most; 0 for all.
    public var limit: Int
}

/// A list, and what the source had to remark.
public struct Listing<Element: Sendable>: Sendable {
    /// In order.
    public var elements: [Element]
    /// Of the source.
    public var warnings: [String]

    /// A list.
    public init(_ elements: [Element], warnings: [String] = []) {
        self.elements = elements
        self.warnings = warnings
    }
}

/// Type, unit and help of a metric.
public struct MetricFacts: Hashable, Sendable {
    /// `counter`, `gauge` …, `unknown`.
    public var type: String
    /// May be empty.
    public var unit: String
    /// May be empty.
    public var help: String

    /// Facts.
    public init(type: String, unit: String, help: String) {
        self.type = type
        self.unit = unit
        self.help = help
    }
}

/// What a body of remote write brings.
public struct WriteBatch: Sendable {
    /// Samples in the sender's order.
    public var samples: SampleBatch
    /// Facts on metrics.
    public var metadata: [(metric: String, facts: MetricFacts)]
    /// Whether a sample that is refused leaves the others in, as in remote write 2.
    public var isPartial: Bool
}

/// What became of a ``WriteBatch``.
public struct WriteOutcome: Sendable {
    /// Why samples were refused, with the place of their series in the batch; empty when all were taken.
    public var refusals: [(series: Int, reason: String)] = []
    /// Floats that were taken.
    public var samples = 0
    /// Histograms that were taken.
    public var histograms = 0

    /// Nothing refused, nothing taken.
    public init() {}

    /// Hands a batch to a store.
    public init(of batch: WriteBatch, to store: EmbeddedStore, latest: Timestamp) {
        if batch.isPartial {
            let done = store.commitEach(batch.samples, latest: latest)
            refusals = done.refusals.map { ($0.series, $0.reason) }
            samples = done.samples
            histograms = done.histograms
        } else if let reason = store.commit(batch.samples, latest: latest) {
            refusals = [(0, reason)]
        }
    }
}

/// Why a query has no answer: `errorType` and `error` of the API.
public struct QueryFailure: Error, Hashable, Sendable {
    /// `bad_data`, `execution`, `timeout`, `canceled`, `internal`, `unavailable`, `not_found` …
    public var type: String
    /// One sentence.
    public var message: String

    /// A failure.
    public init(_ type: String, _ message: String) {
        self.type = type
        self.message = message
    }

    /// The HTTP status that Prometheus gives with the type.
    public var status: Int {
        switch type {
        case "bad_data": 400
        case "execution": 422
        case "canceled": 499
        case "not_found": 404
        case "not_acceptable": 406
        case "timeout", "unavailable": 503
        default: 500
        }
    }
}
