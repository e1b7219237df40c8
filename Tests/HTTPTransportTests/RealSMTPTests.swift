import Base
import HTTPTransport
import TestSupport
import Testing

/// aiosmtpd with STARTTLS, or TLS from the first byte on, and a password; prints what it takes.
private let program = """
    import asyncio, ssl, sys
    from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
    mode, port, cert, key = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    class Handler:
        async def handle_DATA(self, server, session, envelope):
            print('MAIL', session.ssl is not None or mode == 'implicit', session.authenticated, envelope.mail_from, envelope.rcpt_tos, envelope.content, flush=True)
            return '250 taken'
    def authenticate(server, session, envelope, mechanism, data):
        ok = isinstance(data, LoginPassword) and data.login == b'user' and data.password == b'pass'
        return AuthResult(success=ok, handled=False) if not ok else AuthResult(success=True)
    def factory():
        return SMTP(Handler(), authenticator=authenticate, auth_required=mode != 'none', auth_require_tls=mode == 'starttls',
                    require_starttls=mode == 'starttls', tls_context=context if mode == 'starttls' else None)
    async def main():
        loop = asyncio.get_running_loop()
        server = await loop.create_server(factory, '127.0.0.1', port, ssl=context if mode == 'implicit' else None)
        print('READY', flush=True)
        await server.serve_forever()
    asyncio.run(main())
    """

@Suite("Against a real SMTP server")
struct RealSMTPTests {
    /// Runs `body` with a server; skipped, with a loud line, where there is none.
    func withServer(_ mode: String, _ body: (SMTPServer, ChildProcess, TestCertificates) async throws -> Void)
        async throws
    {
        guard let certificates = try await TestCertificates.make() else { return }
        let folder = certificates.folder
        let check = try await ChildProcess.run("/usr/bin/python3", ["-c", "import aiosmtpd"], folder: folder)
        guard check.status == 0 else {
            Surroundings.say(
                "*** SKIPPED: no aiosmtpd: install python3-aiosmtpd to test mail against a real server ***")
            return
        }
        let script = try folder.write("smtp.py", program)
        let port = try Surroundings.freePort()
        let process = try ChildProcess(
            "/usr/bin/python3",
            [script, mode, "\(port)", certificates.path("server.pem"), certificates.path("server.key")], folder: folder)
        try #require(await eventually { process.output.contains("READY") }, "\(process.errorOutput)")
        var server = SMTPServer(host: "127.0.0.1", port: port, security: .none)
        server.timeout = .seconds(10)
        server.tls.authorities = .file(certificates.path("ca.pem"))
        try await body(server, process, certificates)
    }

    @Test(
        "a mail arrives",
        arguments: [("none", SMTPServer.Security.none), ("starttls", .startTLS), ("implicit", .implicit)])
    func arrives(_ mode: String, _ security: SMTPServer.Security) async throws {
        try await withServer(mode) { server, process, _ in
            var server = server
            server.security = security
            if mode != "none" { server.login = .init(username: "user", password: Secret("pass")) }
            let message = Array("Subject: hello\n\n.line\n".utf8)
            try await SMTPClient().send(message, SMTPClientTests.envelope, to: server)
            let isSafe = mode == "none" ? "False" : "True"
            let expected =
                "MAIL \(isSafe) \(mode == "none" ? "None" : "True") from@example.org ['a@example.org', 'b@example.org'] b'Subject: hello\\r\\n\\r\\n.line\\r\\n'"
            #expect(process.output.contains(expected), "\(process.output)")
        }
    }

    @Test func aWrongPasswordIsAnErrorAtOnce() async throws {
        try await withServer("starttls") { server, _, _ in
            var server = server
            server.security = .startTLS
            server.login = .init(username: "user", password: Secret("wrong"))
            let start = ContinuousClock.now
            let error = await #expect(throws: SMTPError.self) {
                try await SMTPClient().send(SMTPClientTests.message, SMTPClientTests.envelope, to: server)
            }
            #expect(error?.kind == .login, "\(error?.message ?? "")")
            #expect(error?.replyCode == 535)
            #expect(ContinuousClock.now - start < .seconds(5))
        }
    }

    @Test func anUntrustedServerGetsNothing() async throws {
        try await withServer("starttls") { server, process, _ in
            var server = server
            server.security = .startTLS
            server.tls.authorities = nil
            let error = await #expect(throws: SMTPError.self) {
                try await SMTPClient().send(SMTPClientTests.message, SMTPClientTests.envelope, to: server)
            }
            #expect(error?.kind == .tls)
            #expect(!process.output.contains("MAIL"))
        }
    }

    @Test func theNameToldIsTheNameChecked() async throws {
        try await withServer("implicit") { server, process, _ in
            var server = server
            server.security = .implicit
            server.login = .init(username: "user", password: Secret("pass"))
            server.tls.serverName = "other.test"
            let error = await #expect(throws: SMTPError.self) {
                try await SMTPClient().send(SMTPClientTests.message, SMTPClientTests.envelope, to: server)
            }
            #expect(error?.kind == .tls)
            server.tls.serverName = "ruleval.test"
            try await SMTPClient().send(SMTPClientTests.message, SMTPClientTests.envelope, to: server)
            #expect(process.output.contains("MAIL True True"))
        }
    }
}
