import Alerts
import Base
import GoTemplate
import QueryEngine
import RuleFiles
import TimeSeries

/// The templates of one alerting rule, read once.
struct AlertTemplates: Sendable {
    let alert: String
    let labels: [(name: String, template: RuleTemplate)]
    let annotations: [(name: String, template: RuleTemplate)]

    /// - Throws: a template that does not parse; the loader refuses such rules, so this is the loader's own error.
    init(rule: Rule, labels: [(name: String, value: String)]) throws(TemplateError) {
        alert = rule.name
        self.labels = try Self.parsed(labels, alert: rule.name)
        annotations = try Self.parsed(rule.annotations.map { ($0.name, $0.text) }, alert: rule.name)
    }

    private static func parsed(
        _ fields: [(name: String, value: String)], alert: String
    ) throws(TemplateError) -> [(name: String, template: RuleTemplate)] {
        var parsed: [(name: String, template: RuleTemplate)] = []
        for field in fields { parsed.append((field.name, try RuleTemplate(alert: alert, text: field.value))) }
        return parsed
    }
}

/// Turns samples of an alerting rule into alerts: labels and annotations expanded, queries of templates answered.
struct AlertExpander: Sendable {
    /// How often a template may ask for another query's answer.
    static let rounds = 20

    let settings: RulerSettings
    let querier: RuleQuerier
    let recorded: RecordedNames

    /// One alert a sample; all queries of the tick's templates are answered at the tick, whatever the group's `query_offset`,
    /// each once.
    ///
    /// - Source: observed on promtool 3.5.3.
    func expand(
        _ vector: [VectorSample], _ templates: AlertTemplates, at tick: Timestamp
    ) async -> [AlertSample] {
        var answers: [String: QueryAnswer] = [:]
        var samples: [AlertSample] = []
        let external = Dictionary(settings.externalLabels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        for sample in vector {
            let value = if case .float(let float) = sample.value { float } else { 0.0 }
            let own = Dictionary(sample.labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            var data = RuleTemplate.Data(
                labels: own, externalLabels: external, externalURL: settings.externalURL, value: value)
            data.value = .sample(sample.value)
            var labels = LabelsBuilder(sample.labels.droppingMetricName)
            for (name, template) in templates.labels {
                labels[name] = await text(template, data, at: tick, &answers)
            }
            labels[Labels.alertName] = templates.alert
            var annotations: [(String, String)] = []
            for (name, template) in templates.annotations {
                annotations.append((name, await text(template, data, at: tick, &answers)))
            }
            samples.append(
                AlertSample(labels: labels.labels, annotations: Labels(keepingEmpty: annotations), value: value))
        }
        return samples
    }

    private func text(
        _ template: RuleTemplate, _ data: RuleTemplate.Data, at tick: Timestamp,
        _ answers: inout [String: QueryAnswer]
    ) async -> String {
        for _ in 0..<Self.rounds {
            let outcome = template.expand(data, at: tick, answers: answers)
            if let text = template.annotation(outcome) { return text }
            guard case .needs(let query, _) = outcome else { break }
            answers[query] = await answer(query, at: tick)
        }
        return "<error expanding template: error executing template \(template.name): more than \(Self.rounds) queries>"
    }

    private func answer(_ query: String, at time: Timestamp) async -> QueryAnswer {
        do throws(RuleFailure) {
            return try await querier.query(query, at: time, recorded: recorded).value.templateAnswer
        } catch {
            return .failure("\(error)")
        }
    }

    /// Where a click on the alert leads: the expression in the server's graph page.
    ///
    /// - Source: prometheus/prometheus util/strutil, TableLinkForExpression.
    func generatorURL(of rule: Rule) -> String {
        settings.externalURL + "/graph?g0.expr=" + GoEscape.query("\(rule.expression.expr)") + "&g0.tab=1"
    }

    /// The alert as it leaves: external labels added where it has none of that name, its end in the future while it fires.
    func posted(_ alert: ActiveAlert, generatorURL: String) -> PostedAlert {
        var labels = LabelsBuilder(alert.labels)
        for (name, value) in settings.externalLabels where labels[name] == nil { labels[name] = value }
        return PostedAlert(
            labels: labels.labels, annotations: alert.annotations, startsAt: alert.firedAt ?? alert.activeAt,
            endsAt: alert.resolvedAt ?? alert.validUntil, generatorURL: generatorURL)
    }
}
