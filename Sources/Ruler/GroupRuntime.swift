import Base
import GoTemplate
import RuleFiles
import TimeSeries

/// What a rule remembers between two ticks.
struct RuleRuntime: Sendable {
    let rule: Rule
    /// The rule's labels and those of its group.
    let labels: [(name: String, value: String)]
    /// What identifies the rule across reloads and restarts.
    let key: String
    /// The life of its alerts; nil for recording rules.
    var alerting: AlertingRuleCore?
    /// The templates of its alerts; nil for recording rules.
    let templates: Result<AlertTemplates, RuleFailure>?
    /// The series of the last evaluation that worked, for stale markers.
    var lastSeries: Set<Labels> = []
    var health = RuleHealth()
    /// The newest evaluations, the newest last.
    private(set) var recent: [RuleEvaluation] = []

    init(_ rule: Rule, in group: RuleGroup, ordinal: Int) {
        self.rule = rule
        labels = rule.labels(in: group).map { ($0.name, $0.text) }
        let shown = labels.map { "\($0.name)=\($0.value)" }.sorted().joined(separator: ",")
        key = "\(rule.isAlerting ? "alert" : "record"):\(rule.name){\(shown)}#\(ordinal)"
        if case .alerting(_, let hold, let keep) = rule.kind {
            let labels = labels
            templates = Result { () throws(TemplateError) in try AlertTemplates(rule: rule, labels: labels) }
                .mapError { .query("\($0)") }
            alerting = AlertingRuleCore(holdDuration: hold, keepFiringFor: keep, limit: max(0, group.limit))
        } else {
            templates = nil
        }
    }

    /// Notes an evaluation; of older ones ``RuleEvaluation/kept`` are remembered.
    mutating func note(_ evaluation: RuleEvaluation) {
        health.lastEvaluation = evaluation.at
        health.duration = evaluation.duration
        health.lastError = evaluation.error
        health.samples = evaluation.samples
        if recent.isEmpty { recent.reserveCapacity(RuleEvaluation.kept) }
        if recent.count >= RuleEvaluation.kept { recent.removeFirst() }
        recent.append(evaluation)
    }

    /// All rules of a group; rules that are alike are told apart by their order.
    static func all(of group: RuleGroup) -> [RuleRuntime] {
        var seen: [String: Int] = [:]
        return group.rules.map { rule in
            let plain = RuleRuntime(rule, in: group, ordinal: 0)
            let ordinal = seen[plain.key, default: 0]
            seen[plain.key] = ordinal + 1
            return ordinal == 0 ? plain : RuleRuntime(rule, in: group, ordinal: ordinal)
        }
    }
}

/// How a rule's last evaluation went.
public struct RuleHealth: Sendable, Equatable {
    /// Nil before the first evaluation.
    public var lastEvaluation: Timestamp?
    /// How long it took.
    public var duration = Duration.zero
    /// Nil when it worked.
    public var lastError: String?
    /// Samples that the query gave.
    public var samples = 0
    /// Why its result may be wrong, in the words of the source or of Prometheus.
    public var warnings: [String] = []

    /// Never evaluated.
    public init() {}

    /// `ok`, `err` or `unknown`, as in Prometheus' API.
    public var word: String {
        if lastEvaluation == nil { return "unknown" }
        return lastError == nil ? "ok" : "err"
    }
}

extension RuleRuntime {
    /// This rule with the alerts and series that `earlier`, the same rule before a reload, had.
    func takingOver(_ earlier: RuleRuntime) -> RuleRuntime {
        var copy = self
        copy.lastSeries = earlier.lastSeries
        copy.health = earlier.health
        copy.recent = earlier.recent
        for alert in earlier.alerting.map({ Array($0.alerts.values) }) ?? [] { copy.alerting?.insert(alert) }
        return copy
    }
}
