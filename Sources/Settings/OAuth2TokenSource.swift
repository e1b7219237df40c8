import Base
import HTTPTransport

/// Holds the token of one `oauth2` section and renews it shortly before it ends.
actor OAuth2TokenSource {
    private let settings: OAuth2Settings
    private let client: HTTPClient
    private var token: (value: Secret, end: ContinuousClock.Instant?)?
    private var renewal: Task<Result<OAuth2Token, HTTPError>, Never>?

    init(_ settings: OAuth2Settings, client: HTTPClient) {
        self.settings = settings
        self.client = client
    }

    /// A token that is good for ten seconds at least.
    func token() async throws(HTTPError) -> Secret {
        if let token, token.end.map({ $0 > .now + .seconds(10) }) ?? true { return token.value }
        let running = renewal ?? Task { await Self.fetch(settings, client) }
        renewal = running
        let result = await running.value
        if renewal == running { renewal = nil }
        let fresh = try result.get()
        token = (fresh.value, fresh.lifetime.map { .now + $0 })
        return fresh.value
    }

    private static func fetch(_ settings: OAuth2Settings, _ client: HTTPClient) async -> Result<OAuth2Token, HTTPError>
    {
        do throws(HTTPError) {
            // Servers differ in where they want the client's credentials: in the header first, then in the form.
            let first = try await ask(settings, client, inHeader: true)
            if let token = OAuth2Token(first) { return .success(token) }
            let second = try await ask(settings, client, inHeader: false)
            if let token = OAuth2Token(second) { return .success(token) }
            return .failure(
                HTTPError(.credentials, "the token server answered \(second.status) and no access token"))
        } catch {
            return .failure(HTTPError(.credentials, "cannot fetch a token: \(error.message)"))
        }
    }

    private static func ask(_ settings: OAuth2Settings, _ client: HTTPClient, inHeader: Bool)
        async throws(HTTPError) -> HTTPResponse
    {
        let secret = try settings.clientSecret?.read() ?? Secret("")
        var fields: [(name: String, value: String)] = [("grant_type", "client_credentials")]
        if !settings.scopes.isEmpty { fields.append(("scope", settings.scopes.joined(separator: " "))) }
        for (name, value) in settings.endpointParameters.sorted(by: { $0.key < $1.key }) {
            fields.append((name, value))
        }
        if !inHeader {
            fields.append(("client_id", settings.clientID))
            if !secret.isEmpty { fields.append(("client_secret", secret.reveal())) }
        }
        var request = HTTPRequest(
            "POST", settings.tokenURL, headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
            body: Array(PercentEncoding.form(fields).utf8), timeout: .seconds(30), responseLimit: 1 << 20)
        request.tls = try settings.tls.options()
        request.proxy = settings.proxy.proxy
        if inHeader {
            request.authentication = .basic(
                username: PercentEncoding.component(settings.clientID),
                password: Secret(PercentEncoding.component(secret.reveal())))
        }
        return try await client.send(request)
    }
}
