import Alerts
import Base
import Daemon
import HTTPTransport
import Receivers

extension CommandTable {
    /// How long a receiver has for a drill.
    private static let drillTimeout = Duration.seconds(30)

    /// Sends one notification, marked as a drill, to every integration of a receiver.
    static func testReceiver(_ arguments: Arguments) async throws -> Int32 {
        guard let path = arguments.value("--config") else { throw UsageError("--config FILE is required") }
        let names = Array(arguments.operands.dropFirst())
        guard names.count == 1, let name = names.first else { throw UsageError("name one receiver") }
        if arguments.has("--format") { throw UsageError("--format belongs to list") }
        let isDry = arguments.has("--dry-run")
        let configuration: DaemonConfiguration
        let templates: NotificationTemplates
        do throws(Diagnostics) {
            configuration = try DaemonConfiguration.load(path)
            templates = try configuration.readTemplates()
        } catch {
            Terminal.error("\(error)")
            return ExitStatus.problems
        }
        guard configuration.receivers.names.contains(name) else {
            let near = NearMiss.best(for: name, among: configuration.receivers.names)
            throw UsageError("\(path) has no receiver \(name)" + (near.map { ": did you mean \($0)?" } ?? ""))
        }
        let drill = try Drill(
            arguments.value("--alert"), isResolved: arguments.has("--resolved"), at: SystemClock().now())
        let notification = drill.notification(
            receiver: name, externalURL: configuration.externalURL ?? "http://127.0.0.1:9595")
        let page = DrillPage()
        let means = DeliveryMeans(
            http: isDry ? HTTPClient { page.take($0) } : HTTPClient(),
            smtp: isDry ? SMTPClient { page.take($0, $1, $2) } : SMTPClient(), templates: templates,
            userAgent: Version.userAgent,
            notice: { integration, text in Terminal.error("\(integration): \(text)") })
        let receivers = ReceiverSet(configuration.receivers, means)
        let profiles = receivers.profiles[name] ?? []
        if profiles.isEmpty { Terminal.out("\(name) has no integrations: it tells nobody\n") }
        var failures = 0
        for profile in profiles {
            let id = profile.id
            if isDry, ["exec", "log"].contains(id.type) {
                Terminal.out("\(id): not shown in a dry run\n")
                continue
            }
            guard let integration = receivers[id] else { continue }
            if drill.isResolved, !profile.sendsResolved {
                Terminal.out("\(id): is not told of ends (send_resolved: false)\n")
                continue
            }
            let result = await integration.deliver(notification, timeout: drillTimeout)
            if isDry {
                let shown = page.text()
                Terminal.out(
                    "\(id): \(shown.isEmpty ? "nothing would be sent: \(Self.word(result))\n" : "would be sent\n\(shown)")"
                )
                if shown.isEmpty { failures += 1 }
            } else {
                Terminal.out("\(id): \(Self.word(result))\n")
                if !result.isDelivered { failures += 1 }
            }
        }
        return failures == 0 ? ExitStatus.clean : ExitStatus.problems
    }

    private static func word(_ result: DeliveryResult) -> String {
        switch result {
        case .delivered: "delivered"
        case .temporary(let reason), .permanent(let reason): "failed: \(reason)"
        }
    }
}
