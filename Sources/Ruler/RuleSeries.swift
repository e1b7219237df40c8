import Base
import TimeSeries

/// One sample that a rule gives: recorded, or of ALERTS and ALERTS_FOR_STATE.
public struct RecordedSample: Sendable, Equatable {
    /// The series, its name included.
    public var labels: Labels
    /// When.
    public var timestamp: Timestamp
    /// What.
    public var value: SampleValue

    /// A sample.
    public init(labels: Labels, timestamp: Timestamp, value: SampleValue) {
        self.labels = labels
        self.timestamp = timestamp
        self.value = value
    }

    /// A series of this one sample.
    public var series: Series {
        var series = Series(labels: labels)
        series.append(value, at: timestamp.milliseconds)
        return series
    }
}

/// Turns results of rules into the samples that later rules and `remote_write` see.
///
/// - Source: prometheus/prometheus rules/recording.go and rules/alerting.go.
public enum RuleSeries {
    /// The series that says which alerts there are.
    public static let alerts = "ALERTS"
    /// The series that says since when.
    public static let alertsForState = "ALERTS_FOR_STATE"

    /// The labels of a recorded sample: the query's, the rule's name, the rule's labels.
    public static func recorded(_ labels: Labels, name: String, ruleLabels: [(name: String, value: String)]) -> Labels {
        var builder = LabelsBuilder(labels)
        builder[Labels.metricName] = name
        for label in ruleLabels { builder[label.name] = label.value }
        return builder.labels
    }

    /// ALERTS (1) and ALERTS_FOR_STATE (seconds since the epoch of `activeAt`) of pending and firing alerts.
    ///
    /// - Parameter ruleLabels: The rule's labels as written: where such a template gave nothing, so that the alert has no
    ///   such label, the series have the template itself, as in Prometheus.
    public static func samples(
        of alerts: some Sequence<ActiveAlert>, at time: Timestamp, ruleLabels: [(name: String, value: String)] = []
    ) -> [RecordedSample] {
        alerts.flatMap { alert -> [RecordedSample] in
            guard alert.state != .inactive else { return [] }
            var builder = LabelsBuilder(alert.labels)
            for label in ruleLabels where builder[label.name] == nil { builder[label.name] = label.value }
            builder[Labels.metricName] = alertsForState
            let forState = builder.labels
            builder[Labels.metricName] = Self.alerts
            builder["alertstate"] = alert.state.rawValue
            return [
                RecordedSample(labels: builder.labels, timestamp: time, value: .float(1)),
                RecordedSample(
                    labels: forState, timestamp: time, value: .float(Double(floorSeconds(alert.activeAt)))),
            ]
        }
    }

    private static func floorSeconds(_ time: Timestamp) -> Int64 {
        let milliseconds = time.milliseconds
        return milliseconds >= 0 ? milliseconds / 1000 : -((-milliseconds + 999) / 1000)
    }

    /// What the source's ALERTS_FOR_STATE say of alerts: the last sample of each series that was not ended.
    ///
    /// Series that remote write brought there have the external labels on them; both forms are known.
    static func pastStates(
        _ series: [Series], externalLabels: Labels
    ) -> [Labels: AlertingRuleCore.PastState] {
        var past: [Labels: AlertingRuleCore.PastState] = [:]
        for one in series {
            guard let last = lastFloat(of: one), last.value.isFinite, abs(last.value) < 1e12 else { continue }
            let state = AlertingRuleCore.PastState(
                activeAt: Timestamp(milliseconds: Int64(last.value) * 1000), seenAt: last.time)
            let plain = one.labels.droppingMetricName
            var builder = LabelsBuilder(plain)
            for (name, value) in externalLabels where builder[name] == value { builder[name] = nil }
            for labels in Set([plain, builder.labels]) where past[labels].map({ $0.seenAt < state.seenAt }) ?? true {
                past[labels] = state
            }
        }
        return past
    }

    /// The last sample, unless it is a marker that an evaluation wrote. A source without remote read shows no markers; one
    /// is put there a millisecond behind the last sample for every series that is not alive, and means nothing here.
    private static func lastFloat(of series: Series) -> (time: Timestamp, value: Double)? {
        guard var index = series.values.indices.last else { return nil }
        if StaleMarker.isStale(series.values[index]) {
            guard index > 0, series.timestamps[index] - series.timestamps[index - 1] == 1 else { return nil }
            index -= 1
        }
        guard series.histograms.isEmpty || series.histograms[index] == nil else { return nil }
        return (Timestamp(milliseconds: series.timestamps[index]), series.values[index])
    }

    /// Markers for the series that `before` had and `now` has not.
    public static func staleMarkers(before: Set<Labels>, now: Set<Labels>, at time: Timestamp) -> [RecordedSample] {
        before.subtracting(now).sorted().map {
            RecordedSample(labels: $0, timestamp: time, value: .float(StaleMarker.value))
        }
    }
}
