import Base
import HTTPTransport
import YAML

/// What a token server answers.
struct OAuth2Token: Sendable {
    let value: Secret
    /// nil when the server did not say.
    let lifetime: Duration?

    /// Reads a 2xx answer; nil when there is no token in it. JSON is read as the YAML that it also is.
    init?(_ response: HTTPResponse) {
        guard response.isSuccess, response.body.count < 1 << 20,
            let document = try? YAMLDocument(parsing: response.body),
            let token = document.root?["access_token"]?.scalar?.text, !token.isEmpty
        else { return nil }
        value = Secret(token)
        lifetime = document.root?["expires_in"]?.scalar.flatMap { Double($0.text) }.flatMap {
            $0 > 0 && $0 < 1e9 ? .milliseconds(Int64($0 * 1000)) : nil
        }
    }
}
