import Base
import HTTPTransport
import Synchronization
import TestSupport
import Testing

@Suite("The SMTP client")
struct SMTPClientTests {
    let client = SMTPClient()
    static let envelope = MailEnvelope(sender: "from@example.org", recipients: ["a@example.org", "b@example.org"])
    static let message = Array("Subject: x\n\nbody\r\n.\n..two\n".utf8)

    /// A server that follows the protocol but for `replies`, which replace what it says to a command.
    static func server(
        _ replies: [String: String] = [:], features: [String] = [], log: Log = Log()
    ) -> ScriptedServer {
        ScriptedServer { connection in
            func say(_ command: String, _ usual: String) { connection.write((replies[command] ?? usual) + "\r\n") }
            say("greeting", "220 ready")
            while let line = connection.readLine() {
                log.add(line)
                let command = line.split(separator: " ").first.map { $0.uppercased() } ?? ""
                switch command {
                case "EHLO":
                    let lines = ["test"] + features
                    let usual = lines.enumerated().map { "250\($0.offset == lines.count - 1 ? " " : "-")\($0.element)" }
                    say("EHLO", usual.joined(separator: "\r\n"))
                case "AUTH":
                    if line.hasPrefix("AUTH LOGIN") {
                        connection.write("334 VXNlcm5hbWU6\r\n")
                        log.add(connection.readLine() ?? "-")
                        connection.write("334 UGFzc3dvcmQ6\r\n")
                        log.add(connection.readLine() ?? "-")
                    } else if line.hasPrefix("AUTH CRAM-MD5") {
                        connection.write("334 PDEyMzQuNUB0ZXN0Pg==\r\n")
                        log.add(connection.readLine() ?? "-")
                    } else if line == "AUTH PLAIN" {
                        connection.write("334 \r\n")
                        log.add(connection.readLine() ?? "-")
                    }
                    say("AUTH", "235 welcome")
                case "DATA":
                    say("DATA", "354 go on")
                    if replies["DATA"] != nil { continue }
                    while let text = connection.readLine(), text != "." { log.add("> " + text) }
                    say("END", "250 taken")
                case "QUIT":
                    say("QUIT", "221 bye")
                    return
                default: say(command, "250 fine")
                }
            }
        }
    }

    final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        func add(_ line: String) { entries.withLock { $0.append(line) } }
        var lines: [String] { entries.withLock { $0 } }
    }

    static func settings(_ server: ScriptedServer, _ login: SMTPServer.Login? = nil) -> SMTPServer {
        var settings = SMTPServer(host: "127.0.0.1", port: server.port, security: .none)
        settings.login = login
        settings.helloName = "me.example.org"
        settings.timeout = .seconds(5)
        return settings
    }

    func error(_ server: SMTPServer) async -> SMTPError? {
        do throws(SMTPError) {
            try await client.send(Self.message, Self.envelope, to: server)
            return nil
        } catch { return error }
    }

    @Test func handsAMailOver() async throws {
        let log = Log()
        let server = Self.server(log: log)
        try await client.send(Self.message, Self.envelope, to: Self.settings(server))
        let lines = log.lines.filter { $0 != "QUIT" }
        #expect(
            lines == [
                "EHLO me.example.org", "MAIL FROM:<from@example.org>", "RCPT TO:<a@example.org>",
                "RCPT TO:<b@example.org>", "DATA",
                "> Subject: x", "> ", "> body", "> ..", "> ...two",
            ])
    }

    @Test(
        "says who it is in the way the server offers",
        arguments: [
            ("AUTH PLAIN LOGIN", ["AUTH PLAIN", "AHVzZXIAcGFzcw=="]),
            ("AUTH LOGIN", ["AUTH LOGIN", "dXNlcg==", "cGFzcw=="]),
        ])
    func login(_ feature: String, _ expected: [String]) async throws {
        let log = Log()
        let server = Self.server(features: [feature], log: log)
        try await client.send(
            Self.message, Self.envelope, to: Self.settings(server, .init(username: "user", password: Secret("pass"))))
        let spoken = log.lines.joined(separator: " ")
        #expect(spoken.contains(expected.joined(separator: " ")), "\(log.lines)")
    }

    @Test func answersAChallenge() async throws {
        let log = Log()
        let server = Self.server(features: ["AUTH CRAM-MD5 PLAIN"], log: log)
        try await client.send(
            Self.message, Self.envelope, to: Self.settings(server, .init(username: "user", cramSecret: Secret("s"))))
        #expect(log.lines.contains("AUTH CRAM-MD5"))
        #expect(!log.lines.contains { $0.hasPrefix("AUTH PLAIN") })
    }

    @Test func actsForAnIdentity() async throws {
        let log = Log()
        let server = Self.server(features: ["AUTH PLAIN"], log: log)
        let login = SMTPServer.Login(username: "user", password: Secret("pass"), identity: "boss")
        try await client.send(Self.message, Self.envelope, to: Self.settings(server, login))
        #expect(log.lines.joined(separator: " ").contains("Ym9zcwB1c2VyAHBhc3M="), "\(log.lines)")
    }

    @Test(
        "carries the server's refusal",
        arguments: [
            ("greeting", "554 go away", 554, false), ("MAIL", "451 try later", 451, true),
            ("RCPT", "550 5.1.1 no such user", 550, false),
            ("DATA", "452 full", 452, true), ("END", "554 spam", 554, false), ("END", "421 closing", 421, true),
        ])
    func refusals(_ command: String, _ reply: String, _ code: Int, _ isTemporary: Bool) async {
        let server = Self.server([command: reply])
        let error = await error(Self.settings(server))
        #expect(error?.replyCode == code)
        #expect(error?.isTemporary == isTemporary)
        #expect(error?.message.contains(reply) == true, "\(error?.message ?? "")")
    }

    @Test func aRefusedLoginIsAnErrorAtOnce() async {
        let server = Self.server(["AUTH": "535 5.7.8 wrong"], features: ["AUTH PLAIN LOGIN"])
        let error = await error(Self.settings(server, .init(username: "user", password: Secret("hidden-word"))))
        #expect(error?.kind == .login)
        #expect(error?.replyCode == 535)
        #expect(error?.message.contains("hidden-word") == false)
    }

    @Test func aServerWithoutAMechanismIsAnError() async {
        let server = Self.server(features: ["AUTH GSSAPI"])
        let error = await error(Self.settings(server, .init(username: "user", password: Secret("pass"))))
        #expect(error?.kind == .login)
    }

    @Test func withoutSTARTTLSNothingIsSaid() async {
        let log = Log()
        let server = Self.server(features: ["AUTH PLAIN"], log: log)
        var settings = Self.settings(server, .init(username: "user", password: Secret("pass")))
        settings.security = .startTLS
        let error = await error(settings)
        #expect(error?.kind == .tls)
        #expect(!log.lines.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("MAIL") })
    }

    @Test func theWholeExchangeIsBoundedInTime() async {
        let silent = ScriptedServer { $0.waitForClose() }
        var settings = Self.settings(silent)
        settings.timeout = .milliseconds(200)
        #expect(await error(settings)?.kind == .timeout)
        let slow = ScriptedServer { connection in
            connection.write("220 ready\r\n")
            _ = connection.readLine()
            connection.write("250-test\r\n")
            connection.waitForClose()
        }
        settings.port = slow.port
        #expect(await error(settings)?.kind == .timeout)
    }

    @Test func nobodyListening() async {
        var settings = SMTPServer(host: "127.0.0.1", port: ScriptedServer.closedPort(), security: .none)
        #expect(await error(settings)?.kind == .connect)
        settings.host = "no-such-host.invalid"
        #expect(await error(settings)?.kind == .resolve)
    }

    @Test func aServerThatSaysNonsense() async {
        let server = ScriptedServer { $0.write("HTTP/1.1 200 OK\r\n\r\n") }
        #expect(await error(Self.settings(server)) != nil)
    }

    @Test(
        "refuses addresses that would become commands",
        arguments: ["a@b>\r\nRCPT TO:<c@d", "a@b\nDATA", "a\u{0}@b"])
    func injection(_ address: String) async {
        let server = Self.server()
        let error = await #expect(throws: SMTPError.self) {
            try await client.send(
                Self.message, MailEnvelope(sender: "x@y", recipients: [address]), to: Self.settings(server))
        }
        #expect(error?.kind == .invalidRequest)
    }

    @Test func cancellingEndsAnExchange() async {
        let (arrived, signal) = AsyncStream.makeStream(of: Void.self)
        let server = ScriptedServer { connection in
            connection.write("220 ready\r\n")
            _ = connection.readLine()
            signal.finish()
            connection.waitForClose()
        }
        let settings = Self.settings(server)
        let task = Task { await error(settings) }
        for await _ in arrived {}
        task.cancel()
        #expect(await task.value?.kind == .cancelled)
    }

    @Test func aServerThatIsSlowToSayGoodbyeHoldsUpNobody() async throws {
        let server = ScriptedServer { connection in
            connection.write("220 ready\r\n")
            while let line = connection.readLine() {
                if line == "QUIT" { return connection.waitForClose() }
                if line == "DATA" {
                    connection.write("354 go\r\n")
                    while let text = connection.readLine(), text != "." {}
                }
                connection.write("250 fine\r\n")
            }
        }
        var settings = Self.settings(server)
        settings.timeout = .seconds(60)
        let start = ContinuousClock.now
        try await client.send(Self.message, Self.envelope, to: settings)
        #expect(ContinuousClock.now - start < .seconds(30))
    }
}
