import HTTPTransport
import Settings
import TimeSeries

/// Sends samples to one address by remote write, version 1.
public final class RemoteWriteClient: Sendable {
    /// The address and how it is talked to.
    public let settings: RemoteWriteSettings
    private let http: ConfiguredHTTPClient

    /// Sends through `http`, which others may use as well.
    public init(_ settings: RemoteWriteSettings, http: HTTPClient) {
        self.settings = settings
        self.http = ConfiguredHTTPClient(settings.http, client: http)
    }

    /// Sends `series` after relabelling, once; what it drops is not sent.
    /// - Throws: ``PrometheusError``; when temporary, the same samples may be sent again.
    public func send(_ series: [Series]) async throws(PrometheusError) {
        let wanted = series.compactMap { one -> Series? in
            guard let labels = settings.relabelling.apply(to: one.labels), !labels.isEmpty else { return nil }
            var sent = settings.sendNativeHistograms ? one : one.withoutHistograms
            sent.labels = labels
            return sent.count == 0 ? nil : sent
        }
        try await transmit(wanted)
    }

    /// Sends `series` as they are, once; nothing at all is no request.
    /// - Throws: ``PrometheusError``; when temporary, the same samples may be sent again, not before its `retryAfter`.
    public func transmit(_ series: [Series]) async throws(PrometheusError) {
        if series.isEmpty { return }
        let request = HTTPRequest(
            "POST", settings.url.text, headers: RemoteWriteRequest.headers.map { HTTPHeader($0.name, $0.value) },
            body: RemoteWriteRequest.encode(series), timeout: settings.timeout, responseLimit: 1 << 20)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await http.send(request)
        } catch {
            throw PrometheusError(error)
        }
        guard response.isSuccess else { throw .status(response, from: settings.url.authority) }
    }
}

extension Series {
    /// Only the float samples.
    fileprivate var withoutHistograms: Series {
        if histograms.isEmpty { return self }
        var floats = Series(labels: labels)
        for index in timestamps.indices where histograms[index] == nil {
            floats.append(.float(values[index]), at: timestamps[index])
        }
        return floats
    }
}
