import Base
import HTTPTransport

/// An ``HTTPClient`` that talks as ``HTTPClientSettings`` say, tokens of `oauth2` included.
public final class ConfiguredHTTPClient: Sendable {
    /// How it talks.
    public let settings: HTTPClientSettings
    private let client: HTTPClient
    private let tokens: OAuth2TokenSource?

    /// Uses `client`, which others may use as well.
    public init(_ settings: HTTPClientSettings, client: HTTPClient) {
        self.settings = settings
        self.client = client
        if case .oauth2(let oauth2) = settings.authentication {
            tokens = OAuth2TokenSource(oauth2, client: client)
        } else {
            tokens = nil
        }
    }

    /// Sends `request` with what the settings add to it.
    /// - Throws: ``HTTPError``; `credentials` when a secret or token cannot be had.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try await client.send(try await complete(request))
    }

    /// Sends `request` once with each of `bodies`, all together; the answers come in their order.
    public func send(_ request: HTTPRequest, bodies: [[UInt8]]) async -> [Result<HTTPResponse, HTTPError>] {
        do throws(HTTPError) {
            return await client.send(try await complete(request), bodies: bodies)
        } catch {
            return bodies.map { _ in .failure(error) }
        }
    }

    private func complete(_ request: HTTPRequest) async throws(HTTPError) -> HTTPRequest {
        var complete = request
        try settings.apply(to: &complete)
        if let tokens {
            complete.authentication = .authorization(scheme: "Bearer", credentials: try await tokens.token())
        }
        return complete
    }
}
