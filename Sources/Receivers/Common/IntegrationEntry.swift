import Settings
import YAML

/// What every item of a receiver's `…_configs` has, and the reader of the keys that are its own.
struct IntegrationEntry {
    /// The item.
    let node: YAMLNode
    /// For all other keys; ``finish()`` reports those that nobody asked for.
    let reader: YAMLMappingReader
    /// `http_config`, else that of `global`.
    let http: HTTPClientSettings
    /// Whether it hears of ends.
    let sendsResolved: Bool
    private let context: SettingsContext

    /// Reads what all have; nil, reported, when `node` is no mapping.
    init?(
        _ node: YAMLNode, type: String, sendsResolved: Bool, _ globals: ReceiverGlobals, _ context: SettingsContext
    ) {
        guard let reader = context.decoding.mapping(node, as: "\(type)_configs entry") else { return nil }
        self.node = node
        self.reader = reader
        self.context = context
        http = reader.httpConfig(globals, context)
        self.sendsResolved = reader.bool("send_resolved") ?? sendsResolved
    }

    /// Reports keys that nobody has read.
    func finish() { reader.finish() }

    /// The secret address under `webhook_url`, the last key that is read; nil, reported, when there is none.
    func finishedWebhookURL() -> SecretSource? {
        let url = reader.secretAddress("webhook_url", context)
        reader.finish()
        if url == nil {
            context.decoding.report("one of webhook_url or webhook_url_file must be configured", at: node)
        }
        return url
    }
}
