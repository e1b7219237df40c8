import Base

/// What `/api/v1/status/…` shows of the process.
public struct ServerStatusView: Sendable {
    /// When it began.
    public var startedAt: Timestamp
    /// Its working directory.
    public var workingDirectory: String
    /// The machine's name.
    public var hostname: String
    /// Whether the configuration on the disk is the one in force.
    public var reloadWorked: Bool
    /// Since when the configuration is in force.
    public var configuredAt: Timestamp
    /// How long samples are kept here, empty when none are.
    public var retention: String
    /// The configuration as Prometheus' clients read it, YAML; free of secrets.
    public var configuration: String
    /// What the command line says, under Prometheus' names.
    public var flags: [(name: String, value: String)]

    /// A view.
    public init(
        startedAt: Timestamp, workingDirectory: String, hostname: String, reloadWorked: Bool, configuredAt: Timestamp,
        retention: String, configuration: String, flags: [(name: String, value: String)]
    ) {
        self.startedAt = startedAt
        self.workingDirectory = workingDirectory
        self.hostname = hostname
        self.reloadWorked = reloadWorked
        self.configuredAt = configuredAt
        self.retention = retention
        self.configuration = configuration
        self.flags = flags
    }
}
