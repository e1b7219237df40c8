import Base
import PromQL
import QueryEngine
import RuleFiles
import Ruler
import TimeSeries

/// What rules mean, written down once more and in the plainest way: every expression is computed from all samples there
/// are, and alerts are moved on by the words of the specification.
struct RuleOracle {
    struct Alert: CustomStringConvertible {
        var state: AlertState
        var activeAt: Timestamp
        var firedAt: Timestamp?
        var keptSince: Timestamp?
        var endedAt: Timestamp?
        var description: String { "\(state) since \(activeAt)" }
    }

    private let history: FakeHistory
    private var file: RuleFile
    private var overlay = EmbeddedStore()
    private var states: [String: [Labels: Alert]] = [:]
    private var series: [String: Set<Labels>] = [:]
    /// Alerts that began to fire at the last tick.
    var newlyFiring: Set<Labels> = []

    init(_ file: RuleFile, _ history: FakeHistory) {
        self.file = file
        self.history = history
    }

    func alerts(_ identity: String) -> [Labels: Alert] { states[identity] ?? [:] }

    func isFiring(_ labels: Labels) -> Bool { states.values.contains { $0[labels]?.state == .firing } }

    mutating func reload(_ file: RuleFile) { self.file = file }
    mutating func noteStep() {}

    mutating func restart(downSince: Timestamp, at time: Timestamp) {
        overlay = EmbeddedStore()
        series = [:]
        for group in file.groups {
            for (index, rule) in group.rules.enumerated() {
                guard case .alerting(_, let hold, _) = rule.kind else { continue }
                let identity = "\(group.name)/\(index)"
                // What was written of alerts is known by them.
                let known = (states[identity] ?? [:]).flatMap { Self.written($0, $1, at: time) }
                series[identity] = Set(known.map(\.labels))
                for (labels, alert) in states[identity] ?? [:] where alert.state == .pending {
                    var alert = alert
                    if time - downSince > .seconds(3600) {
                        states[identity]?[labels] = nil
                        continue
                    }
                    let left = hold - (downSince - alert.activeAt)
                    guard left > .zero else { continue }
                    // Holds shorter than the grace period of ten minutes are only moved by the time down.
                    alert.activeAt =
                        hold >= .seconds(600) && left < .seconds(600)
                        ? time + .seconds(600) - hold : alert.activeAt + (time - downSince)
                    states[identity]?[labels] = alert
                }
            }
        }
    }

    /// Whether two samples have one label set once the rule's labels are on.
    func hasDoubles(_ group: RuleGroup, _ index: Int, at time: Timestamp) -> Bool {
        let rule = group.rules[index]
        let sets = compute(rule.expression.expr, at: time).map { sample in
            var builder = LabelsBuilder(sample.labels)
            builder[Labels.metricName] = nil
            for field in rule.labels(in: group) { builder[field.name] = field.text }
            if rule.isAlerting { builder[Labels.alertName] = rule.name }
            return builder.labels
        }
        return Set(sets).count < sets.count
    }

    /// The samples that the rule writes at `time`; its alerts are moved on.
    mutating func evaluate(_ group: RuleGroup, _ index: Int, at time: Timestamp) -> [RecordedSample] {
        let rule = group.rules[index]
        let identity = "\(group.name)/\(index)"
        let vector = compute(rule.expression.expr, at: time)
        let labels = rule.labels(in: group).map { ($0.name, $0.text) }
        var written: [RecordedSample] = []
        switch rule.kind {
        case .recording(let name):
            for sample in vector {
                var builder = LabelsBuilder(sample.labels)
                builder[Labels.metricName] = name
                for (label, value) in labels { builder[label] = value }
                written.append(.init(labels: builder.labels, timestamp: time, value: sample.value))
            }
        case .alerting(let name, let hold, let keep):
            var holding: Set<Labels> = []
            for sample in vector {
                var builder = LabelsBuilder(sample.labels)
                builder[Labels.metricName] = nil
                for (label, value) in labels { builder[label] = value }
                builder[Labels.alertName] = name
                holding.insert(builder.labels)
            }
            move(identity, holding, hold: hold, keep: keep, at: time)
            for (labels, alert) in states[identity] ?? [:] { written += Self.written(labels, alert, at: time) }
        }
        let now = Set(written.map(\.labels))
        for gone in (series[identity] ?? []).subtracting(now) {
            written.append(.init(labels: gone, timestamp: time, value: .float(StaleMarker.value)))
        }
        series[identity] = now
        overlay.append(written.map(\.series))
        return written
    }

    /// The samples that tell of an alert.
    private static func written(_ labels: Labels, _ alert: Alert, at time: Timestamp) -> [RecordedSample] {
        if alert.state == .inactive { return [] }
        var builder = LabelsBuilder(labels)
        builder[Labels.metricName] = "ALERTS_FOR_STATE"
        let seconds = Double(alert.activeAt.milliseconds / 1000)
        let forState = RecordedSample(labels: builder.labels, timestamp: time, value: .float(seconds))
        builder[Labels.metricName] = "ALERTS"
        builder["alertstate"] = alert.state == .firing ? "firing" : "pending"
        return [forState, .init(labels: builder.labels, timestamp: time, value: .float(1))]
    }

    private mutating func move(
        _ identity: String, _ holding: Set<Labels>, hold: Duration, keep: Duration, at time: Timestamp
    ) {
        var alerts = states[identity] ?? [:]
        for labels in holding where alerts[labels] == nil || alerts[labels]?.state == .inactive {
            alerts[labels] = Alert(state: .pending, activeAt: time)
        }
        for (labels, alert) in alerts {
            var alert = alert
            if holding.contains(labels) {
                alert.keptSince = nil
                if alert.state == .pending, time - alert.activeAt >= hold {
                    alert.state = .firing
                    alert.firedAt = time
                    newlyFiring.insert(labels)
                }
                alerts[labels] = alert
            } else if alert.state == .pending {
                alerts[labels] = nil
            } else if alert.state == .firing {
                if keep > .zero, alert.keptSince == nil { alert.keptSince = time }
                if let since = alert.keptSince, keep > .zero, time - since < keep {
                    alerts[labels] = alert
                } else {
                    alert.state = .inactive
                    alert.endedAt = time
                    alerts[labels] = alert
                }
            } else if let ended = alert.endedAt, time - ended > .seconds(900) {
                alerts[labels] = nil
            }
        }
        states[identity] = alerts
    }

    private func compute(_ expression: Expr, at time: Timestamp) -> [VectorSample] {
        guard let plan = try? QueryPlan(expression, kind: .instant(time)) else { return [] }
        let merged = OverlaySource(overlay: overlay, base: history)
        let responses = plan.requests.map { merged.merge($0, SeriesResponse(series: history.select($0))) }
        guard let result = try? plan.evaluate(responses: responses) else { return [] }
        switch result.value {
        case .vector(let samples): return samples
        case .scalar(let number, let time):
            return [VectorSample(labels: .empty, timestamp: time, value: .float(number))]
        case .string, .matrix: return []
        }
    }
}
