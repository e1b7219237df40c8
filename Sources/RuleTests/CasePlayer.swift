import Base
import PromQL
import QueryEngine
import RuleFiles
import Ruler
import TimeSeries

/// Plays one case: its input comes in step by step, rules are evaluated on it in their order, expectations are held
/// against what there is then.
///
/// Where no rule reads what a later one writes, many steps are evaluated by one range query a rule; else one step after
/// the other. Both give the same.
final class CasePlayer {
    /// Steps that are evaluated by one query.
    static let stepsPerChunk: Int64 = 2000

    /// What a rule remembers from step to step.
    struct State {
        var alerts: AlertingRuleCore?
        /// Series that the last evaluation gave.
        var lastSeries: Set<Labels> = []
        /// All series that a recording rule ever gave.
        var recorded: Set<Labels> = []
        /// What the annotations of each alert are made of.
        var sources: [Labels: AlertSource] = [:]
        /// Whether one of the alerts was seen firing at any step.
        var hasFired = false
        /// Whether one was at a step where the alert is checked.
        var firedWhereChecked = false
    }

    /// The sample that an alert's annotations are made of, or the annotations themselves.
    struct AlertSource {
        var labels: Labels
        var value: SampleValue
        var tick: Timestamp
        var annotations: Labels?
    }

    let file: UnitTestFile
    let test: UnitTestFile.Case
    let rules: PlayedRules
    let options: QueryOptions
    let store = EmbeddedStore()
    /// Whether ALERTS and ALERTS_FOR_STATE are written: only when somebody may read them.
    let writesAlertSeries: Bool
    let playsSingleSteps: Bool
    /// Which rule writes a series of a name that several rules write.
    var owners: [Labels: Int] = [:]
    /// Whether two rules write one series.
    var hasClash = false
    private var input: [CaseInput]
    var states: [State]
    /// Firing alerts of rules at steps where they are checked, by step and rule.
    var firing: [Int64: [Int: [UnitTestFile.ExpectedAlert]]] = [:]
    /// Steps at which alerts of a name are checked.
    private(set) var checkedSteps: [String: [Int64]] = [:]

    /// Plays a case; gives the player, for what else is to be known of it, and what is not as it must be.
    static func play(
        _ file: UnitTestFile, _ test: UnitTestFile.Case, _ rules: PlayedRules, features: Set<Feature>, singly: Bool
    ) -> (player: CasePlayer, failures: [ScriptReport.Failure]) {
        let player = CasePlayer(file, test, rules, features, singly: singly)
        let failures = player.failures()
        guard player.hasClash else { return (player, failures) }
        // What is written first wins, at each step anew.
        let careful = CasePlayer(file, test, rules, features, singly: true)
        return (careful, careful.failures())
    }

    private init(
        _ file: UnitTestFile, _ test: UnitTestFile.Case, _ rules: PlayedRules, _ features: Set<Feature>, singly: Bool
    ) {
        self.file = file
        self.test = test
        self.rules = rules
        var options = QueryOptions()
        options.features = features
        options.defaultSubqueryStep = file.evaluationInterval
        options.limits.steps = .max
        self.options = options
        input = test.series.map { CaseInput($0, start: test.start, step: test.interval.milliseconds) }
        states = rules.entries.map { entry in
            var state = State()
            if case .alerting(_, let hold, let keep) = entry.rule.kind {
                state.alerts = AlertingRuleCore(
                    holdDuration: hold, keepFiringFor: keep, limit: max(0, entry.group.limit))
            }
            return state
        }
        let names = rules.written.names
        playsSingleSteps =
            singly || rules.needsSingleSteps || test.series.contains { names.contains($0.labels.metricName) }
        writesAlertSeries =
            rules.readAlertSeries || playsSingleSteps && rules.shareAlertNames
            || test.expressions.contains { check in
                guard let expression = try? PromQLParser.parse(check.expression, options: .init(features: features))
                else { return false }
                return WrittenNames.ofAlerts.mayBeRead(by: expression)
            }
        for check in test.alerts {
            checkedSteps[check.alert, default: []].append(Self.step(of: check.time, file))
        }
    }

    /// The step whose evaluation an expectation about alerts at `time` is held against.
    static func step(of time: Duration, _ file: UnitTestFile) -> Int64 {
        time.milliseconds / file.evaluationInterval.milliseconds
    }

    /// When step `number` is.
    func time(_ number: Int64) -> Timestamp {
        test.start + .milliseconds(number * file.evaluationInterval.milliseconds)
    }

    /// The step of the latest expectation.
    var lastStep: Int64 {
        Self.step(of: (test.alerts.map(\.time) + test.expressions.map(\.time)).max() ?? .zero, file)
    }

    // MARK: steps

    /// Plays everything up to the last expectation; what is not as it must be.
    func failures() -> [ScriptReport.Failure] {
        let last = lastStep
        guard last <= UnitTestRunner.maximumEvaluations else {
            return [failure(test.line, "the test asks for more than \(UnitTestRunner.maximumEvaluations) evaluations")]
        }
        var failures: [ScriptReport.Failure] = []
        var pending = test.alerts.sorted { $0.time < $1.time }[...]
        let size = playsSingleSteps ? 1 : Self.stepsPerChunk
        var first: Int64 = 0
        while first <= last {
            let chunk = first...min(last, first + size - 1)
            let broken = play(chunk)
            if hasClash { return [] }
            let end = broken.first.map { $0.step } ?? chunk.upperBound + 1
            while let check = pending.first, Self.step(of: check.time, file) < end {
                pending.removeFirst()
                if let wrong = problem(with: check) { failures.append(failure(check.line, wrong)) }
            }
            if !broken.isEmpty { return failures + broken.map { failure(test.line, $0.message) } }
            firing = [:]
            first = chunk.upperBound + 1
        }
        for check in test.expressions {
            if let wrong = problem(with: check) { failures.append(failure(check.line, wrong)) }
        }
        return failures
    }

    private func failure(_ line: Int, _ message: String) -> ScriptReport.Failure {
        .init(file: file.path, line: line, message: message, testCase: test.name)
    }

    /// Plays some steps.
    /// - Returns: what rules failed with at the first step where one did.
    private func play(_ steps: ClosedRange<Int64>) -> [(step: Int64, message: String)] {
        let now = time(steps.upperBound).milliseconds
        for index in input.indices {
            if let wrong = input[index].pour(upTo: now, into: store) { return [(steps.lowerBound, wrong)] }
        }
        var broken: [(step: Int64, message: String)] = []
        for index in rules.entries.indices {
            let until = min(steps.upperBound, broken.first?.step ?? steps.upperBound)
            var results = evaluate(index, steps.lowerBound...until)
            take(&results, of: index, steps.lowerBound...until)
            guard let failure = results.failure else { continue }
            if let earliest = broken.first?.step, failure.step < earliest { broken = [] }
            let offset = PrometheusDuration.string(time(failure.step) - test.start)
            let name = rules.entries[index].rule.name
            broken.append((failure.step, "rule: \(name), time: \(offset), err: \(failure.message)"))
        }
        return broken
    }

    // MARK: queries

    /// What a rule's expression gave at some steps: samples stand at the times that were asked for, query offset
    /// deducted. Behind a failure there are none.
    struct Results {
        var series: [Series]
        var failure: (step: Int64, message: String)?
    }

    /// How far a rule looks into the past.
    func queryOffset(_ index: Int) -> Duration { rules.entries[index].group.queryOffset ?? .zero }

    private func evaluate(_ index: Int, _ steps: ClosedRange<Int64>) -> Results {
        let entry = rules.entries[index]
        if entry.allowsRange, steps.count > 1 {
            let offset = queryOffset(index)
            let kind = QueryPlan.Kind.range(
                start: time(steps.lowerBound) - offset, end: time(steps.upperBound) - offset,
                step: file.evaluationInterval)
            if case .matrix(let series)? = try? query(entry.rule.expression.expr, kind) {
                return Results(series: series)
            }
        }
        return evaluateSingly(index, steps)
    }

    /// One instant query a step; ends at the first one that fails.
    private func evaluateSingly(_ index: Int, _ steps: ClosedRange<Int64>) -> Results {
        let entry = rules.entries[index]
        var places: [Labels: Int] = [:]
        var results = Results(series: [])
        func append(_ labels: Labels, _ value: SampleValue, _ time: Timestamp) {
            let place = places[labels] ?? results.series.count
            if place == results.series.count {
                places[labels] = place
                results.series.append(Series(labels: labels))
            }
            results.series[place].append(value, at: time.milliseconds)
        }
        for step in steps {
            let time = time(step) - queryOffset(index)
            do throws(QueryError) {
                switch try query(entry.rule.expression.expr, .instant(time)) {
                case .vector(let samples): for sample in samples { append(sample.labels, sample.value, time) }
                case .scalar(let number, _): append(.empty, .float(number), time)
                case .string, .matrix: results.failure = (step, "rule result is not a vector or scalar")
                }
            } catch {
                results.failure = (step, error.message)
            }
            if results.failure != nil { return results }
        }
        return results
    }

    /// The value of an expression over everything that is there by now.
    func query(_ expression: Expr, _ kind: QueryPlan.Kind, source: String = "") throws(QueryError) -> QueryValue {
        let plan = try QueryPlan(expression, source: source, kind: kind, options: options)
        let responses = plan.requests.map { store.select($0) }
        return try plan.evaluate(responses: responses).value
    }
}

/// One series of the input, of which some was poured out.
struct CaseInput {
    private let series: Series
    private var next = 0

    /// Nothing is poured yet.
    init(_ input: UnitTestFile.Input, start: Timestamp, step: Int64) {
        var series = Series(labels: input.labels)
        var time = start.milliseconds
        // It was read before: what cannot be read never comes here.
        _ = try? SeriesNotation.read(input.notation) { value in
            if let sample = value.sample { series.append(sample, at: time) }
            time &+= step
        }
        self.series = series
    }

    /// Appends what is not later than `time` and was not appended before.
    /// - Returns: why no storage takes one of the samples.
    mutating func pour(upTo time: Int64, into store: EmbeddedStore) -> String? {
        let first = next
        while next < series.count, series.timestamps[next] <= time { next += 1 }
        if next == first { return nil }
        if let (_, reason) = series.firstBrokenHistogram(in: first..<next) {
            return "input series \(series.labels): \(reason)"
        }
        store.append([first == 0 && next == series.count ? series : series.part(first..<next)])
        return nil
    }
}

extension Series {
    /// The samples at these places.
    func part(_ places: Range<Int>) -> Series {
        Series(
            labels: labels, timestamps: Array(timestamps[places]), values: Array(values[places]),
            histograms: histograms.isEmpty ? [] : Array(histograms[places]),
            startTimestamps: startTimestamps.isEmpty ? [] : Array(startTimestamps[places]))
    }
}
