import Alerts
import Base
internal import Glibc
import Settings
import YAML

/// One item of `log_configs`, which Alertmanager does not have: every notification is a line of JSON.
public struct LogSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "log"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// The file; nil for standard output.
    public var path: String?

    /// Reads an item of `log_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "log_configs entry") else { return nil }
        sendsResolved = reader.bool("send_resolved") ?? true
        let text = reader.string("path") ?? ""
        reader.finish()
        if text.isEmpty {
            context.decoding.report("log_configs needs 'path': a file, or - for standard output", at: node)
            return nil
        }
        path = text == "-" ? nil : context.folder.resolve(text)
    }

    /// An integration that goes by these settings.
    public func integration(_ id: IntegrationID, _ means: DeliveryMeans) -> any Integration {
        LogIntegration(id, self)
    }
}

/// Writes notifications as lines of JSON, each the body of a webhook.
struct LogIntegration: Integration {
    let profile: IntegrationProfile
    private let settings: LogSettings

    init(_ id: IntegrationID, _ settings: LogSettings) {
        profile = IntegrationProfile(id: id, sendsResolved: settings.sendsResolved)
        self.settings = settings
    }

    func deliver(_ notification: Notification, timeout: Duration) async -> DeliveryResult {
        let line = WebhookBody.bytes(of: notification)
        let path = settings.path
        let deadline = ContinuousClock.now + timeout
        return await OwnThread.value {
            guard let path else { return LineWriter.write(line, to: STDOUT_FILENO, "standard output", deadline) }
            // Whoever reads a pipe might never come; a device is no place for a log.
            let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
            let file = open(path, flags, 0o640)
            guard file >= 0 else { return .temporary("\(path): \(LineWriter.reason(errno))") }
            defer { close(file) }
            var facts = stat()
            guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
                return .permanent("\(path): is not a regular file")
            }
            return LineWriter.write(line, to: file, path, deadline)
        }
    }
}
