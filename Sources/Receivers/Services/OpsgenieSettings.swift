import Base
import GoTemplate
import HTTPTransport
import Settings
import YAML

/// One item of `opsgenie_configs`. Texts are templates.
public struct OpsgenieSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "opsgenie"

    /// Who is to be told.
    struct Responder: Sendable {
        var id: String
        var name: String
        var username: String
        var type: String
    }

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// What shows who we are.
    public var apiKey: SecretSource
    /// The base of the API.
    public var url: String
    /// The templates of single texts, by key.
    public var texts: [String: String]
    var details: [(name: String, text: String)]
    var responders: [Responder] = []
    /// Whether a message that is there already gets the new texts.
    public var updatesAlerts = false

    /// What the texts are unless a configuration says otherwise.
    public static let defaultTexts: [String: String] = [
        "message": "{{ template \"opsgenie.default.message\" . }}",
        "description": "{{ template \"opsgenie.default.description\" . }}",
        "source": "{{ template \"opsgenie.default.source\" . }}",
        "entity": "", "actions": "", "tags": "", "note": "", "priority": "",
    ]

    private static let responderTypes = ["team", "teams", "user", "escalation", "schedule"]

    /// Reads an item of `opsgenie_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "opsgenie_configs entry") else { return nil }
        http = reader.httpConfig(globals, context)
        sendsResolved = reader.bool("send_resolved") ?? true
        url = reader.address("api_url", context) ?? globals.addresses.opsgenie
        texts = reader.texts(Self.defaultTexts)
        details = reader.stringPairs("details").map { ($0.name, $0.text) }
        updatesAlerts = reader.bool("update_alerts") ?? false
        responders = (reader.list("responders") ?? []).compactMap { Self.responder($0, context.decoding) }
        let own = reader.credential("api_key", context)
        reader.finish()
        guard let key = own.overridden(by: globals.opsgenieKey) else {
            context.decoding.report("no global OpsGenie API Key set either inline or in a file", at: node)
            return nil
        }
        apiKey = key
    }

    private static func responder(_ node: YAMLNode, _ decoding: YAMLDecoding) -> Responder? {
        guard let reader = decoding.mapping(node, as: "Opsgenie responder") else { return nil }
        let responder = Responder(
            id: reader.string("id") ?? "", name: reader.string("name") ?? "",
            username: reader.string("username") ?? "", type: reader.string("type") ?? "")
        reader.finish()
        if responder.id.isEmpty, responder.name.isEmpty, responder.username.isEmpty {
            decoding.report("an Opsgenie responder has to have at least one of id, username or name", at: node)
        }
        if responder.type.contains("{{") {
            do { _ = try TemplateSet(name: "", text: responder.type) } catch {
                decoding.report("a responder's type is no template: \(error.message)", at: reader.value("type") ?? node)
            }
        } else if !responderTypes.contains(responder.type.lowercased()) {
            decoding.report(
                "a responder's type must be one of \(responderTypes.joined(separator: ", "))",
                at: reader.value("type") ?? node)
        }
        return responder
    }
}

extension SecretSource? {
    /// The global secret takes the place of one that is missing; one that stands in the global section itself wins even
    /// over a section's own file, as in Alertmanager.
    func overridden(by global: SecretSource?) -> SecretSource? {
        guard let own = self else { return global }
        if case .inline = own { return own }
        if case .inline = global { return global }
        return own
    }
}
