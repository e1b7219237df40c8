import Alerts
import Base
import HTTPTransport
import JSON
import Settings
import YAML

/// One item of `telegram_configs`.
public struct TelegramSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "telegram"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// The base of the API.
    public var url: String
    /// The bot's token.
    public var token: SecretSource
    /// The chat; from a file it is read at each use.
    public var chat: SecretSource
    /// The topic within the chat; 0 for none.
    public var thread = 0
    /// The text, a template.
    public var message: String
    /// Whether it arrives silently.
    public var isSilent = false
    /// How Telegram reads the text; empty for plain.
    public var parseMode: String

    private static let parseModes = ["", "Markdown", "MarkdownV2", "HTML"]

    /// Reads an item of `telegram_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "telegram_configs entry") else { return nil }
        http = reader.httpConfig(globals, context)
        sendsResolved = reader.bool("send_resolved") ?? true
        url = reader.address("api_url", context) ?? globals.addresses.telegram
        message = reader.string("message") ?? "{{ template \"telegram.default.message\" . }}"
        isSilent = reader.bool("disable_notifications") ?? false
        parseMode = reader.string("parse_mode") ?? "HTML"
        thread = reader.int("message_thread_id") ?? 0
        let ownToken = reader.credential("bot_token", context)
        let chatFile = reader.string("chat_id_file") ?? ""
        let chatID = reader.int("chat_id") ?? 0
        reader.finish()
        if !Self.parseModes.contains(parseMode) {
            context.decoding.report(
                "unknown parse_mode on telegram_config, must be Markdown, MarkdownV2, HTML or empty string",
                at: reader.value("parse_mode") ?? node)
        }
        if chatID != 0, !chatFile.isEmpty {
            context.decoding.report("at most one of chat_id & chat_id_file must be configured", at: node)
        } else if chatID == 0, chatFile.isEmpty {
            context.decoding.report("missing chat_id or chat_id_file on telegram_config", at: node)
        }
        chat = chatFile.isEmpty ? .inline(Secret(String(chatID))) : .file(context.folder.resolve(chatFile))
        guard let token = ownToken ?? globals.telegramToken else {
            context.decoding.report("missing bot_token or bot_token_file on telegram_config", at: node)
            return nil
        }
        self.token = token
    }
}

extension TelegramSettings: HTTPMessageSettings {
    private static let limit = 4096
    private static let tooLong =
        "Alertmanager notification could not be sent: message length exceeds Telegram limits.\n\t\t\t"
        + "Please check the template used for producing the message content."

    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        var text = try parseMode == "HTML" ? texts.html(message) : texts.text(message)
        if text.unicodeScalars.count > Self.limit {
            // Cut markup would be refused.
            text = parseMode.isEmpty ? text.truncated(to: Self.limit) : Self.tooLong
        }
        guard let number = Int64(try texts.secret(chat).reveal()) else { throw .refused("chat_id_file has no number") }
        var json = JSONWriter()
        json.beginObject()
        json.member("chat_id", String(number))
        if isSilent { json.member("disable_notification", "true") }
        json.member("disable_web_page_preview", "true")
        if thread != 0 { json.member("message_thread_id", String(thread)) }
        json.optional("parse_mode", parseMode)
        json.member("text", text)
        json.endObject()
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        return [HTTPMessage(to: "\(base)/bot\(try texts.secret(token).reveal())/sendMessage", json: json)]
    }

    /// Whatever Telegram says no to is tried again, as Alertmanager does.
    func result(of response: HTTPResponse) -> DeliveryResult {
        let answer = try? JSONValue(parsing: response.body)
        if answer?["ok"]?.bool == true { return .delivered }
        let said = answer?["description"]?.string.map { String($0.prefix(256)) } ?? DeliveryRules.said(response)
        return .temporary("telegram: \(said) (\(response.status))")
    }
}
