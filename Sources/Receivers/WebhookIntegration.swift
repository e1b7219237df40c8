import Alerts
import Base
import GoTemplate
import HTTPTransport
import JSON
import Settings

/// Posts notifications as JSON to an address.
public struct WebhookIntegration: Integration {
    /// Which one it is.
    public let profile: IntegrationProfile
    private let settings: WebhookSettings
    private let means: DeliveryMeans
    private let client: ConfiguredHTTPClient

    /// An integration that goes by `settings`.
    public init(_ id: IntegrationID, _ settings: WebhookSettings, _ means: DeliveryMeans) {
        profile = IntegrationProfile(id: id, sendsResolved: settings.sendsResolved)
        self.settings = settings
        self.means = means
        client = ConfiguredHTTPClient(settings.http, client: means.http)
    }

    /// Makes one attempt.
    public func deliver(_ notification: Notification, timeout: Duration) async -> DeliveryResult {
        let told = notification.truncated(to: settings.maxAlerts)
        do throws(HTTPError) {
            let address = try settings.url.read().reveal()
            let body: [UInt8]
            let url: String
            do throws(TemplateError) {
                let now = means.clock.now()
                // Made only where a template looks at it.
                lazy var data = told.templateData.value
                if let payload = settings.payload {
                    var json = JSONWriter()
                    let render = { (text: String) throws(TemplateError) in
                        try means.templates.text(text, data, at: now)
                    }
                    json.value(try payload.rendered(render))
                    body = json.bytes + [0x0A]
                } else {
                    body = WebhookBody.bytes(of: told)
                }
                url = address.contains("{{") ? try means.templates.text(address, data, at: now) : address
            } catch { return .permanent("webhook template: \(error.reason)") }
            var request = HTTPRequest(
                "POST", url, headers: [HTTPHeader("Content-Type", "application/json")], body: body,
                timeout: settings.timeout > .zero ? min(timeout, settings.timeout) : timeout, responseLimit: 16 << 20)
            request.headers.append(HTTPHeader("User-Agent", means.userAgent))
            return DeliveryRules.result(try await client.send(request))
        } catch { return DeliveryRules.result(error) }
    }
}
