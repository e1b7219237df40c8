import HTTPTransport
import JSON

/// A request that tells a receiver of a notification.
struct HTTPMessage {
    var method = "POST"
    var url: String
    var headers: [HTTPHeader] = []
    /// Header lines that go to the host of `url` only.
    var secretHeaders: [HTTPSecretHeader] = []
    var body: [UInt8] = []
    /// Who asks, instead of what `http_config` says.
    var authentication: HTTPAuthentication?
    var signature: AWSSignature?

    init(method: String = "POST", to url: String, headers: [HTTPHeader] = [], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// A message of JSON, with the line feed that the original ends with.
    init(method: String = "POST", to url: String, json: JSONWriter) {
        self.init(
            method: method, to: url, headers: [HTTPHeader("Content-Type", "application/json")],
            body: json.bytes + [0x0A])
    }
}

extension JSONWriter {
    /// A member that is always there.
    mutating func member(_ key: String, _ text: String) {
        self.key(key)
        string(text)
    }

    /// A member that is left out when it is empty.
    mutating func optional(_ key: String, _ text: String) {
        if !text.isEmpty { member(key, text) }
    }

    /// A member that is left out when it is false.
    mutating func optional(_ key: String, _ flag: Bool) {
        if !flag { return }
        self.key(key)
        bool(true)
    }

    /// Begins an object below `key`.
    mutating func beginObject(_ key: String) {
        self.key(key)
        beginObject()
    }

    /// Begins a list below `key`.
    mutating func beginArray(_ key: String) {
        self.key(key)
        beginArray()
    }
}
