import Base

/// A header line of a request or answer.
public struct HTTPHeader: Hashable, Sendable {
    /// The name; compared without regard to case.
    public var name: String
    /// The value, without line breaks.
    public var value: String

    /// A header line.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// A header line whose value must not be shown; it is never sent to another host than the one asked for.
public struct HTTPSecretHeader: Hashable, Sendable {
    /// The name.
    public var name: String
    /// The value.
    public var value: Secret

    /// A header line.
    public init(_ name: String, _ value: Secret) {
        self.name = name
        self.value = value
    }
}

/// Who asks.
public enum HTTPAuthentication: Hashable, Sendable {
    case none
    /// RFC 7617.
    case basic(username: String, password: Secret)
    /// `Authorization: <scheme> <credentials>`, for example the scheme `Bearer`.
    case authorization(scheme: String, credentials: Secret)
}

/// Signing of a request as Amazon asks for (version 4), with the credentials of basic authentication as keys.
public struct AWSSignature: Hashable, Sendable {
    /// The region, for example `eu-central-1`.
    public var region: String
    /// The service, for example `sns`.
    public var service: String

    /// A signature for a service.
    public init(region: String, service: String) {
        self.region = region
        self.service = service
    }
}

/// Which proxy a request goes through.
public enum HTTPProxy: Hashable, Sendable {
    /// None, whatever the environment says.
    case none
    /// This one, except for the hosts of `except` (comma-separated names, suffixes, addresses and CIDR ranges).
    case url(Secret, except: String = "", connectHeaders: [HTTPSecretHeader] = [])
    /// The one named by `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in capitals or not.
    case environment(connectHeaders: [HTTPSecretHeader] = [])
}

/// One request, all that it needs in one value.
public struct HTTPRequest: Sendable, Equatable {
    /// `GET`, `POST` …
    public var method: String
    /// http or https; what stands before `@` becomes basic authentication.
    public var url: String
    /// Header lines in this order; they replace those that would be sent by default.
    public var headers: [HTTPHeader]
    /// Header lines that go to the host of ``url`` only.
    public var secretHeaders: [HTTPSecretHeader] = []
    /// The body; nil for none.
    public var body: [UInt8]?
    /// Time for everything, redirects and waiting for a connection included.
    public var timeout: Duration
    /// Time until a connection stands.
    public var connectTimeout: Duration = .seconds(10)
    /// The largest body that is taken, after decompression, in bytes; beyond it the transfer ends with `tooLarge`.
    public var responseLimit: Int
    /// What this answer shares with others; when it is used up the transfer ends with `tooLarge`.
    public var responseBudget: ByteBudget?
    /// Certificates and checks for https.
    public var tls = TLSOptions()
    /// Who asks; not sent to other hosts when a redirect leads there.
    public var authentication: HTTPAuthentication = .none
    /// How Amazon sees who asks; the keys are those of basic authentication, which is not sent then.
    public var signature: AWSSignature?
    /// The way there.
    public var proxy: HTTPProxy = .none
    /// Whether 301, 302, 303, 307 and 308 are followed, at most ``HTTPClient/redirectLimit`` times.
    public var followRedirects = true
    /// Whether the answer may come compressed. Off by default: it costs a server more than it saves on small answers.
    public var acceptsGzip = false
    /// Whether HTTP/2 may be spoken over TLS.
    public var allowsHTTP2 = true

    /// A request; everything else can be set afterwards.
    public init(
        _ method: String = "GET", _ url: String, headers: [HTTPHeader] = [], body: [UInt8]? = nil,
        timeout: Duration = .seconds(30), responseLimit: Int = 64 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.responseLimit = responseLimit
    }

    /// Whether this differs from `other` in nothing but body and time, which each transfer has of its own.
    func asksAs(_ other: HTTPRequest) -> Bool {
        var alike = self
        alike.body = other.body
        alike.timeout = other.timeout
        return alike == other
    }
}
