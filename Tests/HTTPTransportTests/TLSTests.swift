import Base
import HTTPServer
import HTTPTransport
import TestSupport
import Testing

@Suite("TLS")
struct TLSTests {
    let client = HTTPClient()

    static func server(_ certificates: TestCertificates) throws -> HTTPServer {
        var configuration = HTTPServerConfiguration()
        configuration.tls = HTTPServerTLS(
            certificate: certificates.text("server.pem"), privateKey: Secret(certificates.text("server.key")))
        return try HTTPServer(configuration) { request in
            HTTPServerResponse(text: request.header("host") ?? "-")
        }
    }

    func outcome(_ url: String, _ change: (inout TLSOptions) -> Void) async -> String {
        var request = HTTPRequest("GET", url, timeout: .seconds(10))
        change(&request.tls)
        do throws(HTTPError) { return try await client.send(request).text(limit: 1 << 20) } catch {
            return "\(error.kind)"
        }
    }

    @Test func trustsOnlyWhomItIsToldToTrust() async throws {
        guard let certificates = try await TestCertificates.make() else { return }
        let server = try Self.server(certificates)
        let (url, host) = ("https://127.0.0.1:\(server.port)/", "127.0.0.1:\(server.port)")
        #expect(await outcome(url) { _ in } == "tls")
        #expect(await outcome(url) { $0.authorities = .file(certificates.path("ca.pem")) } == host)
        #expect(await outcome(url) { $0.authorities = .inline(Secret(certificates.text("ca.pem"))) } == host)
        #expect(await outcome(url) { $0.insecureSkipVerify = true } == host)
        #expect(await outcome(url) { $0.authorities = .file(certificates.path("client.pem")) } == "tls")
        #expect(await outcome(url) { $0.authorities = .file(certificates.path("missing.pem")) } == "tls")
        // What was trusted before must not be trusted by a request that does not say so.
        #expect(await outcome(url) { _ in } == "tls")
        await server.stop()
    }

    @Test func checksTheNameItIsToldToCheck() async throws {
        guard let certificates = try await TestCertificates.make() else { return }
        let server = try Self.server(certificates)
        let (url, host) = ("https://127.0.0.1:\(server.port)/", "127.0.0.1:\(server.port)")
        let authorities = TLSOptions.PEM.file(certificates.path("ca.pem"))
        for (name, expected) in [("ruleval.test", host), ("other.test", "tls"), ("localhost", host)] {
            let found = await outcome(url) {
                $0.authorities = authorities
                $0.serverName = name
            }
            #expect(found == expected, "server_name \(name)")
        }
        await server.stop()
    }

    @Test func keepsToTheVersionsAllowed() async throws {
        guard let certificates = try await TestCertificates.make() else { return }
        let server = try Self.server(certificates)
        let url = "https://127.0.0.1:\(server.port)/"
        let host = "127.0.0.1:\(server.port)"
        for (minimum, maximum) in [(TLSOptions.Version.tls13, nil), (.tls12, .tls12), (nil, nil)]
            as [(TLSOptions.Version?, TLSOptions.Version?)]
        {
            let found = await outcome(url) {
                $0.insecureSkipVerify = true
                $0.minimumVersion = minimum
                $0.maximumVersion = maximum
            }
            #expect(found == host)
        }
        await server.stop()
    }

    @Test func plainHTTPWhereTLSIsExpected() async throws {
        let server = ScriptedServer { $0.write("HTTP/1.1 400 Bad Request\r\n\r\n") }
        #expect(await outcome("https://127.0.0.1:\(server.port)/") { $0.insecureSkipVerify = true } == "tls")
    }

    @Test func showsAClientCertificate() async throws {
        guard let certificates = try await TestCertificates.make() else { return }
        let port = try Surroundings.freePort()
        let process = try ChildProcess(
            "/usr/bin/openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificates.path("server.pem"), "-key",
                certificates.path("server.key"), "-CAfile", certificates.path("ca.pem"), "-Verify", "2",
                "-verify_return_error", "-www",
            ], folder: certificates.folder)
        let url = "https://127.0.0.1:\(port)/"
        let probe = HTTPClient()
        let isUp = await eventually {
            do throws(HTTPError) {
                _ = try await probe.send(HTTPRequest("GET", "http://127.0.0.1:\(port)/", timeout: .seconds(2)))
                return true
            } catch { return error.kind != .connect }
        }
        try #require(isUp, "\(process.errorOutput)")
        let fromFiles = await outcome(url) {
            $0.insecureSkipVerify = true
            $0.certificate = .file(certificates.path("client.pem"))
            $0.key = .file(certificates.path("client.key"))
        }
        #expect(fromFiles.contains("Client certificate"), "\(fromFiles)")
        let inline = await outcome(url) {
            $0.insecureSkipVerify = true
            $0.certificate = .inline(Secret(certificates.text("client.pem")))
            $0.key = .inline(Secret(certificates.text("client.key")))
        }
        #expect(inline.contains("Client certificate"), "\(inline)")
        let without = await outcome(url) { $0.insecureSkipVerify = true }
        #expect(["tls", "interrupted"].contains(without), "\(without)")
    }
}
