import Base
import TimeSeries

/// What all groups of a configuration have in common.
public struct RulerSettings: Sendable {
    /// Interval of groups that name none.
    public var evaluationInterval: Duration = .seconds(60)
    /// Least time between two sends of one alert.
    public var resendDelay: Duration = .seconds(60)
    /// How time down counts for pending alerts.
    public var restorePolicy = AlertingRuleCore.RestorePolicy()
    /// How far groups that do not say so look into the past.
    public var queryOffset: Duration = .zero
    /// Labels put on alerts that leave, where they have none of that name.
    public var externalLabels: Labels = .empty
    /// Base of the links in alerts, without a slash at its end.
    public var externalURL = ""

    /// Prometheus' defaults.
    public init() {}
}
