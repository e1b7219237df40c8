import Base
import GoTemplate
import QueryEngine
import RuleFiles
import Ruler
import TimeSeries

/// The labels and annotations that an alerting rule gives its alerts, their templates read once.
struct AlertTexts: Sendable {
    /// Answers a query of a template.
    typealias Answering = (String) -> QueryAnswer

    /// How often one template may ask for another query's answer.
    static let rounds = 20

    private let alert: String
    private let labels: [(name: String, template: RuleTemplate)]
    private let annotations: [(name: String, template: RuleTemplate)]
    /// Whether a template asks for a query: what it gets depends on what other rules have recorded by then.
    let asksForQueries: Bool
    /// Whether an alert's labels depend on nothing but its series' labels.
    let labelsAreFixed: Bool
    /// Queries that are known without running.
    let queries: [String]

    /// - Throws: a template that cannot be read; the loader refuses such rules.
    init(_ rule: Rule, in group: RuleGroup) throws(TemplateError) {
        alert = rule.name
        let fields = rule.labels(in: group)
        labels = try Self.parsed(fields, alert: rule.name)
        annotations = try Self.parsed(rule.annotations, alert: rule.name)
        let references = (labels + annotations).map(\.template.references)
        asksForQueries = references.contains { $0.functions.contains("query") }
        queries = references.flatMap(\.queries)
        labelsAreFixed = fields.allSatisfy { !$0.text.utf8.contains(UInt8(ascii: "{")) }
    }

    private static func parsed(
        _ fields: [RuleField], alert: String
    ) throws(TemplateError) -> [(name: String, template: RuleTemplate)] {
        var parsed: [(name: String, template: RuleTemplate)] = []
        for field in fields { parsed.append((field.name, try RuleTemplate(alert: alert, text: field.text))) }
        return parsed
    }

    /// What templates see of a sample.
    func data(_ labels: Labels, _ value: SampleValue, _ test: UnitTestFile.Case) -> RuleTemplate.Data {
        let own = Dictionary(labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        let external = Dictionary(test.externalLabels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        var data = RuleTemplate.Data(labels: own, externalLabels: external, externalURL: test.externalURL, value: 0)
        data.value = .sample(value)
        return data
    }

    /// The whole label set of the alert of a sample.
    func labels(_ sample: Labels, _ data: @autoclosure () -> RuleTemplate.Data, at tick: Timestamp, _ answer: Answering)
        -> Labels
    {
        var builder = LabelsBuilder(sample.droppingMetricName)
        if !labels.isEmpty {
            let data = data()
            for (name, template) in labels { builder[name] = Self.text(template, data, at: tick, answer) }
        }
        builder[Labels.alertName] = alert
        return builder.labels
    }

    /// The annotations of the alert of a sample.
    func annotations(_ data: RuleTemplate.Data, at tick: Timestamp, _ answer: Answering) -> Labels {
        Labels(keepingEmpty: annotations.map { ($0.name, Self.text($0.template, data, at: tick, answer)) })
    }

    private static func text(
        _ template: RuleTemplate, _ data: RuleTemplate.Data, at tick: Timestamp, _ answer: Answering
    ) -> String {
        var answers: [String: QueryAnswer] = [:]
        for _ in 0..<rounds {
            let outcome = template.expand(data, at: tick, answers: answers)
            if let text = template.annotation(outcome) { return text }
            guard case .needs(let query, _) = outcome else { break }
            answers[query] = answer(query)
        }
        return "<error expanding template: error executing template \(template.name): more than \(rounds) queries>"
    }
}
