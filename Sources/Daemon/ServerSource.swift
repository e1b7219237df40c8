import Base
import HTTPTransport
import PrometheusAPI
import TimeSeries

/// Raw samples of the server at `address`, for commands that evaluate by themselves.
/// - Throws: ``PrometheusAPI/PrometheusError`` when the address is none.
public func serverSource(_ address: String) throws(PrometheusError) -> any SeriesSource {
    guard let url = HTTPURL(address), url.scheme.hasPrefix("http") else {
        throw PrometheusError(.malformed, "not an http or https address: \(address)")
    }
    return PrometheusSource(PrometheusClient(PrometheusServerSettings(url: url), http: HTTPClient()))
}
