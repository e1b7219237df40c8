import Alerts
import Base
import HTTPTransport
import JSON

/// Tells WeChat Work, which hands out a token first; it is kept for two hours.
actor WeChatIntegration: Integration {
    nonisolated let profile: IntegrationProfile
    private let settings: WeChatSettings
    private let means: DeliveryMeans
    private let client: HTTPMessageClient
    private var token: (text: String, since: Timestamp)?

    private static let tokenLife = Duration.seconds(7200)

    init(_ id: IntegrationID, _ settings: WeChatSettings, _ means: DeliveryMeans) {
        profile = IntegrationProfile(id: id, sendsResolved: settings.sendsResolved)
        self.settings = settings
        self.means = means
        client = HTTPMessageClient(settings.http, means)
    }

    func deliver(_ notification: Notification, timeout: Duration) async -> DeliveryResult {
        let deadline = ContinuousClock.now + timeout
        let texts = MessageTexts(notification, means)
        let json: JSONWriter
        let secret: Secret
        do throws(MessageError) {
            json = try body(texts)
            secret = try texts.secret(settings.secret)
        } catch { return error.result(of: WeChatSettings.type) }
        do throws(HTTPError) {
            let token: String
            switch try await accessToken(secret, deadline) {
            case .success(let text): token = text
            case .failure(let failure): return failure.result
            }
            let query = PercentEncoding.form([(name: "access_token", value: token)])
            let response = try await client.send(
                HTTPMessage(to: address("message/send?" + query), json: json), timeout: deadline - .now)
            return judge(response)
        } catch { return DeliveryRules.result(error) }
    }

    /// WeChat says no with status 200; a token that is over is asked for anew at once.
    private func judge(_ response: HTTPResponse) -> DeliveryResult {
        let said = DeliveryRules.said(response)
        guard response.status == 200 else {
            return .temporary(
                DeliveryFailure(
                    "unexpected status code \(response.status): \(said)",
                    response.status >= 500 ? .serverError : .clientError))
        }
        guard let answer = try? JSONValue(parsing: response.body), answer.object != nil else {
            return .temporary("WeChat answered something that is no JSON")
        }
        let code = answer["errcode"]?.integer ?? 0
        if code == 0 { return .delivered }
        // 42001: the token is over.
        if code == 42001 { token = nil }
        let failure = DeliveryFailure("error response from WeChat: \(answer["errmsg"]?.string ?? String(code))")
        return code == 42001 ? .temporary(failure) : .permanent(failure)
    }

    private struct Refusal: Error { var result: DeliveryResult }

    private func accessToken(_ secret: Secret, _ deadline: ContinuousClock.Instant) async throws(HTTPError)
        -> Result<String, Refusal>
    {
        let now = means.clock.now()
        if let token, token.since + Self.tokenLife > now { return .success(token.text) }
        let query = PercentEncoding.form([
            (name: "corpid", value: settings.corporation), (name: "corpsecret", value: secret.reveal()),
        ])
        let response = try await client.send(
            HTTPMessage(method: "GET", to: address("gettoken?" + query)), timeout: deadline - .now)
        guard let answer = try? JSONValue(parsing: response.body) else {
            return .failure(Refusal(result: .permanent("WeChat answered something that is no JSON")))
        }
        guard let text = answer["access_token"]?.string, !text.isEmpty else {
            return .failure(Refusal(result: .permanent("invalid APISecret for CorpID: \(settings.corporation)")))
        }
        token = (text, now)
        return .success(text)
    }

    private func address(_ path: String) -> String {
        (settings.url.hasSuffix("/") ? settings.url : settings.url + "/") + path
    }

    private func body(_ texts: MessageTexts) throws(MessageError) -> JSONWriter {
        let message = try texts.text(settings.texts["message"] ?? "")
        let isMarkdown = settings.messageType == "markdown"
        var json = JSONWriter()
        json.beginObject()
        json.beginObject("text")
        json.member("content", isMarkdown ? "" : message)
        json.endObject()
        for (key, name) in [
            ("to_user", "touser"), ("to_party", "toparty"), ("to_tag", "totag"), ("agent_id", "agentid"),
        ] { json.optional(name, try texts.text(settings.texts[key] ?? "")) }
        json.member("safe", "0")
        json.member("msgtype", settings.messageType)
        json.beginObject("markdown")
        json.member("content", isMarkdown ? message : "")
        json.endObject()
        json.endObject()
        return json
    }
}
