import Base
import HTTPTransport
import JSON
import PromQL
import PrometheusAPI
import TimeSeries

/// What a server knows of series, types and rules; each question is asked once a run.
public actor AskedServer {
    /// What a server says about a metric.
    struct Metadata: Sendable {
        /// `counter`, `gauge`, `histogram`, `summary`, `unknown` …
        var type: String
        /// `seconds`, `bytes` …; often empty.
        var unit: String
    }

    /// An expression, evaluated now.
    struct Evaluation: Sendable {
        /// Series of the result.
        var series: Int
        /// Samples that were read; nil where the server does not say.
        var samples: Double?
        /// Seconds that it took the server.
        var seconds: Double?
    }

    /// How far back a lost series is looked for.
    static let past = Duration.seconds(7 * 86_400)

    private let client: PrometheusClient
    /// The time that all questions are about.
    let now: Timestamp
    private var counts: [String: Double] = [:]
    private var labelNames: [String: Set<String>] = [:]
    private var metadata: [String: Metadata?] = [:]
    private var evaluations: [String: Evaluation] = [:]
    private var intervals: [String: Duration?] = [:]
    private var used: Set<String>?

    /// Asks the server at `address`.
    /// - Throws: The address is none.
    public init(address: String, now: Timestamp) throws(PrometheusError) {
        guard let url = HTTPURL(address), url.scheme.hasPrefix("http") else {
            throw PrometheusError(.malformed, "not an http or https address: \(address)")
        }
        self.init(PrometheusClient(PrometheusServerSettings(url: url), http: HTTPClient()), now: now)
    }

    /// Asks `client` about the state at `now`.
    public init(_ client: PrometheusClient, now: Timestamp) {
        self.client = client
        self.now = now
    }

    /// How many series the selector finds now.
    func count(_ selector: String) async throws(PrometheusError) -> Double {
        if let known = counts[selector] { return known }
        let found = Self.first(try await client.query("count(\(selector))", at: now)) ?? 0
        counts[selector] = found
        return found
    }

    /// When in the past days the selector found anything last; nil when never.
    func lastSeen(_ selector: String) async throws(PrometheusError) -> Timestamp? {
        let start = Timestamp(milliseconds: now.milliseconds - Self.past.milliseconds)
        let answer = try await client.queryRange(
            "count(\(selector))", start: start, end: now, step: .seconds(1800))
        guard case .matrix(let series) = answer.value, let last = series.first?.timestamps.last else { return nil }
        return Timestamp(milliseconds: last)
    }

    /// The names of the labels that the selector's series have now.
    func labels(_ selector: String) async throws(PrometheusError) -> Set<String> {
        if let known = labelNames[selector] { return known }
        let start = Timestamp(milliseconds: now.milliseconds - 300_000)
        let answer = try await client.data(
            "/api/v1/labels",
            [("match[]", selector), ("start", Self.seconds(start)), ("end", Self.seconds(now))])
        let names = Set((answer.array ?? []).compactMap(\.string))
        labelNames[selector] = names
        return names
    }

    /// What targets say about the metric; nil when none says anything.
    func metadata(_ metric: String) async throws(PrometheusError) -> Metadata? {
        if let known = metadata[metric] { return known }
        let answer = try await client.data("/api/v1/metadata", [("metric", metric), ("limit", "1")])
        let found = answer[metric]?[0].map { entry in
            Metadata(type: entry["type"]?.string ?? "", unit: entry["unit"]?.string ?? "")
        }
        metadata[metric] = .some(found)
        return found
    }

    /// How far apart the samples of the metric's fullest series were in the last twenty minutes, the median; nil when
    /// there are too few.
    func sampleInterval(_ selector: VectorSelector) async throws(PrometheusError) -> Duration? {
        guard let name = selector.metricName else { return nil }
        let text = selector.bare
        if let known = intervals[text] { return known }
        var interval: Duration?
        let fullest = try await client.query("topk(1, count_over_time(\(text)[20m]))", at: now)
        if case .vector(let samples) = fullest.value, let labels = samples.first?.labels {
            var matchers = [LabelMatcher(Labels.metricName, equals: name)]
            for (label, value) in labels where label != Labels.metricName {
                matchers.append(LabelMatcher(label, equals: value))
            }
            let one = VectorSelector(name: nil, matchers: matchers, range: selector.range).bare
            let answer = try await client.query("\(one)[20m]", at: now)
            if case .matrix(let series) = answer.value, let times = series.first?.timestamps, times.count > 3 {
                let gaps = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
                interval = .milliseconds(gaps[gaps.count / 2])
            }
        }
        intervals[text] = .some(interval)
        return interval
    }

    /// The expression evaluated now.
    func evaluate(_ expression: String) async throws(PrometheusError) -> Evaluation {
        if let known = evaluations[expression] { return known }
        let answer = try await client.data(
            "/api/v1/query", [("query", expression), ("time", Self.seconds(now)), ("stats", "all")])
        let isSeries = answer["resultType"]?.string == "vector" || answer["resultType"]?.string == "matrix"
        let found = Evaluation(
            series: isSeries ? answer["result"]?.array?.count ?? 0 : 1,
            samples: answer["stats"]?["samples"]?["totalQueryableSamples"]?.double,
            seconds: answer["stats"]?["timings"]?["execTotalTime"]?.double)
        evaluations[expression] = found
        return found
    }

    /// The metrics that the server's own rules read.
    func metricsUsedByRules() async throws(PrometheusError) -> Set<String> {
        if let used { return used }
        let answer = try await client.data("/api/v1/rules")
        var names: Set<String> = []
        for group in answer["groups"]?.array ?? [] {
            for rule in group["rules"]?.array ?? [] {
                guard let query = rule["query"]?.string,
                    let expr = try? PromQLParser.parse(query, options: .init(features: Set(Feature.allCases)))
                else { continue }
                names.formUnion(expr.metricNames)
            }
        }
        used = names
        return names
    }

    private static func first(_ answer: QueryAnswer) -> Double? {
        switch answer.value {
        case .vector(let samples):
            guard case .float(let value)? = samples.first?.value else { return nil }
            return value
        case .scalar(let value, _): return value
        default: return nil
        }
    }

    private static func seconds(_ time: Timestamp) -> String {
        GoFloat.string(Double(time.milliseconds) / 1000, .fixed)
    }
}

extension VectorSelector {
    /// The selector without offset, `@` and edges.
    var bare: String {
        var copy = self
        copy.offset = nil
        copy.at = nil
        copy.edges = nil
        return Expr.vectorSelector(copy).description
    }
}
