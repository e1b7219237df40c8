import TestSupport

/// A real SMTP server (python3-aiosmtpd) that writes each message into a Maildir.
final class MailServer: Sendable {
    let port: Int
    private let folder: TemporaryFolder
    private let process: ChildProcess

    /// Nil, with a loud line, when aiosmtpd is not installed.
    static func start() async throws -> MailServer? {
        let python = "/usr/bin/python3"
        let folder = try TemporaryFolder()
        let probe = try await ChildProcess.run(python, ["-c", "import aiosmtpd"], folder: folder)
        guard probe.status == 0 else {
            Surroundings.say("*** SKIPPED: python3-aiosmtpd is not installed: run `make setup` ***")
            return nil
        }
        return try await MailServer(python: python, folder: folder)
    }

    private init(python: String, folder: TemporaryFolder) async throws {
        self.folder = folder
        port = try Surroundings.freePort()
        process = try ChildProcess(
            python,
            [
                "-m", "aiosmtpd", "-n", "-l", "127.0.0.1:\(port)", "-c", "aiosmtpd.handlers.Mailbox",
                folder.path + "/mail",
            ], folder: folder)
        let isUp = await eventually { Surroundings.accepts(port: self.port) }
        guard isUp else { throw ChildProcessError(path: "aiosmtpd", reason: process.errorOutput) }
    }

    /// All messages so far, headers and body as they arrived.
    var messages: [String] {
        TemporaryFolder.names(in: folder.path + "/mail/new").sorted().map {
            TemporaryFolder.text(of: folder.path + "/mail/new/" + $0)
        }
    }

    func stop() { process.signal(15) }
}
