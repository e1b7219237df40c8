import Base
import Receivers
import Settings
import YAML

/// A section `event_recorder`: where the daemon writes down what it decides, one JSON object an event.
///
/// - Source: Alertmanager 0.33's event recorder; `stdout_outputs` and `name` are those of 0.34.
struct EventRecorderSettings: Sendable {
    /// `webhook_outputs`
    struct Webhook: Sendable, Hashable {
        /// Where events are posted.
        var url: SecretSource
        /// How to talk.
        var http = HTTPClientSettings()
        /// How long an attempt may take.
        var timeout: Duration = .seconds(10)
        /// How many events are under way at once.
        var workers = 4
        /// Attempts for an event.
        var attempts = 3
        /// The pause behind the first failed attempt; it doubles from one to the next.
        var backoff: Duration = .milliseconds(500)
    }

    /// One destination.
    enum Output: Sendable, Hashable {
        /// A file that lines are appended to.
        case file(String)
        case webhook(Webhook)
        case standardOutput
    }

    /// In the order of the text.
    var outputs: [Output] = []

    /// Nothing is recorded.
    init() {}

    /// Reads the section; reports what is wrong with it.
    init(_ node: YAMLNode, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "'event_recorder'") else { return }
        for item in reader.list("file_outputs") ?? [] where !item.isNull {
            guard let output = context.decoding.mapping(item, as: "file output") else { continue }
            let path = output.string("path") ?? ""
            _ = output.string("name")
            output.finish()
            if path.isEmpty {
                context.decoding.report("event_recorder file output requires a path", at: item)
            } else {
                outputs.append(.file(context.folder.resolve(path)))
            }
        }
        for item in reader.list("webhook_outputs") ?? [] where !item.isNull {
            if let webhook = Self.webhook(item, context) { outputs.append(.webhook(webhook)) }
        }
        for item in reader.list("stdout_outputs") ?? [] {
            guard let output = context.decoding.mapping(item, as: "standard output") else { continue }
            _ = output.string("name")
            output.finish()
            outputs.append(.standardOutput)
        }
        context.refuse("kafka_outputs", in: reader, "events go to files, webhooks and standard output")
        reader.finish()
    }

    private static func webhook(_ node: YAMLNode, _ context: SettingsContext) -> Webhook? {
        guard let reader = context.decoding.mapping(node, as: "webhook output") else { return nil }
        _ = reader.string("name")
        let place = reader.value("url")
        let url = reader.string("url")
        let file = reader.secret("url", context)
        var webhook = Webhook(url: file ?? .inline(Secret("")))
        if let section = reader.mapping("http_config") { webhook.http = HTTPClientSettings(section, context) }
        webhook.timeout = positive(reader.duration("timeout")) ?? webhook.timeout
        webhook.workers = positive(reader.int("workers")) ?? webhook.workers
        webhook.attempts = positive(reader.int("max_retries")) ?? webhook.attempts
        webhook.backoff = positive(reader.duration("retry_backoff")) ?? webhook.backoff
        reader.finish()
        if file == nil {
            context.decoding.report("event_recorder webhook output requires a url", at: node)
            return nil
        }
        if let url, url != "<secret>", let place, let problem = AddressCheck.problem(of: url) {
            context.decoding.report("invalid URL: \(problem)", at: place)
            return nil
        }
        return webhook
    }

    /// What counts as said: as in Alertmanager zero and less stand for the default.
    private static func positive<Number: Comparable & AdditiveArithmetic>(_ number: Number?) -> Number? {
        number.flatMap { $0 > .zero ? $0 : nil }
    }
}
