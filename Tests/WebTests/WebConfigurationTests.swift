import Base
import TestSupport
import Testing
import YAML

@testable import Web

/// Web configuration files, judged as `promtool check web-config` judges them.
@Suite("Web configuration files")
struct WebConfigurationTests {
    static let hash = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"
    private static let tls = "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n"

    static let good: [String] = [
        "", "basic_auth_users:\n  a: \(hash)\n", "basic_auth_users: {}\n", "basic_auth_users:\n  '': \(hash)\n", tls,
        "tls_server_config: {}\n", tls + "  client_auth_type: RequireAndVerifyClientCert\n",
        tls + "  client_auth_type: RequestClientCert\n  client_ca_file: ca.pem\n",
        tls + "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]\n",
        tls + "  curve_preferences: [CurveP256, X25519]\n", tls + "  client_allowed_sans: [a]\n",
        tls + "  min_version: TLS13\n  prefer_server_cipher_suites: true\n",
        "http_server_config:\n  http2: true\n  headers:\n    X-Frame-Options: deny\n",
        "http_server_config:\n  headers:\n    Strict-Transport-Security: foo\n    X-XSS-Protection: foo\n",
        "rate_limit: {}\n", "http_server_config:\n",
    ]

    static let bad: [(text: String, words: String)] = [
        ("basic_auth_users:\n  a: plain\n", "w.yml:2:6: error: the password of 'a' is no bcrypt hash: too short"),
        ("basic_auth_users:\n  a:\n", "no bcrypt hash"), ("basic_auth_users: [a]\n", "must be a mapping"),
        ("tls_server_config:\n  cert_file: c.pem\n", "needs 'key' or 'key_file'"),
        ("tls_server_config:\n  key_file: k.pem\n", "needs 'cert' or 'cert_file'"),
        (tls + "  client_auth_type: Foo\n", "unknown client_auth_type 'Foo'"),
        (tls + "  client_ca_file: ca.pem\n", "asks for no certificate"),
        (tls + "  min_version: SSL3\n", "unknown TLS version 'SSL3'"),
        (tls + "  cipher_suites: [TLS_FOO]\n", "unknown cipher suite 'TLS_FOO'"),
        (tls + "  curve_preferences: [X448]\n", "unknown curve 'X448'"),
        (tls + "  foo: 1\n", "w.yml:4:3: error: unknown key 'foo'"),
        ("http_server_config:\n  headers:\n    X-Foo: deny\n", "HTTP header 'X-Foo' cannot be configured"),
        ("http_server_config:\n  headers:\n    x-frame-options: deny\n", "cannot be configured"),
        ("http_server_config:\n  headers:\n    X-Frame-Options: bla\n", "must be deny or sameorigin"),
        ("http_server_config:\n  headers:\n    X-Content-Type-Options: foo\n", "must be nosniff"),
        ("http_server_config:\n  http2: true\nfoo: 1\n", "unknown key 'foo'"),
    ]

    private static func read(_ text: String) throws(Diagnostics) -> WebConfiguration {
        try WebConfiguration(document: try YAMLDocument(parsing: text, file: "w.yml"), path: "w.yml")
    }

    @Test("are taken where Prometheus takes them", arguments: good)
    func accepted(_ text: String) throws { _ = try Self.read(text) }

    @Test("are refused where Prometheus refuses them, with the place", arguments: bad)
    func refused(_ one: (text: String, words: String)) {
        let error = #expect(throws: Diagnostics.self) { try Self.read(one.text) }
        #expect(error.map { "\($0)".contains(one.words) } == true, "\(error.map { "\($0)" } ?? "")")
    }

    @Test func promtoolJudgesTheSame() async throws {
        guard let promtool = Surroundings.peer("promtool"), let made = try await TestCertificates.make() else { return }
        for (text, verdict) in Self.good.map({ ($0, true) }) + Self.bad.map({ ($0.text, false) }) {
            let path = try made.folder.write("w.yml", text)
            let result = try await ChildProcess.run(promtool, ["check", "web-config", path], folder: made.folder)
            #expect((result.status == 0) == verdict, "\(text): \(result.error)\(result.output)")
        }
    }

    @Test func tokensNeedNameRightsAndSource() throws {
        let read = try Self.read("bearer_tokens: [{name: grafana, token: abc, rights: read}]\n")
        #expect(read.tokens == [.init(name: "grafana", token: .inline(Secret("abc")), rights: .read)])
        for wrong in [
            "[{name: a, rights: read}]", "[{name: a, token: b}]", "[{name: a, token: b, rights: all}]", "[a]",
        ] {
            #expect(throws: Diagnostics.self) { try Self.read("bearer_tokens: \(wrong)\n") }
        }
    }

    @Test func choicesBecomeGnuTLSWords() throws {
        let all = try Self.read(
            Self.tls + "  min_version: TLS12\n  max_version: TLS12\n  curve_preferences: [X25519]\n"
                + "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\n")
        #expect(
            all.tls?.priorities == "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:-CIPHER-ALL:-MAC-ALL:+ECDHE-ECDSA"
                + ":+AES-128-GCM:+AEAD:-GROUP-ALL:+GROUP-X25519")
        #expect(try Self.read(Self.tls).tls?.priorities == "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2")
    }
}
