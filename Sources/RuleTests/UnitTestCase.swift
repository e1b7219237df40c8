import Alerts
import Base
import PromQL
import QueryEngine
import RuleFiles
import Ruler
import Synchronization
import TimeSeries

/// One case of a unit-test file: its input is played, rules are evaluated step by step, checks are made.
struct UnitTestCase {
    let file: UnitTestFile
    let test: UnitTestFile.Case
    let groups: [RuleGroup]
    let features: Set<Feature>

    /// What is not as it must be.
    func failures() async -> [ScriptReport.Failure] {
        let last = (test.alerts.map(\.time) + test.expressions.map(\.time)).max() ?? .zero
        guard last.milliseconds / file.evaluationInterval.milliseconds <= UnitTestRunner.maximumEvaluations else {
            return [failure(test.line, "the test asks for more than \(UnitTestRunner.maximumEvaluations) evaluations")]
        }
        let input = PlayedInput(test)
        let overlay = EmbeddedStore()
        var options = QueryOptions()
        options.features = features
        let querier = RuleQuerier(source: input, server: nil, overlay: overlay, options: options)
        var failures = await play(input, querier, until: last)
        if !failures.isEmpty { return failures }
        for check in test.expressions {
            if let wrong = evaluate(check, OverlaySource(overlay: overlay, base: input), input, options) {
                failures.append(failure(check.line, wrong))
            }
        }
        return failures
    }

    private func failure(_ line: Int, _ message: String) -> ScriptReport.Failure {
        .init(file: file.path, line: line, message: message)
    }

    // MARK: rules

    /// Evaluates the rules at every step up to `last`, and checks alerts on the way.
    private func play(_ input: PlayedInput, _ querier: RuleQuerier, until last: Duration) async
        -> [ScriptReport.Failure]
    {
        let step = file.evaluationInterval
        let checks = Dictionary(grouping: test.alerts) { $0.time.milliseconds / step.milliseconds }
        if groups.isEmpty {
            input.limit = test.start + .milliseconds(last.milliseconds / step.milliseconds * step.milliseconds)
            return test.alerts.flatMap { check($0, []) }
        }
        let sink = ErrorSink()
        let ruler = Ruler(sink: sink, clock: ManualClock(now: test.start))
        var settings = RulerSettings()
        settings.evaluationInterval = test.interval
        settings.externalLabels = test.externalLabels
        settings.externalURL = test.externalURL
        // A file for each group, so that the order is the one that was asked for.
        await ruler.load(
            groups.map { RuleFile(path: $0.file, groups: [$0]) }, settings: settings, querier: querier)
        var failures: [ScriptReport.Failure] = []
        for number in 0...(last.milliseconds / step.milliseconds) {
            let offset = Duration.milliseconds(number * step.milliseconds)
            input.limit = test.start + offset
            await ruler.evaluateAll(at: test.start + offset)
            let errors = sink.take()
            if !errors.isEmpty {
                return errors.map {
                    failure(test.line, "rule: \($0.rule), time: \(PrometheusDuration.string(offset)), err: \($0.error)")
                }
            }
            guard let due = checks[number] else { continue }
            let rules = await ruler.status().flatMap(\.rules)
            for alertCheck in due {
                let firing = rules.filter { $0.rule.isAlerting && $0.rule.name == alertCheck.alert }
                    .flatMap(\.alerts).filter { $0.state == .firing }
                failures += check(alertCheck, firing)
            }
        }
        return failures
    }

    private func check(_ check: UnitTestFile.AlertCheck, _ firing: [ActiveAlert]) -> [ScriptReport.Failure] {
        var missing = check.expected
        var surplus = firing.map { UnitTestFile.ExpectedAlert(labels: $0.labels, annotations: $0.annotations) }
        for expected in check.expected {
            guard let place = surplus.firstIndex(where: { Self.meets($0, expected, check.match) }),
                let met = missing.firstIndex(of: expected)
            else { continue }
            surplus.remove(at: place)
            missing.remove(at: met)
        }
        if missing.isEmpty, surplus.isEmpty { return [] }
        var text = "alertname: \(check.alert), time: \(PrometheusDuration.string(check.time))"
        while let expected = missing.first {
            missing.removeFirst()
            if let near = surplus.first {
                surplus.removeFirst()
                text += "\n  differs:" + Self.differences(expected, near, check.match)
            } else {
                text += "\n  missing: \(Self.show(expected))"
            }
        }
        for alert in surplus { text += "\n  not expected: \(Self.show(alert))" }
        return [failure(check.line, text)]
    }

    private static func meets(
        _ got: UnitTestFile.ExpectedAlert, _ expected: UnitTestFile.ExpectedAlert,
        _ match: UnitTestFile.AlertCheck.Match
    ) -> Bool {
        switch match {
        case .exact: got == expected
        case .subset:
            expected.labels.allSatisfy { got.labels.value(of: $0.name) == $0.value }
                && expected.annotations.allSatisfy { got.annotations.value(of: $0.name) == $0.value }
        }
    }

    /// Field by field what is expected and what was got.
    private static func differences(
        _ expected: UnitTestFile.ExpectedAlert, _ got: UnitTestFile.ExpectedAlert,
        _ match: UnitTestFile.AlertCheck.Match
    ) -> String {
        var text = ""
        for (kind, want, have) in [
            ("label", expected.labels, got.labels), ("annotation", expected.annotations, got.annotations),
        ] {
            for (name, value) in want where have[name] != value {
                text += "\n    \(kind) \(name): expected \(GoQuote.quoted(value)), got "
                text += have[name].map { GoQuote.quoted($0) } ?? "none"
            }
            guard match == .exact else { continue }
            for (name, value) in have where want[name] == nil {
                text += "\n    \(kind) \(name): expected none, got \(GoQuote.quoted(value))"
            }
        }
        return text
    }

    private static func show(_ alert: UnitTestFile.ExpectedAlert) -> String {
        "labels \(alert.labels), annotations \(alert.annotations)"
    }

    // MARK: expressions

    private func evaluate(
        _ check: UnitTestFile.ExpressionCheck, _ source: OverlaySource, _ input: PlayedInput, _ options: QueryOptions
    ) -> String? {
        let head = "expr: \(GoQuote.quoted(check.expression)), time: \(PrometheusDuration.string(check.time))"
        let value: QueryValue
        do {
            let expression = try PromQLParser.parse(check.expression, options: .init(features: features))
            let plan = try QueryPlan(
                expression, source: check.expression, kind: .instant(test.start + check.time), options: options)
            let responses = plan.requests.map { source.merge($0, input.select($0)) }
            value = try plan.evaluate(responses: responses).value
        } catch {
            return "\(head), err: \(error)"
        }
        var got: [(labels: Labels, value: SampleValue)]
        switch value {
        case .vector(let samples): got = samples.map { ($0.labels, $0.value) }
        case .scalar(let number, _): got = [(.empty, .float(number))]
        case .string, .matrix: return "\(head), err: rule result is not a vector or scalar"
        }
        got.sort { $0.labels < $1.labels }
        let expected = check.expected.sorted { $0.labels < $1.labels }
        let isEqual =
            got.count == expected.count
            && zip(got, expected).allSatisfy { $0.labels == $1.labels && same($0.value, $1.value) }
        if isEqual { return nil }
        func list(_ lines: [String]) -> String { lines.isEmpty ? " nothing" : lines.map { "\n    " + $0 }.joined() }
        return head + "\n  expected:" + list(expected.map { "\($0.labels) \(Self.show($0.value))" }) + "\n  got:"
            + list(got.map { "\($0.labels) \(Self.show($0.value))" })
    }

    /// Floats exactly, or to the last place; NaN equals nothing, as in promtool. Histograms by their notation.
    private func same(_ got: SampleValue, _ expected: SampleValue) -> Bool {
        switch (got, expected) {
        case (.float(let a), .float(let b)): a == b || file.isFuzzy && (a.nextUp == b || a.nextDown == b)
        case (.histogram(let a), .histogram(let b)): a.compacted.seriesNotation == b.compacted.seriesNotation
        default: false
        }
    }

    private static func show(_ value: SampleValue) -> String {
        switch value {
        case .float(let value): GoFloat.string(value, .general)
        case .histogram(let histogram): histogram.compacted.seriesNotation
        }
    }
}

/// The input of a case, of which nothing is seen that is later than the step being played.
private final class PlayedInput: SeriesSource, Sendable {
    private let store = EmbeddedStore()
    private let bound: Mutex<Timestamp>

    init(_ test: UnitTestFile.Case) {
        bound = Mutex(test.start)
        let step = test.interval.milliseconds
        for input in test.series {
            var series = Series(labels: input.labels)
            for (place, value) in input.values.enumerated() {
                guard let sample = value.sample else { continue }
                series.append(sample, at: test.start.milliseconds &+ Int64(place) &* step)
            }
            store.append([series])
        }
    }

    /// The newest instant that is seen.
    var limit: Timestamp {
        get { bound.withLock { $0 } }
        set { bound.withLock { $0 = newValue } }
    }

    func select(_ request: SeriesRequest) -> SeriesResponse {
        var request = request
        request.end = min(request.end, limit)
        return store.select(request)
    }

    func fetch(_ requests: [SeriesRequest]) async throws -> [SeriesResponse] { requests.map { select($0) } }
}

/// Keeps the errors of rules; all other effects are nobody's business in a test.
private final class ErrorSink: RulerSink, Sendable {
    private let errors = Mutex<[(rule: String, error: String)]>([])

    func take() -> [(rule: String, error: String)] {
        errors.withLock { list in
            defer { list = [] }
            return list
        }
    }

    func persist(_ changes: AlertStateChanges) async {}
    func send(_ alerts: [PostedAlert]) async {}
    func record(_ samples: [RecordedSample]) async {}

    func observe(_ observation: EvaluationObservation) {
        if case .rule(_, let name, _, _, let error?) = observation { errors.withLock { $0.append((name, error)) } }
    }
}
