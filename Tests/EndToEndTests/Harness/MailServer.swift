import TestSupport

/// A real SMTP server that writes each message into a folder.
final class MailServer: Sendable {
    /// Two servers that have no code in common.
    enum Kind: String, CaseIterable, Sendable {
        /// python3-aiosmtpd, the successor of the one below.
        case aiosmtpd
        /// The module smtpd of Python's own library, up to 3.11.
        case smtpd
    }

    let port: Int
    private let folder: TemporaryFolder
    private let process: ChildProcess

    private static let python = "/usr/bin/python3"

    /// The older one, which has to be told to keep what it gets.
    private static let script = """
        import asyncore, smtpd, sys
        class Server(smtpd.SMTPServer):
            count = 0
            def process_message(self, peer, sender, recipients, data, **more):
                Server.count += 1
                path = sys.argv[2] + '/' + str(Server.count)
                open(path + '.part', 'wb').write(data)
                import os; os.rename(path + '.part', path)
        Server(('127.0.0.1', int(sys.argv[1])), None)
        asyncore.loop()
        """

    /// Nil, with a loud line, when it is not installed.
    static func start(_ kind: Kind = .aiosmtpd) async throws -> MailServer? {
        let folder = try TemporaryFolder()
        let probe = try await ChildProcess.run(python, ["-W", "ignore", "-c", "import \(kind)"], folder: folder)
        guard probe.status == 0 else {
            Surroundings.say("*** SKIPPED: Python has no module \(kind): run `make setup` ***")
            return nil
        }
        return try await MailServer(kind, folder: folder)
    }

    private init(_ kind: Kind, folder: TemporaryFolder) async throws {
        self.folder = folder
        port = try Surroundings.freePort()
        let words: [String]
        switch kind {
        case .aiosmtpd:
            words = [
                "-m", "aiosmtpd", "-n", "-l", "127.0.0.1:\(port)", "-c", "aiosmtpd.handlers.Mailbox",
                folder.path + "/mail",
            ]
        case .smtpd:
            try folder.write("mail/new/keep", "")
            words = ["-W", "ignore", "-c", Self.script, "\(port)", folder.path + "/mail/new"]
        }
        process = try ChildProcess(Self.python, words, folder: folder)
        let isUp = await eventually { Surroundings.accepts(port: self.port) }
        guard isUp else { throw ChildProcessError(path: "\(kind)", reason: process.errorOutput) }
    }

    /// All messages so far, headers and body as they arrived but for the ends of lines.
    var messages: [String] {
        TemporaryFolder.names(in: folder.path + "/mail/new").sorted().filter { $0 != "keep" && !$0.hasSuffix(".part") }
            .map { TemporaryFolder.text(of: folder.path + "/mail/new/" + $0).replacing("\r\n", with: "\n") }
    }

    func stop() { process.signal(15) }
}
