import Base

/// An annotation or label of an alerting rule, read once and expanded for each alert.
public struct RuleTemplate: Sendable {
    /// What Prometheus puts before every template, so that `$labels` and `$value` work.
    static let preamble =
        "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}"
        + "{{$value := .Value}}"

    /// The name errors show, for example `__alert_HighLatency`.
    public let name: String
    /// The text as it was written.
    public let text: String
    private let set: TemplateSet
    /// The text itself when it holds no action; then there is nothing to run.
    private let literal: String?

    /// Reads the template of a rule of this name.
    ///
    /// - Throws: a ``TemplateError`` worded as Prometheus words it; its position counts in `text`.
    public init(alert: String, text: String) throws(TemplateError) {
        name = "__alert_" + alert
        self.text = text
        literal = text.utf8.contains(UInt8(ascii: "{")) ? nil : text
        do throws(TemplateError) {
            set = try TemplateSet(name: name, text: Self.preamble + text, functions: .prometheus)
        } catch { throw Self.withoutPreamble(error) }
    }

    /// What the alert offers to its templates.
    public struct Data: Sendable {
        /// The labels of the sample, the metric name among them.
        public var labels: [String: String]
        /// The labels that the server adds when it sends.
        public var externalLabels: [String: String]
        /// The address of the server.
        public var externalURL: String
        /// The value of the sample; a histogram comes as its text.
        public var value: TemplateValue

        /// The data of an alert with a float value.
        public init(
            labels: [String: String], externalLabels: [String: String] = [:], externalURL: String = "", value: Double
        ) {
            self.labels = labels
            self.externalLabels = externalLabels
            self.externalURL = externalURL
            self.value = .float(value)
        }
    }

    /// Expands the template; a query it asks for and whose answer is not in `answers` ends it with `needs`.
    public func expand(
        _ data: Data, at time: Timestamp, answers: [String: QueryAnswer] = [:],
        limits: TemplateLimits = TemplateLimits()
    ) -> TemplateOutcome {
        if let literal { return .text(literal) }
        let environment = TemplateEnvironment(now: ZonedTime(time), externalURL: data.externalURL, answers: answers)
        let outcome = set.execute(
            name, data: .object(AlertObject(data: data)), environment: environment, limits: limits)
        guard case .failed(let error, let partial) = outcome else { return outcome }
        return .failed(Self.withoutPreamble(error), partial: partial)
    }

    /// The text that stands in the annotation: the result, or what Prometheus writes when expansion failed.
    /// - Returns: nil when an answer is needed first.
    public func annotation(_ outcome: TemplateOutcome) -> String? {
        switch outcome {
        case .text(let text): text
        case .failed(let error, _):
            "<error expanding template: error executing template \(name): \(error.message)>"
        case .needs: nil
        }
    }

    /// What is wrong with the template although it can be read; positions count in its text.
    public var problems: [TemplateError] { self.set.problems.map(Self.withoutPreamble) }

    /// What the template reads: labels by name, and whether it looks at the value or at all labels.
    public var references: TemplateReferences { TemplateReferences(of: set, start: name) }

    private static func withoutPreamble(_ error: TemplateError) -> TemplateError {
        var error = error
        if let position = error.position, position.line == 1 {
            error.position?.column = max(1, position.column - preamble.utf8.count)
        }
        return error
    }
}

/// The data of an alert as templates see it.
private struct AlertObject: TemplateObject {
    let labels: TemplateValue
    let data: RuleTemplate.Data

    init(data: RuleTemplate.Data) {
        self.data = data
        // Every template reads them at least once: in its preamble.
        labels = .strings(data.labels)
    }

    var type: TemplateType {
        TemplateType(
            "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; "
                + "Value interface {} }", .structure)
    }
    var fields: [TemplateField] {
        [
            TemplateField("Labels", labels),
            TemplateField("ExternalLabels", .strings(data.externalLabels)),
            TemplateField("ExternalURL", .string(data.externalURL)),
            TemplateField("Value", data.value, isInterface: true),
        ]
    }
    func field(_ name: String) -> TemplateValue? {
        switch name {
        case "Labels": labels
        case "ExternalLabels": .strings(data.externalLabels)
        case "ExternalURL": .string(data.externalURL)
        case "Value": data.value
        default: nil
        }
    }
}
