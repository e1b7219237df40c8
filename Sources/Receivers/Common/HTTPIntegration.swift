import Alerts
import HTTPTransport
import Settings

/// Settings of a receiver that is told by requests, one after the other, each judged by its answer.
protocol HTTPMessageSettings: IntegrationSettings {
    /// Whether it hears of ends.
    var sendsResolved: Bool { get }
    /// How to talk.
    var http: HTTPClientSettings { get }
    /// How long an attempt may take; zero for as long as the flush.
    var timeout: Duration { get }

    /// What to send; what follows a failed request is not sent.
    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage]

    /// What an answer means.
    func result(of response: HTTPResponse) -> DeliveryResult
}

extension HTTPMessageSettings {
    var timeout: Duration { .zero }

    func result(of response: HTTPResponse) -> DeliveryResult { DeliveryRules.result(response) }

    /// An integration that sends the requests.
    public func integration(_ id: IntegrationID, _ means: DeliveryMeans) -> any Integration {
        HTTPIntegration(id, self, means)
    }
}

/// Tells a receiver by requests.
struct HTTPIntegration<Settings: HTTPMessageSettings>: Integration {
    let profile: IntegrationProfile
    private let settings: Settings
    private let means: DeliveryMeans
    private let client: HTTPMessageClient

    init(_ id: IntegrationID, _ settings: Settings, _ means: DeliveryMeans) {
        profile = IntegrationProfile(id: id, sendsResolved: settings.sendsResolved)
        self.settings = settings
        self.means = means
        client = HTTPMessageClient(settings.http, means)
    }

    func deliver(_ notification: Notification, timeout: Duration) async -> DeliveryResult {
        let limit = settings.timeout > .zero ? min(timeout, settings.timeout) : timeout
        let deadline = ContinuousClock.now + limit
        let messages: [HTTPMessage]
        do throws(MessageError) { messages = try settings.messages(MessageTexts(notification, means)) } catch {
            return error.result(of: Settings.type)
        }
        for message in messages {
            let result: DeliveryResult
            do throws(HTTPError) {
                let response = try await client.send(message, timeout: deadline - .now)
                result = settings.result(of: response)
            } catch { result = DeliveryRules.result(error) }
            if !result.isDelivered { return result }
        }
        return .delivered
    }
}

/// Sends messages as a receiver's `http_config` says.
struct HTTPMessageClient: Sendable {
    private let http: HTTPClientSettings
    private let client: ConfiguredHTTPClient
    private let plain: HTTPClient
    private let userAgent: String

    /// Nobody answers a notification with more.
    static let responseLimit = 1 << 20

    init(_ http: HTTPClientSettings, _ means: DeliveryMeans) {
        self.http = http
        plain = means.http
        client = ConfiguredHTTPClient(http, client: means.http)
        userAgent = means.userAgent
    }

    func send(_ message: HTTPMessage, timeout: Duration) async throws(HTTPError) -> HTTPResponse {
        var request = HTTPRequest(
            message.method, message.url, headers: message.headers + [HTTPHeader("User-Agent", userAgent)],
            body: message.method == "GET" ? nil : message.body, timeout: max(timeout, .milliseconds(1)),
            responseLimit: Self.responseLimit)
        request.secretHeaders = message.secretHeaders
        request.signature = message.signature
        guard let authentication = message.authentication else { return try await client.send(request) }
        var own = http
        own.authentication = .none
        try own.apply(to: &request)
        request.authentication = authentication
        return try await plain.send(request)
    }
}
