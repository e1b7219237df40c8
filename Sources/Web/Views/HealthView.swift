import Base

/// One thing that readiness hangs on.
public struct HealthCheckView: Sendable, Hashable {
    /// `configuration`, `state`, `datasource` …
    public var name: String
    /// Whether it is well.
    public var isHealthy: Bool
    /// Why not, or what is worth saying.
    public var message: String
    /// Whether readiness hangs on it; else it is only shown.
    public var isRequired: Bool

    /// A check.
    public init(_ name: String, isHealthy: Bool, message: String = "", isRequired: Bool = true) {
        self.name = name
        self.isHealthy = isHealthy
        self.message = message
        self.isRequired = isRequired
    }
}

/// How well the daemon keeps up, as `/health/performance` shows it.
public struct PerformanceView: Sendable, Hashable {
    /// From 0 (useless) to 100 (as it should be).
    public var score: Int
    /// How far the latest tick of any group was behind its time.
    public var evaluationLag: Duration
    /// Ticks that were skipped since the start.
    public var missedIterations: Int
    /// Rules, and how many of them failed at their last evaluation.
    public var rules: Int
    /// How many of ``rules`` failed at their last evaluation.
    public var failingRules: Int
    /// Deliveries that wait or are under way.
    public var queuedNotifications: Int
    /// Samples that wait for `remote_write`.
    public var queuedSamples: Int

    /// A view.
    public init(
        score: Int, evaluationLag: Duration = .zero, missedIterations: Int = 0, rules: Int = 0, failingRules: Int = 0,
        queuedNotifications: Int = 0, queuedSamples: Int = 0
    ) {
        self.score = score
        self.evaluationLag = evaluationLag
        self.missedIterations = missedIterations
        self.rules = rules
        self.failingRules = failingRules
        self.queuedNotifications = queuedNotifications
        self.queuedSamples = queuedSamples
    }
}

/// What the running program is.
public struct BuildInformation: Sendable, Hashable {
    /// `1.2.3`
    public var version: String
    /// The commit.
    public var revision: String
    /// The branch.
    public var branch: String
    /// Who built it.
    public var buildUser: String
    /// When, `20260102-15:04:05`.
    public var buildDate: String
    /// The compiler.
    public var compiler: String

    /// A build.
    public init(
        version: String, revision: String = "", branch: String = "", buildUser: String = "", buildDate: String = "",
        compiler: String = ""
    ) {
        self.version = version
        self.revision = revision
        self.branch = branch
        self.buildUser = buildUser
        self.buildDate = buildDate
        self.compiler = compiler
    }
}
