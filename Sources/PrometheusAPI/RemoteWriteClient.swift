import HTTPTransport
import Settings
internal import Synchronization
import TimeSeries

/// Sends samples to one address by remote write: version 2 where the receiver speaks it, else version 1.
public final class RemoteWriteClient: Sendable {
    /// The address and how it is talked to.
    public let settings: RemoteWriteSettings
    private let http: ConfiguredHTTPClient
    /// Whether the receiver speaks version 2; nil until it was asked.
    private let speaksVersion2: Mutex<Bool?>

    /// Sends through `http`, which others may use as well.
    public init(_ settings: RemoteWriteSettings, http: HTTPClient) {
        self.settings = settings
        self.http = ConfiguredHTTPClient(settings.http, client: http)
        let known: Bool? =
            switch settings.version {
            case .version1: false
            case .version2: true
            case .negotiated: nil
            }
        speaksVersion2 = Mutex(known)
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
        try await transmit(bodies: [RemoteWriteRequest.encode(series)])
    }

    /// Sends bodies of version 1 as one request, once.
    /// - Throws: ``PrometheusError``; when temporary, the same may be sent again, not before its `retryAfter`.
    public func transmit(bodies: [[UInt8]]) async throws(PrometheusError) {
        if speaksVersion2.withLock({ $0 }) == true {
            let body: [UInt8]
            do throws(RemoteBodyError) { body = try RemoteWriteRequest2.encode(bodies) } catch {
                throw PrometheusError(.malformed, "the log of remote write is damaged: \(error)")
            }
            let response = try await post(RemoteWriteRequest2.headers, body)
            // Only who speaks it says how much was written; another one may have taken the message for an empty one.
            if response.isSuccess, RemoteWriteRequest2.isSpoken(by: response) { return }
            let isUnknown = response.isSuccess || response.status == 415
            guard isUnknown, settings.version == .negotiated else {
                guard response.isSuccess else { throw .status(response, from: settings.url.authority) }
                return
            }
            speaksVersion2.withLock { $0 = false }
        }
        let response = try await post(RemoteWriteRequest.headers, RemoteWriteRequest.join(bodies))
        guard response.isSuccess else { throw .status(response, from: settings.url.authority) }
        await negotiate()
    }

    /// Asks, once samples have arrived, with a message of version 2 that holds nothing.
    private func negotiate() async {
        let isKnown = speaksVersion2.withLock { known in
            defer { if known == nil { known = false } }
            return known != nil
        }
        if isKnown { return }
        guard let empty = try? RemoteWriteRequest2.encode([]) else { return }
        guard let response = try? await post(RemoteWriteRequest2.headers, empty) else { return }
        if response.isSuccess, RemoteWriteRequest2.isSpoken(by: response) { speaksVersion2.withLock { $0 = true } }
    }

    private func post(
        _ headers: [(name: String, value: String)], _ body: [UInt8]
    ) async throws(PrometheusError) -> HTTPResponse {
        let request = HTTPRequest(
            "POST", settings.url.text, headers: headers.map { HTTPHeader($0.name, $0.value) }, body: body,
            timeout: settings.timeout, responseLimit: 1 << 20)
        do throws(HTTPError) { return try await http.send(request) } catch { throw PrometheusError(error) }
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
