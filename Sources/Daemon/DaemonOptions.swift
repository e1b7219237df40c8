import Base
import PromQL

/// What the command line says about a daemon; it wins over the configuration file.
public struct DaemonOptions: Sendable {
    /// The configuration file.
    public var configuration: String
    /// Address of the HTTP surface.
    public var listenHost = "127.0.0.1"
    /// Its port; 0 takes a free one.
    public var listenPort = 9595
    /// Folder of the state.
    public var stateDirectory: String
    /// Instead of `datasource.url`.
    public var prometheusURL: String?
    /// Instead of `rule_files`; relative to the working directory.
    public var rules: [String] = []
    /// Which share of the rule groups is evaluated; nil for all.
    public var shard: Shard?
    /// Who may reach the HTTP surface and how: a web configuration file in Prometheus' format; nil for plain HTTP and
    /// everybody.
    public var webConfiguration: String?
    /// Whether every request is logged; without it only failures and refusals.
    public var logsAccess = false
    /// Beside `features`.
    public var features: Set<Feature> = []

    /// Options with defaults but for the two folders that have none.
    public init(configuration: String, stateDirectory: String) {
        self.configuration = configuration
        self.stateDirectory = stateDirectory
    }
}
