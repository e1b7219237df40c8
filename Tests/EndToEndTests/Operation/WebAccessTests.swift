import Base
import HTTPTransport
import TestSupport
import Testing

/// A daemon with a web configuration file: TLS, users and tokens, certificates exchanged while it runs.
@Suite("Access to a daemon")
struct WebAccessTests {
    private static let configuration = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
    private static let alert = #"[{"labels":{"alertname":"A"}}]"#

    private static let access = """
        tls_server_config:
          cert_file: server.pem
          key_file: server.key
        basic_auth_users:
          alice: $2y$04$Rtls0.J6MNhNjt4agV3C5OnxYogmGePlLbyyW8AiNbCuSHtXbvi4O
        bearer_tokens:
          - {name: grafana, token: looks-only, rights: read}
          - {name: prometheus, token_file: token, rights: write}
        http_server_config:
          headers: {X-Frame-Options: sameorigin}

        """

    private func request(
        _ ruleval: Ruleval, _ certificates: TestCertificates, _ method: String, _ path: String,
        _ authentication: HTTPAuthentication = .none
    ) async throws -> HTTPResponse {
        var request = HTTPRequest(method, "https://127.0.0.1:\(ruleval.port)\(path)")
        request.tls.authorities = .file(certificates.path("ca.pem"))
        request.authentication = authentication
        if method == "POST" {
            request.body = Array(Self.alert.utf8)
            request.headers.append(HTTPHeader("Content-Type", "application/json"))
        }
        return try await HTTPClient().send(request)
    }

    @Test func isByUserAndTokenOverTLSAndChangesWithItsFiles() async throws {
        guard let certificates = try await TestCertificates.make() else { return }
        let ruleval = try Ruleval(configuration: Self.configuration)
        for name in ["server.pem", "server.key"] { try ruleval.folder.write(name, certificates.text(name)) }
        try ruleval.folder.write("token", "posts-too\n")
        let file = try ruleval.folder.write("web.yml", Self.access)
        try ruleval.launch(options: ["--web-config-file", file, "--access-log"])
        let isUp = await eventually(within: .seconds(30)) {
            (try? await request(
                ruleval, certificates, "GET", "/-/ready", .basic(username: "alice", password: Secret("secret"))))?
                .status == 200
        }
        #expect(isUp, "\(ruleval.process?.errorOutput ?? "")")

        let refused = try await request(ruleval, certificates, "GET", "/-/healthy")
        #expect(refused.status == 401)
        #expect(refused.header("WWW-Authenticate") == "Basic")
        let looks = HTTPAuthentication.authorization(scheme: "Bearer", credentials: Secret("looks-only"))
        let posts = HTTPAuthentication.authorization(scheme: "Bearer", credentials: Secret("posts-too"))
        let seen = try await request(ruleval, certificates, "GET", "/api/v2/alerts", looks)
        #expect(seen.status == 200)
        #expect(seen.header("X-Frame-Options") == "sameorigin")
        #expect(seen.header("X-Content-Type-Options") == "nosniff")
        #expect(try await request(ruleval, certificates, "POST", "/api/v2/alerts", looks).status == 403)
        #expect(try await request(ruleval, certificates, "POST", "/api/v2/alerts", posts).status == 200)
        #expect(await ruleval.get("/-/healthy")?.status != 200, "plain HTTP is not spoken")

        // The command line comes in the same way.
        let settings = try ruleval.folder.write(
            "client.yml",
            "authorization: {credentials_file: token}\ntls_config: {ca_file: \(certificates.path("ca.pem"))}\n")
        let listed = try await ChildProcess.run(
            Surroundings.binary,
            ["alerts", "--url", "https://127.0.0.1:\(ruleval.port)", "--http-config", settings],
            folder: ruleval.folder)
        #expect(listed.status == 0, "\(listed.error)")
        #expect(listed.output.contains("A"))

        // A wrong change is said and does nothing; a right one is taken without a reload.
        try ruleval.folder.write("web.yml", Self.access + "nonsense: 1\n")
        #expect(
            await eventually(within: .seconds(30)) {
                ruleval.process?.errorOutput.contains("web configuration is wrong") == true
            })
        #expect(try await request(ruleval, certificates, "GET", "/-/ready", looks).status == 200)
        try ruleval.folder.write("web.yml", Self.access.replacing("looks-only", with: "another"))
        #expect(
            await eventually(within: .seconds(30)) {
                (try? await request(ruleval, certificates, "GET", "/-/ready", looks))?.status == 401
            })

        let log = ruleval.process?.errorOutput ?? ""
        for secret in ["secret", "looks-only", "posts-too", "PRIVATE KEY", "Rtls0"] {
            #expect(!log.contains(secret), "\(secret) is in the log")
        }
        #expect(log.contains("who=grafana"))
        #expect(await ruleval.terminate() == 0)
    }

    @Test(
        "A wrong web configuration ends the start with 1",
        arguments: [
            "basic_auth_users: {a: plain}\n", "tls_server_config: {cert_file: nope.pem, key_file: nope.key}\n",
            "bearer_tokens: [{name: a, token_file: nope, rights: read}]\n", "foo: 1\n",
        ])
    func wrong(_ text: String) async throws {
        let folder = try TemporaryFolder()
        let configuration = try folder.write("ruleval.yml", Self.configuration)
        let web = try folder.write("web.yml", text)
        let result = try await ChildProcess.run(
            Surroundings.binary,
            [
                "run", "--config", configuration, "--listen", "127.0.0.1:0", "--state", folder.path + "/state",
                "--web-config-file", web,
            ], folder: folder, within: .seconds(20))
        #expect(result.status == 1)
        #expect(result.error.contains("web.yml") || result.error.contains("nope"), "\(result.error)")
    }
}
