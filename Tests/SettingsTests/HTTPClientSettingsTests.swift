import Base
import HTTPTransport
import Settings
import Synchronization
import TestSupport
import Testing
import YAML

@Suite("http_config")
struct HTTPClientSettingsTests {
    static func decode(_ text: String, folder: String = "/etc/x") throws -> (HTTPClientSettings, [String]) {
        let decoding = YAMLDecoding()
        let root = try #require(try YAMLDocument(parsing: text, file: "c.yml").root)
        let reader = try #require(decoding.mapping(root, as: "http_config"))
        let context = SettingsContext(decoding: decoding, folder: ConfigurationFolder(path: folder))
        return (HTTPClientSettings(reader, context), decoding.sortedDiagnostics.map(\.description))
    }

    static func request(_ text: String, folder: String = "/etc/x") throws -> HTTPRequest {
        let (settings, errors) = try decode(text, folder: folder)
        #expect(errors.isEmpty)
        var request = HTTPRequest("GET", "http://localhost/")
        try settings.apply(to: &request)
        return request
    }

    @Test func isReadIntoARequest() throws {
        let folder = try TemporaryFolder()
        try folder.write("ca.pem", "CA\n")
        let request = try Self.request(
            """
            basic_auth: {username: u, password: p}
            follow_redirects: false
            enable_http2: false
            proxy_url: http://proxy:3128
            no_proxy: localhost,10.0.0.0/8
            tls_config: {ca_file: ca.pem, cert: CERT, key: KEY, server_name: x, insecure_skip_verify: true, min_version: TLS13}
            http_headers: {X-A: {values: [a, b], secrets: [c]}}
            """, folder: folder.path)
        #expect(request.authentication == .basic(username: "u", password: Secret("p")))
        #expect(!request.followRedirects)
        #expect(!request.allowsHTTP2)
        #expect(request.proxy == .url(Secret("http://proxy:3128"), except: "localhost,10.0.0.0/8"))
        #expect(request.tls.authorities == .inline(Secret("CA")))
        #expect(request.tls.certificate == .inline(Secret("CERT")))
        #expect(request.tls.key == .inline(Secret("KEY")))
        #expect(request.tls.serverName == "x")
        #expect(request.tls.insecureSkipVerify)
        #expect(request.tls.minimumVersion == .tls13)
        #expect(request.headers == [HTTPHeader("X-A", "a"), HTTPHeader("X-A", "b")])
        #expect(request.secretHeaders == [HTTPSecretHeader("X-A", Secret("c"))])
    }

    @Test func readsTheOlderBearerToken() throws {
        #expect(
            try Self.request("bearer_token: t").authentication
                == .authorization(scheme: "Bearer", credentials: Secret("t")))
    }

    @Test func readsAuthorization() throws {
        #expect(
            try Self.request("authorization: {type: ' Token ', credentials: t}").authentication
                == .authorization(scheme: "Token", credentials: Secret("t")))
    }

    @Test func nothingIsTheDefault() throws {
        let (settings, errors) = try Self.decode("{}")
        #expect(errors.isEmpty)
        #expect(settings == HTTPClientSettings())
    }

    @Test(
        "refuses what contradicts itself, with its place",
        arguments: [
            (
                "basic_auth: {username: u}\nbearer_token: t",
                "c.yml:2:1: error: at most one of basic_auth, authorization, oauth2 and bearer_token must be configured"
            ),
            (
                "basic_auth: {username: u, password: p, password_file: f}",
                "c.yml:1:40: error: at most one of 'password', 'password_file' and 'password_env' can be given"
            ),
            (
                "authorization: {type: Basic}",
                "c.yml:1:23: error: authorization type cannot be set to \"basic\", use \"basic_auth\" instead"
            ),
            ("no_proxy: x", "c.yml:1:1: error: if no_proxy is configured, proxy_url must also be configured"),
            (
                "proxy_from_environment: true\nproxy_url: http://x",
                "c.yml:2:1: error: if proxy_from_environment is configured, proxy_url must not be configured"
            ),
            ("tls_config: {cert: x}", "c.yml:1:13: error: a client certificate needs its 'key' or 'key_file'"),
            (
                "tls_config: {min_version: TLS14}",
                "c.yml:1:27: error: unknown TLS version 'TLS14' (one of TLS10, TLS11, TLS12, TLS13)"
            ),
            (
                "http_headers: {Authorization: {values: [x]}}",
                "c.yml:1:16: error: setting header \"Authorization\" is not allowed"
            ),
            ("oauth2: {client_id: x}", "c.yml:1:9: error: oauth2 token_url must be configured"),
            (
                "basic_auth: {username: u, passwrod: p}",
                "c.yml:1:27: error: unknown key 'passwrod' in 'basic_auth' (did you mean 'password'?)"
            ),
            (
                "follow_redirect: true",
                "c.yml:1:1: error: unknown key 'follow_redirect' in http_config (did you mean 'follow_redirects'?)"
            ),
            (
                "authorization: {credentials_ref: x}",
                "c.yml:1:17: error: 'credentials_ref' is not supported (secret providers are not supported; use 'credentials_file')"
            ),
        ])
    func refuses(_ text: String, _ message: String) throws {
        let (_, errors) = try Self.decode(text)
        #expect(errors == [message])
    }

    @Test func secretsInFilesAreReadAtEachUseWithoutTheWhiteSpaceAroundThem() async throws {
        let folder = try TemporaryFolder()
        let (settings, errors) = try Self.decode("bearer_token_file: token", folder: folder.path)
        #expect(errors.isEmpty)
        var request = HTTPRequest("GET", "http://localhost/")
        let error = #expect(throws: HTTPError.self) { try settings.apply(to: &request) }
        #expect(error?.kind == .credentials)
        #expect(error?.isTemporary == true)
        try folder.write("token", " first \n")
        try settings.apply(to: &request)
        #expect(request.authentication == .authorization(scheme: "Bearer", credentials: Secret("first")))
        try folder.write("token", "second")
        try settings.apply(to: &request)
        #expect(request.authentication == .authorization(scheme: "Bearer", credentials: Secret("second")))
    }

    @Test func certificatesInFilesAreReadAtEachUse() throws {
        let folder = try TemporaryFolder()
        let text = "tls_config: {ca_file: ca.pem, cert_file: cert.pem, key_file: key.pem}"
        let (settings, errors) = try Self.decode(text, folder: folder.path)
        #expect(errors.isEmpty)
        #expect(throws: HTTPError.self) { try settings.tls.options() }
        for round in ["one", "two"] {
            for name in ["ca", "cert", "key"] { try folder.write("\(name).pem", "\(name) \(round)\n") }
            let options = try settings.tls.options()
            #expect(options.authorities == .inline(Secret("ca \(round)")))
            #expect(options.certificate == .inline(Secret("cert \(round)")))
            #expect(options.key == .inline(Secret("key \(round)")))
        }
    }

    @Test(
        "warns of what Alertmanager accepts and cannot work",
        arguments: [
            "proxy_url: ftp://x", "tls_config: {min_version: TLS13, max_version: TLS12}",
            "oauth2: {client_id: a, client_secret: b, token_url: 'foo bar'}",
        ])
    func warns(_ text: String) throws {
        let decoding = YAMLDecoding()
        let root = try #require(try YAMLDocument(parsing: text, file: "c.yml").root)
        let reader = try #require(decoding.mapping(root, as: "http_config"))
        _ = HTTPClientSettings(reader, SettingsContext(decoding: decoding, folder: ConfigurationFolder(path: "/x")))
        #expect(!decoding.hasErrors && decoding.diagnostics.count == 1)
    }

    @Test func secretsInTheEnvironment() throws {
        let request = try Self.request("basic_auth: {username_env: PATH, password: x}")
        guard case .basic(let username, _) = request.authentication else {
            Issue.record("not basic")
            return
        }
        #expect(username.contains("/"))
    }

    @Test func aSecretIsNotShown() throws {
        let (settings, _) = try Self.decode(
            "basic_auth: {username: u, password: hidden-1}\nhttp_headers: {X: {secrets: [hidden-2]}}")
        #expect(!"\(settings)".contains("hidden"))
    }
}

@Suite("oauth2")
struct OAuth2Tests {
    @Test func fetchesATokenOnceAndUsesIt() async throws {
        let asked = Mutex<[String]>([])
        let server = ScriptedServer { connection in
            while let request = connection.readRequest() {
                let body: String
                if request.line.hasPrefix("POST /token") {
                    let form = String(decoding: request.body, as: UTF8.self)
                    asked.withLock { $0.append((request.header("authorization") ?? "-") + " " + form) }
                    body = #"{"access_token":"tok3n","token_type":"Bearer","expires_in":3600}"#
                } else {
                    body = request.header("authorization") ?? "-"
                }
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            }
        }
        let (settings, errors) = try HTTPClientSettingsTests.decode(
            "oauth2: {client_id: me, client_secret: s, token_url: '\(server.url)/token', scopes: [a, b], endpoint_params: {x: y z}}"
        )
        #expect(errors.isEmpty)
        let client = ConfiguredHTTPClient(settings, client: HTTPClient())
        for _ in 0..<3 {
            #expect(try await client.send(HTTPRequest("GET", server.url)).text() == "Bearer tok3n")
        }
        #expect(asked.withLock { $0 } == ["Basic bWU6cw== grant_type=client_credentials&scope=a+b&x=y+z"])
    }

    @Test func aServerWithoutTokenIsAnError() async throws {
        let server = ScriptedServer(answering: "HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        let (settings, _) = try HTTPClientSettingsTests.decode("oauth2: {client_id: me, token_url: '\(server.url)'}")
        let client = ConfiguredHTTPClient(settings, client: HTTPClient())
        let error = await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest("GET", server.url)) }
        #expect(error == HTTPError(.credentials, "the token server answered 403 and no access token"))
    }
}

@Suite("Paths in configurations")
struct ConfigurationFolderTests {
    @Test(
        "count from the configuration's folder",
        arguments: [
            ("a/b.yml", "c", "a/c"), ("b.yml", "c", "c"), ("/b.yml", "c", "/c"), ("/a/b.yml", "/c", "/c"),
            ("a/b.yml", "", ""),
            ("/a/b.yml", "../c", "/a/../c"),
        ])
    func resolve(_ file: String, _ path: String, _ resolved: String) {
        #expect(ConfigurationFolder(of: file).resolve(path) == resolved)
    }

    @Test func patternsFindFilesOnceInOrder() throws {
        let folder = try TemporaryFolder()
        try folder.write("rules/b.yml", "")
        try folder.write("rules/deep/a.yml", "")
        try folder.write("extra.yml", "")
        let files = try ConfigurationFolder(path: folder.path).files(
            matching: ["rules/**/*.yml", "extra.yml", "rules/b.yml", "none/*.yml"])
        #expect(files == ["rules/b.yml", "rules/deep/a.yml", "extra.yml"].map { folder.path + "/" + $0 })
    }
}
