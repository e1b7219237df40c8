import Base
import HTTPTransport
import PrometheusAPI
import Settings
import Testing
import YAML

@Suite("The section datasource")
struct DatasourceSectionTests {
    static func decode(_ text: String) throws -> (DatasourceSettings?, [String]) {
        let decoding = YAMLDecoding()
        let root = try #require(try YAMLDocument(parsing: text, file: "r.yml").root)
        let settings = DatasourceSettings(
            root, SettingsContext(decoding: decoding, folder: ConfigurationFolder(path: "/etc")))
        return (settings, decoding.sortedDiagnostics.map(\.description))
    }

    @Test func hasDefaults() throws {
        let (settings, errors) = try Self.decode("{url: 'http://host:9090/prefix'}")
        #expect(errors.isEmpty)
        #expect(settings == .server(PrometheusServerSettings(url: try #require(HTTPURL("http://host:9090/prefix")))))
    }

    @Test func isReadWhole() throws {
        let (settings, errors) = try Self.decode(
            """
            url: https://host/
            evaluation: local
            lookback: 2m
            timeout: 5s
            max_response_bytes: 64MB
            headers: {X-Scope-OrgID: tenant}
            bearer_token_file: token
            tls_config: {ca_file: ca.pem}
            """)
        #expect(errors.isEmpty)
        guard case .server(let server) = settings else {
            Issue.record("no server")
            return
        }
        #expect(server.evaluation == .local)
        #expect(server.lookback == .seconds(120))
        #expect(server.timeout == .seconds(5))
        #expect(server.maximumResponseBytes == 64 << 20)
        #expect(server.http.authentication == .authorization(type: "Bearer", credentials: .file("/etc/token")))
        #expect(server.http.tls.authorities == .file("/etc/ca.pem"))
        #expect(server.http.headers == [HeaderSettings(name: "X-Scope-OrgID", secrets: [.inline(Secret("tenant"))])])
    }

    @Test func mayBeEmbedded() throws {
        let (settings, errors) = try Self.decode("embedded: {retention: 1h, max_bytes: 1GiB}")
        #expect(errors.isEmpty)
        var expected = EmbeddedStoreSettings()
        expected.retention = .seconds(3600)
        expected.maximumBytes = 1 << 30
        #expect(settings == .embedded(expected))
        #expect(try Self.decode("embedded: {}").0 == .embedded(EmbeddedStoreSettings()))
    }

    @Test(
        "refuses what is wrong, with its place",
        arguments: [
            ("{}", "r.yml:1:1: error: datasource needs 'url' or 'embedded'"),
            (
                "url: localhost:9090",
                "r.yml:1:6: error: 'url' of datasource must be an http or https URL without a query, such as http://localhost:9090 (http://localhost:9090?)"
            ),
            (
                "url: http://x\nevaluation: locl",
                "r.yml:2:13: error: 'evaluation' must be remote, local or auto, not 'locl' (did you mean 'local'?)"
            ),
            (
                "url: http://x\nlokback: 5m",
                "r.yml:2:1: error: unknown key 'lokback' in datasource (did you mean 'lookback'?)"
            ),
            (
                "url: http://x\nretention: 5m",
                "r.yml:2:1: error: unknown key 'retention' in datasource (it belongs under 'embedded')"
            ),
            ("url: http://x\ntimeout: 0s", "r.yml:2:10: error: 'timeout' must be longer than 0"),
            (
                "url: http://x\nmax_response_bytes: lots",
                "r.yml:2:21: error: 'max_response_bytes' must be a number of bytes such as 256MB, not 'lots'"
            ),
            ("url: http://x\nembedded: {}", "r.yml:2:1: error: datasource has either 'url' or 'embedded'"),
            ("[]", "r.yml:1:1: error: datasource must be a mapping, not a list"),
        ])
    func refused(_ text: String, _ message: String) throws {
        #expect(try Self.decode(text).1 == [message])
    }
}

@Suite("The section remote_write")
struct RemoteWriteSectionTests {
    static func decode(_ text: String) throws -> ([RemoteWriteSettings], [String]) {
        let decoding = YAMLDecoding()
        let root = try #require(try YAMLDocument(parsing: text, file: "r.yml").root)
        let context = SettingsContext(decoding: decoding, folder: ConfigurationFolder(path: ""))
        return (RemoteWriteSettings.list(root, context), decoding.sortedDiagnostics.map(\.description))
    }

    @Test func isReadWhole() throws {
        let (list, errors) = try Self.decode(
            """
            - url: http://host:9090/api/v1/write
              remote_timeout: 3s
              send_native_histograms: true
              basic_auth: {username: u, password: p}
              write_relabel_configs: [{source_labels: [a], regex: b, action: drop}]
            """)
        #expect(errors.isEmpty)
        let entry = try #require(list.first)
        #expect(entry.url.text == "http://host:9090/api/v1/write")
        #expect(entry.timeout == .seconds(3))
        #expect(entry.sendNativeHistograms)
        #expect(entry.relabelling.count == 1)
    }

    @Test(
        "refuses what is wrong, with its place",
        arguments: [
            ("- {}", "r.yml:1:3: error: a remote_write entry needs 'url'"),
            ("- url: ftp://x", "r.yml:1:8: error: 'url' of remote_write must be an http or https URL"),
            (
                "- {url: http://x, queue_config: {capacity: 1}}",
                "r.yml:1:19: error: 'queue_config' is not supported (recorded samples are sent at once, by basic_auth, authorization or oauth2)"
            ),
        ])
    func refused(_ text: String, _ message: String) throws { #expect(try Self.decode(text).1 == [message]) }
}
