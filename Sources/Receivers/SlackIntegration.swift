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
        let thread = SlackConversations.Thread(integration: profile.id, group: notification.groupKey)
        let place = settings.updatesMessage ? means.conversations.place(of: thread) : nil
        var message = SlackMessage(settings, replacing: place) { text, escapes throws(TemplateError) in
            try templates.text(text, data, at: now, escaping: escapes ? .slack : .none)
        }
        let body = message.bytes()
        if let failure = message.failure {
            means.notice(profile.id, "a template failed, the message goes out without some texts: \(failure.reason)")
        }
        do throws(HTTPError) {
            var url = try settings.url.read().reveal()
            if place != nil, url.hasSuffix(Self.posting) {
                url = String(url.dropLast(Self.posting.count)) + Self.updating
            }
            let request = HTTPRequest(
                "POST", url,
                headers: [HTTPHeader("Content-Type", "application/json"), HTTPHeader("User-Agent", means.userAgent)],
                body: body, timeout: settings.timeout > .zero ? min(timeout, settings.timeout) : timeout,
                responseLimit: HTTPMessageClient.responseLimit)
            let response = try await client.send(request)
            let result = Self.result(response)
            if settings.updatesMessage, result.isDelivered {
                // What begins after the end is a new message.
                means.conversations.set(
                    notification.status == .firing ? Self.place(response) ?? place : nil, of: thread)
            }
            return result
        } catch { return DeliveryRules.result(error) }
    }

    private static let posting = "chat.postMessage"
    private static let updating = "chat.update"

    private static func place(_ response: HTTPResponse) -> SlackConversations.Place? {
        guard let answer = try? JSONValue(parsing: response.body), let channel = answer["channel"]?.string,
            let time = answer["ts"]?.string
        else { return nil }
        return SlackConversations.Place(channel: channel, time: time)
    }

    /// What an answer means: Slack says no with status 200, too.
    static func result(_ response: HTTPResponse) -> DeliveryResult {
        let byStatus = DeliveryRules.result(response)
        guard byStatus.isDelivered else { return byStatus }
        guard response.header("Content-Type")?.hasPrefix("application/json") == true else {
            let said = response.text(limit: 256).filter { !$0.isNewline }
            return response.body.elementsEqual("ok".utf8)
                ? .delivered
                : .permanent(DeliveryFailure("received an error response from Slack: \(said)", .clientError))
        }
        guard let answer = try? JSONValue(parsing: response.body), answer.object != nil else {
            return .temporary("Slack answered something that is no JSON")
        }
        if answer["ok"]?.bool == true { return .delivered }
        let said = answer["error"]?.string ?? "no reason given"
        return .permanent(DeliveryFailure("error response from Slack: \(said)", .clientError))
    }
}
