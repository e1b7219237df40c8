import Alerts
import Base
import GoTemplate
import TestSupport
import Testing

@testable import Receivers

@Suite("Receivers on this machine, and pages about all")
struct LocalReceiverTests {
    private func deliver(_ yaml: String, timeout: Duration = .seconds(20)) async throws -> DeliveryResult {
        let set = try Capture.receivers(yaml)
        let id = try #require(set.profiles["r"]?.first?.id)
        let job = NotificationJob(
            id: 1, integration: id, notification: DeliveryTests.notification, attempt: 1, deadline: .distantFuture)
        return await set.deliver(job, timeout: timeout)
    }

    private func run(_ command: String, _ more: String = "") async throws -> DeliveryResult {
        try await deliver(
            "allow_exec: true\nreceivers: [{name: r, exec_configs: [{command: [/bin/sh, -c, '\(command)']\(more)}]}]")
    }

    private static let body = String(decoding: WebhookBody.bytes(of: DeliveryTests.notification), as: UTF8.self)

    @Test("a command reads the webhook's body; its exit status says what became of it")
    func commands() async throws {
        let folder = try TemporaryFolder()
        #expect(try await run("cat > \(folder.path)/out; test -z \"$HOME$X\"") == .delivered)
        #expect(TemporaryFolder.text(of: folder.path + "/out") == Self.body)
        #expect(try await run("exit 0 < /dev/null") == .delivered)
        #expect(try await run("echo no; exit 3") == .permanent("/bin/sh: exit status 3: no"))
        #expect(try await run("exit 75") == .temporary("/bin/sh: exit status 75"))
        #expect(try await run("kill -9 $$") == .permanent("/bin/sh: was ended by signal 9"))
        #expect(try await run("test $A = b", ", environment: {A: b}") == .delivered)
        // What is left behind does not keep anybody waiting.
        #expect(try await run("sleep 100 & exit 0") == .delivered)
    }

    @Test("a command has bounds on time and output")
    func bounds() async throws {
        let late = try await run("sleep 100", ", timeout: 100ms")
        #expect(late == .temporary(DeliveryFailure("/bin/sh: took too long and was ended", .contextDeadlineExceeded)))
        let loud = try await run("yes", ", max_output: 1000")
        #expect(loud == .permanent("/bin/sh: said more than 1000 bytes and was ended"))
        let missing = try await deliver(
            "allow_exec: true\nreceivers: [{name: r, exec_configs: [{command: [/nonexistent]}]}]")
        #expect(missing == .permanent("/nonexistent: no such file or directory"))
    }

    @Test("commands need allow_exec, an absolute path and no shell")
    func refusedCommands() throws {
        for (yaml, problem) in [
            ("receivers: [{name: a, exec_configs: [{command: [/bin/true]}]}]", "say allow_exec: true"),
            ("allow_exec: true\nreceivers: [{name: a, exec_configs: [{command: [sh]}]}]", "absolute path"),
            ("allow_exec: true\nreceivers: [{name: a, exec_configs: [{command: /bin/true}]}]", "must be a list"),
            ("receivers: [{name: a, log_configs: [{}]}]", "log_configs needs 'path'"),
        ] {
            let found = try Capture.settings(yaml).1.map(\.description).joined(separator: "\n")
            #expect(found.contains(problem), "\(yaml): \(found)")
        }
    }

    @Test("a log takes lines of JSON, and nothing but a regular file will do")
    func log() async throws {
        let folder = try TemporaryFolder()
        let yaml = "receivers: [{name: r, log_configs: [{path: \(folder.path)/log}]}]"
        #expect(try await deliver(yaml) == .delivered)
        #expect(try await deliver(yaml) == .delivered)
        #expect(TemporaryFolder.text(of: folder.path + "/log") == Self.body + Self.body)
        for path in [folder.path, "/dev/zero", "/nonexistent/x"] {
            let result = try await deliver("receivers: [{name: r, log_configs: [{path: \(path)}]}]")
            #expect(!result.isDelivered, "\(path)")
        }
    }

    @Test("values can be escaped for Slack, each once")
    func slackEscaping() throws {
        let templates = try NotificationTemplates()
        let data = DeliveryTests.notification.templateData.value
        let text = "<!here> {{ \"<a&b>\" }} {{ \"<c>\" | slackEscape }}"
        #expect(try templates.text(text, data, at: .zero) == "<!here> <a&b> &lt;c&gt;")
        #expect(
            try templates.text(text, data, at: .zero, escaping: .slack) == "<!here> &lt;a&amp;b&gt; &lt;c&gt;")
    }

    @Test("every type has a page whose examples load", arguments: IntegrationTypes.all.map { $0.type })
    func pages(_ type: String) throws {
        let page = TemporaryFolder.text(of: Surroundings.root + "/docs/receivers/\(type).md")
        let examples = page.components(between: "```yaml\n", and: "```")
        #expect(!examples.isEmpty)
        for example in examples {
            let (settings, problems) = try Capture.settings(example)
            #expect(problems.isEmpty, "\(problems.map(\.description))")
            #expect(settings.receivers.first?.settings.contains { Swift.type(of: $0).type == type } == true)
        }
    }
}

extension String {
    fileprivate func components(between start: String, and end: String) -> [String] {
        split(separator: start).dropFirst().compactMap { $0.split(separator: end).first.map(String.init) }
    }
}
