import Alerts
import Base
import HTTPTransport
import JSON
import Settings

/// Posts alerts to one Alertmanager as Prometheus does.
public final class AlertmanagerClient: Sendable {
    /// The address and how it is talked to.
    public let settings: AlertmanagerSettings
    private let http: ConfiguredHTTPClient

    /// Posts through `http`, which others may use as well.
    public init(_ settings: AlertmanagerSettings, http: HTTPClient) {
        self.settings = settings
        self.http = ConfiguredHTTPClient(settings.http, client: http)
    }

    /// `alerts` after `alert_relabel_configs`; what these drop, or leave without a label, is not among them.
    public func relabelled(_ alerts: [PostedAlert]) -> [PostedAlert] {
        if settings.relabelling.isEmpty { return alerts }
        return alerts.compactMap { alert in
            guard let labels = settings.relabelling.apply(to: alert.labels), !labels.isEmpty else { return nil }
            var alert = alert
            alert.labels = labels
            return alert
        }
    }

    /// Why alerts were not taken.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        /// Whether the same alerts may be taken later.
        public var isTemporary: Bool
        /// How long the Alertmanager asked to wait.
        public var retryAfter: Duration?
        /// One sentence; names the host only.
        public var description: String
    }

    /// Posts `alerts`, once.
    /// - Throws: ``Failure``. Of a batch refused with 400 an Alertmanager has taken the valid alerts.
    public func post(_ alerts: [PostedAlert]) async throws(Failure) {
        let request = HTTPRequest(
            "POST", settings.endpoint.text, headers: [HTTPHeader("Content-Type", "application/json")],
            body: Self.body(alerts), timeout: settings.timeout, responseLimit: 1 << 20)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await http.send(request)
        } catch {
            throw Failure(isTemporary: error.isTemporary, retryAfter: nil, description: error.message)
        }
        if response.isSuccess { return }
        let said = response.text(limit: 256).filter { !$0.isNewline }
        let status = response.status
        throw Failure(
            isTemporary: status >= 500 || status == 429 || status == 408, retryAfter: response.retryAfter,
            description: "\(settings.url.authority) answered with status \(status)"
                + (said.isEmpty ? "" : ": \(said)"))
    }

    /// The body as Prometheus writes it.
    static func body(_ alerts: [PostedAlert]) -> [UInt8] {
        var writer = JSONWriter(reserving: 512 * alerts.count)
        writer.beginArray()
        for alert in alerts {
            writer.beginObject()
            if !alert.annotations.isEmpty {
                writer.key("annotations")
                writer.beginObject()
                for (name, value) in alert.annotations {
                    writer.key(name)
                    writer.string(value)
                }
                writer.endObject()
            }
            for (key, time) in [("endsAt", alert.endsAt), ("startsAt", alert.startsAt)] {
                guard let time else { continue }
                writer.key(key)
                writer.string(RFC3339.string(time))
            }
            writer.key("generatorURL")
            writer.string(alert.generatorURL)
            writer.key("labels")
            writer.beginObject()
            for (name, value) in alert.labels {
                writer.key(name)
                writer.string(value)
            }
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        return writer.takeBytes()
    }
}
