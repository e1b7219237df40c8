import Base
import RuleFiles
import Ruler
import TimeSeries

/// What becomes of a rule's results.
extension CasePlayer {
    /// Records or alerts; notes in `results` what fails on the way.
    func take(_ results: inout Results, of index: Int, _ steps: ClosedRange<Int64>) {
        let until = results.failure.map { $0.step - 1 } ?? steps.upperBound
        // What failed at the first step gives nothing, and nothing is played behind it.
        guard until >= steps.lowerBound else { return }
        let entry = rules.entries[index]
        switch entry.rule.kind {
        case .recording(let record): takeRecording(&results, record, index, steps.lowerBound...until)
        case .alerting: takeAlerting(&results, index, steps.lowerBound...until)
        }
    }

    // MARK: recording rules

    private func takeRecording(_ results: inout Results, _ record: String, _ index: Int, _ steps: ClosedRange<Int64>) {
        let entry = rules.entries[index]
        var places: [Labels: Int] = [:]
        var series: [Series] = []
        for part in results.series {
            let labels = RuleSeries.recorded(part.labels, name: record, ruleLabels: entry.labels)
            guard let place = places[labels] else {
                places[labels] = series.count
                var renamed = part
                renamed.labels = labels
                series.append(renamed)
                continue
            }
            switch series[place].merged(with: part) {
            case .success(let merged): series[place] = merged
            case .failure(let clash):
                fail(&results, index, at: clash.time, "\(RuleFailure.duplicateLabels(isAlert: false))")
            }
        }
        for one in series {
            // No storage takes a broken histogram, and the rule fails of it.
            if let (place, reason) = one.firstBrokenHistogram(in: one.timestamps.indices) {
                fail(&results, index, at: one.timestamps[place], reason)
            }
        }
        if entry.group.limit > 0 { checkLimit(&results, entry.group.limit, series, index, steps) }
        let end = results.failure.map { (time($0.step) - queryOffset(index)).milliseconds } ?? .max
        if rules.sharedNames.contains(record) { for one in series { claim(one.labels, for: index) } }
        for one in series { states[index].recorded.insert(one.labels) }
        publish(&results, series, before: end, of: index, steps)
    }

    /// Notes the earliest failure.
    private func fail(_ results: inout Results, _ index: Int, at time: Int64, _ message: String) {
        let start = (self.time(0) - queryOffset(index)).milliseconds
        let step = (time - start) / file.evaluationInterval.milliseconds
        if let earlier = results.failure, earlier.step <= step { return }
        results.failure = (step, message)
    }

    private func checkLimit(
        _ results: inout Results, _ limit: Int, _ series: [Series], _ index: Int, _ steps: ClosedRange<Int64>
    ) {
        if series.count <= limit { return }
        var counts: [Int64: Int] = [:]
        for one in series { for time in one.timestamps { counts[time, default: 0] += 1 } }
        guard let time = counts.filter({ $0.value > limit }).keys.min(), let count = counts[time] else { return }
        fail(&results, index, at: time, "\(RuleFailure.tooManySeries(limit: limit, count: count))")
    }

    /// Stores series that a rule gave at `steps`, with a marker wherever one ends.
    private func publish(
        _ results: inout Results, _ series: [Series], before end: Int64, of index: Int, _ steps: ClosedRange<Int64>
    ) {
        if series.isEmpty, states[index].lastSeries.isEmpty { return }
        let offset = queryOffset(index).milliseconds
        let times = steps.map { time($0).milliseconds - offset }
        var last: Set<Labels> = []
        var batch: [Series] = []
        for one in series {
            let (marked, isThereAtEnd) = one.marked(
                at: times, wasThere: states[index].lastSeries.contains(one.labels), before: end)
            if isThereAtEnd { last.insert(one.labels) }
            batch.append(marked)
        }
        let given = Set(series.map(\.labels))
        for labels in states[index].lastSeries.subtracting(given).sorted() {
            batch.append(Series(labels: labels, timestamps: [times[0]], values: [StaleMarker.value]))
        }
        states[index].lastSeries = last
        write(&results, batch, of: index)
    }

    /// Appends to the store. A sample that contradicts what is there makes its rule fail, as in Prometheus' storage; that
    /// a marker is not taken does not matter.
    private func write(_ results: inout Results, _ batch: [Series], of index: Int) {
        for rejection in store.append(batch) where batch[rejection.series].isMarker(at: rejection.sample) == false {
            let series = batch[rejection.series]
            fail(
                &results, index, at: series.timestamps[rejection.sample],
                "\(rejection.reason): \(series.labels) at \(series.timestamps[rejection.sample]) ms")
        }
    }

    /// Notes that a rule writes a series; one that another rule writes too is only right step by step.
    private func claim(_ labels: Labels, for index: Int) {
        if playsSingleSteps { return }
        if let owner = owners.updateValue(index, forKey: labels), owner != index { hasClash = true }
    }

    // MARK: alerting rules

    private func takeAlerting(_ results: inout Results, _ index: Int, _ steps: ClosedRange<Int64>) {
        let entry = rules.entries[index]
        guard var core = states[index].alerts, let texts = entry.texts else { return }
        let checked = Set(checkedSteps[entry.rule.name] ?? [])
        let isShared = rules.sharedNames.contains(entry.rule.name)
        defer { states[index].alerts = core }
        if results.series.isEmpty, core.alerts.isEmpty { return }
        var fixed: [Labels?] = Array(repeating: nil, count: results.series.count)
        var cursors = Array(repeating: 0, count: results.series.count)
        var alertSeries = AlertSeriesColumns(labels: entry.labels)
        for step in steps {
            let tick = time(step)
            let queryTime = tick - queryOffset(index)
            var samples: [AlertSample] = []
            for place in results.series.indices {
                let cursor = cursors[place]
                let series = results.series[place]
                guard cursor < series.count, series.timestamps[cursor] == queryTime.milliseconds else { continue }
                cursors[place] += 1
                let value = series.sample(at: cursor)
                let labels =
                    fixed[place]
                    ?? texts.labels(series.labels, texts.data(series.labels, value, test), at: tick) {
                        answer($0, at: tick)
                    }
                if isShared, fixed[place] == nil { claim(labels, for: index) }
                if texts.labelsAreFixed { fixed[place] = labels }
                samples.append(AlertSample(labels: labels, annotations: .empty, value: series.values[cursor]))
                note(index, labels, AlertSource(labels: series.labels, value: value, tick: tick))
            }
            if samples.isEmpty, core.alerts.isEmpty { continue }
            do throws(RuleFailure) { _ = try core.apply(samples, at: tick) } catch {
                results.failure = (step, "\(error)")
                return
            }
            if !states[index].hasFired {
                states[index].hasFired = core.alerts.values.contains { $0.state == .firing }
            }
            if checked.contains(step) {
                let alerts = firingAlerts(core, index)
                firing[step, default: [:]][index] = alerts
                if !alerts.isEmpty { states[index].firedWhereChecked = true }
            }
            if writesAlertSeries { alertSeries.append(core.active, at: queryTime) }
        }
        if writesAlertSeries { publish(&results, alertSeries.series, before: .max, of: index, steps) }
    }

    /// Remembers what an alert's annotations are made of; those that ask queries are made at once.
    private func note(_ index: Int, _ labels: Labels, _ source: AlertSource) {
        var source = source
        if let texts = rules.entries[index].texts, texts.asksForQueries {
            source.annotations = texts.annotations(texts.data(source.labels, source.value, test), at: source.tick) {
                answer($0, at: source.tick)
            }
        }
        states[index].sources[labels] = source
    }

    private func firingAlerts(_ core: AlertingRuleCore, _ index: Int) -> [UnitTestFile.ExpectedAlert] {
        core.active.filter { $0.state == .firing }.map { alert in
            var annotations = Labels.empty
            if let source = states[index].sources[alert.labels], let texts = rules.entries[index].texts {
                annotations =
                    source.annotations
                    ?? texts.annotations(texts.data(source.labels, source.value, test), at: source.tick) { _ in
                        .samples([])
                    }
            }
            return .init(labels: alert.labels, annotations: annotations)
        }
    }
}

/// ALERTS and ALERTS_FOR_STATE of one rule over some steps.
private struct AlertSeriesColumns {
    private var places: [Labels: Int] = [:]
    private(set) var series: [Series] = []
    /// The rule's own.
    private let labels: [(name: String, value: String)]

    init(labels: [(name: String, value: String)]) { self.labels = labels }

    mutating func append(_ alerts: [ActiveAlert], at time: Timestamp) {
        for sample in RuleSeries.samples(of: alerts, at: time, ruleLabels: labels) {
            if let place = places[sample.labels] {
                series[place].append(sample.value, at: time.milliseconds)
            } else {
                places[sample.labels] = series.count
                series.append(sample.series)
            }
        }
    }
}

extension Series {
    /// The first histogram among some samples that no storage takes, and why.
    func firstBrokenHistogram(in places: Range<Int>) -> (place: Int, reason: String)? {
        if histograms.isEmpty { return nil }
        for place in places {
            guard let histogram = histograms[place], !histogram.isStale else { continue }
            do throws(HistogramError) { try histogram.validateStructure() } catch { return (place, error.description) }
            if histogram.positiveBuckets.contains(where: { $0 < 0 })
                || histogram.negativeBuckets.contains(where: { $0 < 0 })
            {
                return (place, "histogram has a bucket whose observation count is negative")
            }
        }
        return nil
    }

    /// Whether the sample ends the series.
    fileprivate func isMarker(at index: Int) -> Bool { StaleMarker.isStale(values[index]) }

    /// Two series with samples at the same time.
    struct Clash: Error { let time: Int64 }

    /// Both as one, in time order.
    func merged(with other: Series) -> Result<Series, Clash> {
        var merged = Series(labels: labels)
        var (left, right) = (0, 0)
        while left < count || right < other.count {
            let (a, b) = (
                left < count ? timestamps[left] : .max, right < other.count ? other.timestamps[right] : .max
            )
            if a == b { return .failure(Clash(time: a)) }
            if a < b {
                merged.append(sample(at: left), at: a)
                left += 1
            } else {
                merged.append(other.sample(at: right), at: b)
                right += 1
            }
        }
        return .success(merged)
    }

    /// The samples before `end` with a staleness marker at each of `times` where there was a sample at the time before
    /// and there is none; and whether there is one at the last time.
    func marked(at times: [Int64], wasThere: Bool, before end: Int64) -> (Series, Bool) {
        if count == times.count, end == .max { return (self, true) }
        var marked = Series(labels: labels)
        var isThere = wasThere
        var cursor = 0
        for time in times where time < end {
            if cursor < count, timestamps[cursor] == time {
                marked.append(sample(at: cursor), at: time)
                cursor += 1
                isThere = true
            } else {
                if isThere { marked.append(.float(StaleMarker.value), at: time) }
                isThere = false
            }
        }
        return (marked, isThere)
    }
}
