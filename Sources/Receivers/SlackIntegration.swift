import Alerts
import Base
import GoTemplate
import HTTPTransport
import JSON
import Settings

/// Posts notifications to Slack, by an incoming webhook or as an app.
public struct SlackIntegration: Integration {
    /// Which one it is.
    public let profile: IntegrationProfile
    private let settings: SlackSettings
    private let means: DeliveryMeans
    private let client: ConfiguredHTTPClient

    /// An integration that goes by `settings`.
    public init(_ id: IntegrationID, _ settings: SlackSettings, _ means: DeliveryMeans) {
        profile = IntegrationProfile(id: id, sendsResolved: settings.sendsResolved)
        self.settings = settings
        self.means = means
        var http = settings.http
        // A token takes the place of whatever else would say who asks.
        if let token = settings.token { http.authentication = .authorization(type: "Bearer", credentials: token) }
        client = ConfiguredHTTPClient(http, client: means.http)
    }

    /// Makes one attempt.
    public func deliver(_ notification: Notification, timeout: Duration) async -> DeliveryResult {
        let data = notification.templateData.value
        let now = means.clock.now()
        let templates = means.templates
        var message = SlackMessage(settings) { text throws(TemplateError) in try templates.text(text, data, at: now) }
        let body = message.bytes()
        if let failure = message.failure {
            means.notice(profile.id, "a template failed, the message goes out without some texts: \(failure.reason)")
        }
        do throws(HTTPError) {
            // White space around an address is easily pasted into a file.
            let url = try settings.url.read().reveal()
            let request = HTTPRequest(
                "POST", url,
                headers: [HTTPHeader("Content-Type", "application/json"), HTTPHeader("User-Agent", means.userAgent)],
                body: body, timeout: settings.timeout > .zero ? min(timeout, settings.timeout) : timeout,
                responseLimit: 16 << 20)
            return Self.result(try await client.send(request))
        } catch { return DeliveryRules.result(error) }
    }

    /// What an answer means: Slack says no with status 200, too.
    static func result(_ response: HTTPResponse) -> DeliveryResult {
        let byStatus = DeliveryRules.result(response)
        guard byStatus.isDelivered else { return byStatus }
        guard response.header("Content-Type")?.hasPrefix("application/json") == true else {
            let said = response.text(limit: 256).filter { !$0.isNewline }
            return response.body.elementsEqual("ok".utf8)
                ? .delivered : .permanent("received an error response from Slack: \(said)")
        }
        guard let answer = try? JSONValue(parsing: response.body), answer.object != nil else {
            return .temporary("Slack answered something that is no JSON")
        }
        if answer["ok"]?.bool == true { return .delivered }
        return .permanent("error response from Slack: \(answer["error"]?.string ?? "no reason given")")
    }
}
