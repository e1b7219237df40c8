import Base
import QueryEngine
import TimeSeries

/// What becomes of the results of a group's queries.
extension GroupRunner {
    /// A scalar counts as a vector of one sample without labels.
    static func vector(_ value: QueryValue) throws(RuleFailure) -> [VectorSample] {
        switch value {
        case .vector(let samples): samples
        case .scalar(let number, let time): [VectorSample(labels: .empty, timestamp: time, value: .float(number))]
        case .string, .matrix: throw .wrongType
        }
    }

    func take(
        _ vector: [VectorSample], for index: Int, at tick: Timestamp, queryTime: Timestamp
    ) async throws(RuleFailure) {
        let runtime = rules[index]
        switch runtime.rule.kind {
        case .recording(let record):
            let samples = vector.map {
                RecordedSample(
                    labels: RuleSeries.recorded($0.labels, name: record, ruleLabels: runtime.labels),
                    timestamp: queryTime,
                    value: $0.value)
            }
            guard Set(samples.map(\.labels)).count == samples.count else { throw .duplicateLabels(isAlert: false) }
            if group.limit > 0, samples.count > group.limit {
                throw .tooManySeries(limit: group.limit, count: samples.count)
            }
            try await publish(samples, for: index, at: queryTime)
        case .alerting:
            // Most rules, most of the time: nothing holds and nothing held.
            if vector.isEmpty, runtime.alerting?.alerts.isEmpty ?? true, runtime.lastSeries.isEmpty, past[index] == nil
            {
                return
            }
            guard let templates = try runtime.templates?.get() else { return }
            let expanded = await expander.expand(vector, templates, at: tick)
            try await step(index, expanded, at: tick)
            let active = rules[index].alerting?.active ?? []
            try await publish(
                RuleSeries.samples(of: active, at: queryTime, ruleLabels: rules[index].labels), for: index,
                at: queryTime)
        }
    }

    private func step(_ index: Int, _ samples: [AlertSample], at tick: Timestamp) async throws(RuleFailure) {
        guard var core = rules[index].alerting else { return }
        let before = Array(core.alerts.keys)
        var recalled: [ActiveAlert] = []
        if let past = past[index] {
            recalled = core.recall(
                past, holding: Set(samples.map(\.labels)), at: tick, policy: settings.restorePolicy)
        }
        let outcome = Result { () throws(RuleFailure) in try core.apply(samples, at: tick) }
        // What the source knows of the past waits for a result.
        if case .failure(.duplicateLabels) = outcome { throw .duplicateLabels(isAlert: true) }
        past[index] = nil
        rules[index].alerting = core
        switch outcome {
        case .success(let changes):
            // What was recalled and is as it was is news to the state folder all the same.
            let known = Set(changes.updated.map(\.labels))
            let updated = changes.updated + recalled.filter { !known.contains($0.labels) }
            if updated.isEmpty, changes.removed.isEmpty { return }
            await sink.persist(.init(rule: identity(index), updated: updated, removed: changes.removed))
        case .failure(let failure):
            if case .tooManyAlerts = failure {
                await sink.persist(.init(rule: identity(index), updated: [], removed: before))
            }
            throw failure
        }
    }

    /// Lets later rules and remote write see the samples, and ends the series that are gone.
    ///
    /// A series has one value at a time: what another rule gave it before stays, and the rule is told of as failing; a
    /// marker beside another rule's sample is dropped without a word.
    /// - Throws: ``RuleFailure/notWritten(_:)``; all other samples are written.
    func publish(_ samples: [RecordedSample], for index: Int, at time: Timestamp) async throws(RuleFailure) {
        let now = Set(samples.map(\.labels))
        let all = samples + RuleSeries.staleMarkers(before: rules[index].lastSeries, now: now, at: time)
        rules[index].lastSeries = now
        if all.isEmpty { return }
        let refusals = querier.overlay.refusals(of: all)
        if refusals.isEmpty { return await sink.record(all) }
        await sink.record(all.enumerated().filter { refusals[$0.offset] == nil }.map(\.element))
        let failing = samples.indices.filter { refusals[$0] != nil }
        for place in failing { rules[index].lastSeries.remove(samples[place].labels) }
        if let last = failing.last, let reason = refusals[last] { throw .notWritten(reason) }
    }

    /// Ends series that no rule gives any more, but for those that have a newer sample.
    func end(_ series: Set<Labels>, at time: Timestamp) async {
        let markers = RuleSeries.staleMarkers(before: series, now: [], at: time)
        if markers.isEmpty { return }
        let refusals = querier.overlay.refusals(of: markers, late: true)
        await sink.record(markers.enumerated().filter { refusals[$0.offset] == nil }.map(\.element))
    }

    /// Hands on what is due: what fires, and ends that were not told lately.
    func send(_ index: Int, at time: Timestamp) async {
        guard var core = rules[index].alerting, !core.alerts.isEmpty else { return }
        let due = core.takeDue(at: time, interval: interval, resendDelay: settings.resendDelay)
        rules[index].alerting = core
        if due.isEmpty { return }
        let link = expander.generatorURL(of: rules[index].rule)
        await sink.send(due.map { expander.posted($0, generatorURL: link) })
    }

    func note(
        _ index: Int, at tick: Timestamp, started: ContinuousClock.Instant, samples: Int, warnings: [String],
        failure: RuleFailure?
    ) {
        let evaluation = RuleEvaluation(
            at: tick, duration: ContinuousClock.now - started, samples: samples,
            series: rules[index].lastSeries.count, error: failure?.description)
        rules[index].note(evaluation)
        if !warnings.isEmpty || !rules[index].health.warnings.isEmpty {
            rules[index].health.warnings = warnings
            sink.observe(.warned(identity(index), name: rules[index].rule.name, warnings: warnings))
        }
        sink.observe(
            .rule(
                identity(index), name: rules[index].rule.name, duration: evaluation.duration, samples: samples,
                error: evaluation.error, gaveNothing: failure?.isOfEvaluation ?? false))
    }

    func identity(_ index: Int) -> RuleIdentity {
        RuleIdentity(file: group.file, group: group.name, rule: rules[index].key)
    }
}
