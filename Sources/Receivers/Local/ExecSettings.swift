import Alerts
import Base
import Settings
import YAML

/// One item of `exec_configs`, which Alertmanager does not have: a command reads the webhook's body.
public struct ExecSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "exec"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// The program, an absolute path, and its arguments; no shell reads them.
    public var command: [String]
    /// What is added to its environment.
    public var environment: [(name: String, text: String)] = []
    /// How long it may run.
    public var timeout: Duration = .seconds(10)
    /// How much it may say, in bytes.
    public var outputLimit = 65_536

    /// Reads an item of `exec_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "exec_configs entry") else { return nil }
        sendsResolved = reader.bool("send_resolved") ?? true
        command = reader.strings("command") ?? []
        let pairs = reader.stringPairs("environment")
        timeout = reader.duration("timeout") ?? timeout
        outputLimit = reader.int("max_output") ?? outputLimit
        reader.finish()
        if !globals.allowsExec {
            context.decoding.report(
                "'exec_configs' runs commands: say allow_exec: true at the top of the configuration", at: node)
        }
        for pair in pairs {
            if pair.name.isEmpty || pair.name.contains("=") || (pair.name + pair.text).utf8.contains(0) {
                context.decoding.report("'\(pair.name)' is no name of a variable", at: pair.nameNode)
            }
        }
        environment = pairs.map { ($0.name, $0.text) }
        if timeout <= .zero || outputLimit < 0 {
            context.decoding.report("'timeout' must be positive, 'max_output' not negative", at: node)
        }
        guard let program = command.first, program.hasPrefix("/"), !command.contains(where: { $0.utf8.contains(0) })
        else {
            context.decoding.report(
                "exec_configs needs 'command': the program's absolute path and its arguments, as a list", at: node)
            return nil
        }
    }

    /// An integration that goes by these settings.
    public func integration(_ id: IntegrationID, _ means: DeliveryMeans) -> any Integration {
        ExecIntegration(id, self)
    }
}

/// Runs a command for every notification.
struct ExecIntegration: Integration {
    let profile: IntegrationProfile
    private let settings: ExecSettings

    /// The exit status that asks for another try, as in mail systems (`EX_TEMPFAIL`).
    private static let tryAgain: Int32 = 75

    init(_ id: IntegrationID, _ settings: ExecSettings) {
        profile = IntegrationProfile(id: id, sendsResolved: settings.sendsResolved)
        self.settings = settings
    }

    func deliver(_ notification: Notification, timeout: Duration) async -> DeliveryResult {
        let run = CommandRun(
            command: settings.command, environment: settings.environment, input: WebhookBody.bytes(of: notification),
            outputLimit: settings.outputLimit, timeout: min(timeout, settings.timeout))
        let name = settings.command[0]
        switch await OwnThread.value({ run.outcome() }) {
        case .notStarted(let reason): return .permanent("\(name): \(reason)")
        case .late: return .temporary(DeliveryFailure("\(name): took too long and was ended", .contextDeadlineExceeded))
        case .talkative: return .permanent("\(name): said more than \(settings.outputLimit) bytes and was ended")
        case .signalled(let number): return .permanent("\(name): was ended by signal \(number)")
        case .exited(0, _): return .delivered
        case .exited(let status, let said):
            let text = String(decoding: said.prefix(256), as: UTF8.self).filter { !$0.isNewline }
            let failure = DeliveryFailure("\(name): exit status \(status)" + (text.isEmpty ? "" : ": \(text)"))
            return status == Self.tryAgain ? .temporary(failure) : .permanent(failure)
        }
    }
}
