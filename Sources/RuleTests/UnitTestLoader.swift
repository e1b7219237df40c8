import Base
import TimeSeries
import YAML

/// Reads files of unit tests.
///
/// What is wrong with the file's form refuses the file; what is wrong with the series of one case fails that case.
struct UnitTestLoader {
    private let decoding = YAMLDecoding(passesOverNullKeys: true)
    private let path: String
    /// Why a case cannot be run, by its place among the cases.
    private(set) var broken: [Int: Diagnostic] = [:]
    /// Values of the case being read.
    private var samples = 0
    /// Where each series of the case being read stands.
    private var places: [Labels: Int] = [:]

    init(path: String) { self.path = path }

    /// Reads a document.
    /// - Throws: everything that is wrong with it.
    mutating func load(_ document: YAMLDocument) throws(Diagnostics) -> UnitTestFile {
        var file = UnitTestFile(
            path: path, ruleFiles: [], evaluationInterval: .seconds(60), groupOrder: [], isFuzzy: false, cases: [])
        if let root = document.root, let reader = decoding.mapping(root, as: "unit-test file") {
            file.ruleFiles = reader.strings("rule_files") ?? []
            let interval = reader.duration("evaluation_interval") ?? .zero
            file.evaluationInterval = interval > .zero ? interval : .seconds(60)
            file.groupOrder = reader.strings("group_eval_order") ?? []
            file.isFuzzy = reader.bool("fuzzy_compare") ?? false
            for (place, node) in (reader.list("tests") ?? []).enumerated() {
                if let test = readCase(node, place, file.evaluationInterval) { file.cases.append(test) }
            }
            reader.finish(hints: ["groups": "this is a rule file; name it under rule_files"])
            if Set(file.groupOrder).count != file.groupOrder.count, let node = reader.value("group_eval_order") {
                decoding.report("a group name is repeated in 'group_eval_order'", at: node)
            }
        }
        try decoding.finish()
        return file
    }

    private mutating func readCase(_ node: YAMLNode, _ place: Int, _ evaluationInterval: Duration)
        -> UnitTestFile.Case?
    {
        guard let reader = decoding.mapping(node, as: "test") else { return nil }
        let interval = reader.duration("interval") ?? .zero
        var test = UnitTestFile.Case(
            name: reader.string("name") ?? "", line: node.line,
            interval: interval > .zero ? interval : evaluationInterval, start: .zero, series: [], alerts: [],
            expressions: [], externalLabels: Labels(reader.stringPairs("external_labels").map { ($0.name, $0.text) }),
            externalURL: reader.string("external_url") ?? "")
        if let text = reader.string("start_timestamp"), let node = reader.value("start_timestamp") {
            if let start = Self.timestamp(text) {
                test.start = start
            } else {
                decoding.report("'start_timestamp' must be Unix seconds or RFC 3339, not '\(text)'", at: node)
            }
        }
        samples = 0
        places = [:]
        for item in reader.list("input_series") ?? [] { readInput(item, place, &test) }
        for item in reader.list("alert_rule_test") ?? [] {
            if let check = readAlertCheck(item, place) { test.alerts.append(check) }
        }
        for item in reader.list("promql_expr_test") ?? [] {
            if let check = readExpressionCheck(item, place) { test.expressions.append(check) }
        }
        reader.finish(hints: ["rule_files": "stands at the top of the file"])
        return test
    }

    private mutating func readInput(_ node: YAMLNode, _ place: Int, _ test: inout UnitTestFile.Case) {
        guard let reader = decoding.mapping(node, as: "input series") else { return }
        let series = reader.string("series") ?? ""
        // A block scalar ends with a line break.
        var values = (reader.string("values") ?? "")[...]
        while let last = values.unicodeScalars.last, "\n\r\t ".unicodeScalars.contains(last) {
            values.unicodeScalars.removeLast()
        }
        defer { reader.finish() }
        do throws(SeriesNotationError) {
            if let stray = SeriesNotation.strayPart(series) { throw stray }
            let labels = try SeriesNotation.metric(series)
            if series.isEmpty, !values.isEmpty {
                throw SeriesNotationError(message: "an input series needs a name or labels", offset: 0)
            }
            do throws(SeriesNotationError) {
                samples += try SeriesNotation.read(
                    String(values), maximumValues: SeriesNotation.maximumValues - samples
                ) { _ in
                }
                // Of two lines with the same labels the last one counts.
                let input = UnitTestFile.Input(labels: labels, notation: String(values))
                if let earlier = places.updateValue(test.series.count, forKey: labels) {
                    places[labels] = earlier
                    test.series[earlier] = input
                } else {
                    test.series.append(input)
                }
            } catch {
                fail(place, error, at: reader.value("values") ?? node, "values")
            }
        } catch {
            fail(place, error, at: reader.value("series") ?? node, "series")
        }
    }

    private mutating func fail(_ place: Int, _ error: SeriesNotationError, at node: YAMLNode, _ what: String) {
        let position = node.scalar == nil ? node.position : node.position(ofUTF8Offset: error.offset)
        if broken[place] == nil { broken[place] = Diagnostic("\(what): \(error.message)", at: position) }
    }

    private mutating func readAlertCheck(_ node: YAMLNode, _ place: Int) -> UnitTestFile.AlertCheck? {
        guard let reader = decoding.mapping(node, as: "item of alert_rule_test") else { return nil }
        let name = reader.string("alertname") ?? ""
        var check = UnitTestFile.AlertCheck(
            time: reader.duration("eval_time") ?? .zero, alert: name, expected: [], match: .exact, line: node.line)
        if let text = reader.string("match"), let node = reader.value("match") {
            if let match = UnitTestFile.AlertCheck.Match(rawValue: text) {
                check.match = match
            } else {
                decoding.report("'match' must be exact or subset, not '\(text)'", at: node)
            }
        }
        for item in reader.list("exp_alerts") ?? [] {
            guard let alert = decoding.mapping(item, as: "expected alert") else { continue }
            let labels = alert.stringPairs("exp_labels").map { ($0.name, $0.text) } + [(Labels.alertName, name)]
            check.expected.append(
                .init(
                    labels: Labels(keepingEmpty: labels),
                    annotations: Labels(keepingEmpty: alert.stringPairs("exp_annotations").map { ($0.name, $0.text) })))
            alert.finish()
        }
        reader.finish()
        if name.isEmpty, broken[place] == nil {
            broken[place] = Diagnostic("an item of alert_rule_test needs 'alertname'", at: node.position)
        }
        return check
    }

    private mutating func readExpressionCheck(_ node: YAMLNode, _ place: Int) -> UnitTestFile.ExpressionCheck? {
        guard let reader = decoding.mapping(node, as: "item of promql_expr_test") else { return nil }
        var check = UnitTestFile.ExpressionCheck(
            expression: reader.string("expr") ?? "", time: reader.duration("eval_time") ?? .zero, expected: [],
            line: node.line)
        for item in reader.list("exp_samples") ?? [] {
            guard let sample = decoding.mapping(item, as: "expected sample") else { continue }
            let text = sample.string("labels") ?? ""
            let value = sample.double("value") ?? 0
            let histogram = sample.string("histogram") ?? ""
            sample.finish()
            do throws(SeriesNotationError) {
                let labels = text.isEmpty ? Labels.empty : try SeriesNotation.metric(text)
                var expected = UnitTestFile.ExpectedSample(labels: labels, value: .float(value))
                if !histogram.isEmpty {
                    let read = try SeriesNotation.values(histogram, maximumValues: 100)
                    guard read.count == 1, case .histogram(let one, _)? = read.first else {
                        throw SeriesNotationError(message: "expected one histogram", offset: 0)
                    }
                    expected.value = .histogram(one)
                    expected.strayFloat = value
                }
                check.expected.append(expected)
            } catch {
                fail(place, error, at: item, "expected sample")
            }
        }
        reader.finish()
        return check
    }

    private static func timestamp(_ text: String) -> Timestamp? {
        if let seconds = Double(text), seconds.isFinite { return Timestamp(seconds: seconds) }
        return RFC3339.parse(text)
    }
}
