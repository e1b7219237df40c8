import Alerts
import Base
import HTTPTransport
import Settings
import YAML

/// One item of `sns_configs`. Texts are templates.
public struct SNSSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "sns"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// Who asks.
    public var signing: AWSCredentials
    /// The templates of single texts, by key.
    public var texts: [String: String]
    var attributes: [(name: String, text: String)]

    /// What the texts are unless a configuration says otherwise.
    public static let defaultTexts: [String: String] = [
        "api_url": "", "topic_arn": "", "target_arn": "", "phone_number": "",
        "subject": "{{ template \"sns.default.subject\" . }}", "message": "{{ template \"sns.default.message\" . }}",
    ]

    /// Reads an item of `sns_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "sns_configs entry") else { return nil }
        http = reader.httpConfig(globals, context)
        sendsResolved = reader.bool("send_resolved") ?? true
        texts = reader.texts(Self.defaultTexts)
        attributes = reader.stringPairs("attributes").map { ($0.name, $0.text) }
        // Which client Alertmanager uses makes no difference here.
        _ = reader.bool("use_aws_http_client")
        signing = reader.mapping("sigv4").map { AWSCredentials($0, context) } ?? AWSCredentials()
        reader.finish()
        let targets = ["topic_arn", "target_arn", "phone_number"].filter { texts[$0]?.isEmpty == false }
        if targets.count != 1 {
            context.decoding.report(
                "must provide either a Target ARN, Topic ARN, or Phone Number for SNS config", at: node)
            return nil
        }
    }
}

extension SNSSettings: HTTPMessageSettings {
    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        let topic = try text("topic_arn", texts)
        let phone = try text("phone_number", texts)
        let target = try text("target_arn", texts)
        let whole = try text("message", texts)
        // In bytes: SNS takes 256 KiB, a short message on a telephone 1600.
        let message = whole.truncated(toBytesExactly: phone.isEmpty ? 262_144 : 1600)
        var all = try renderedAttributes(texts)
        if message != whole { all["truncated"] = "true" }
        var fields = [("Action", "Publish"), ("Version", "2010-03-31"), ("Message", message)]
        for (name, value) in [("TopicArn", topic), ("PhoneNumber", phone), ("TargetArn", target)] where !value.isEmpty {
            fields.append((name, value))
        }
        let subject = try text("subject", texts)
        if !subject.isEmpty { fields.append(("Subject", subject)) }
        if topic.hasSuffix(".fifo") {
            fields += [("MessageDeduplicationId", texts.keyHash), ("MessageGroupId", texts.keyHash)]
        }
        let sorted = all.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (index, attribute) in sorted.enumerated() {
            let prefix = "MessageAttributes.entry.\(index + 1)."
            fields += [
                (prefix + "Name", attribute.key), (prefix + "Value.DataType", "String"),
                (prefix + "Value.StringValue", attribute.value),
            ]
        }
        fields.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
        let credentials: AWSCredentials.Resolved
        do throws(HTTPError) { credentials = try signing.resolved() } catch { throw .credentials(error) }
        let own = try text("api_url", texts)
        let url = own.isEmpty ? "https://sns.\(credentials.region).amazonaws.com/" : own
        var request = HTTPMessage(
            to: url, headers: [HTTPHeader("Content-Type", "application/x-www-form-urlencoded")],
            body: Array(PercentEncoding.form(fields.map { (name: $0.0, value: $0.1) }).utf8))
        request.signature = AWSSignature(region: credentials.region, service: "sns")
        request.authentication = .basic(username: credentials.accessKey, password: credentials.secretKey)
        if let token = credentials.sessionToken {
            request.secretHeaders = [HTTPSecretHeader("X-Amz-Security-Token", token)]
        }
        return [request]
    }

    private func text(_ key: String, _ texts: MessageTexts) throws(MessageError) -> String {
        try texts.text(self.texts[key] ?? "")
    }

    private func renderedAttributes(_ texts: MessageTexts) throws(MessageError) -> [String: String] {
        var all: [String: String] = [:]
        for (name, template) in attributes { all[try texts.text(name)] = try texts.text(template) }
        return all
    }
}

extension String {
    /// The longest beginning of at most `limit` bytes of UTF-8 that cuts no character in half.
    fileprivate func truncated(toBytesExactly limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var count = 0
        let kept = unicodeScalars.prefix { scalar in
            count += UTF8.width(scalar)
            return count <= limit
        }
        return String(String.UnicodeScalarView(kept))
    }
}
