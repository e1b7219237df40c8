import Base
import HTTPTransport
import Settings
import YAML

/// How a Prometheus-compatible server is asked.
public struct PrometheusServerSettings: Hashable, Sendable {
    /// The base; `/api/v1/…` is appended to its path.
    public var url: HTTPURL
    /// More addresses of the same data, asked in this order when those before do not answer.
    public var alternatives: [HTTPURL] = []
    /// Parameters of every question.
    public var parameters: [QueryParameter] = []
    /// Groups that ask otherwise.
    public var groups: [GroupSourceSettings] = []
    /// Questions of rules under way at once; 0 is no limit.
    public var concurrency = 0
    /// Who computes.
    public var evaluation: EvaluationMode = .auto
    /// How far an instant selector looks back; nil is the server's own default, five minutes.
    public var lookback: Duration?
    /// Time for one question as configured; nil leaves rules the interval of their group, but ten seconds at least.
    public var configuredTimeout: Duration?
    /// Time for one question; the server is told the same.
    public var timeout: Duration { configuredTimeout ?? .seconds(120) }
    /// The largest answer that is taken, in bytes as they unfold.
    public var maximumResponseBytes = 128 << 20
    /// Authentication, TLS, proxy, further headers.
    public var http = HTTPClientSettings()

    /// A server at `url` with defaults for everything else.
    public init(url: HTTPURL) { self.url = url }
}
