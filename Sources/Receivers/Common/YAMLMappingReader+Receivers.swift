import Base
import Settings
import YAML

extension YAMLMappingReader {
    /// The secret under `key`, `key_file` or `key_env`; empty text counts as none. More than one is reported.
    func credential(_ key: String, _ context: SettingsContext) -> SecretSource? {
        if value(key)?.scalar?.text.isEmpty == true {
            if let path = string(key + "_file"), !path.isEmpty { return .file(context.folder.resolve(path)) }
            if let name = string(key + "_env"), !name.isEmpty { return .environment(name) }
            return nil
        }
        return secret(key, context)
    }

    /// The same where a file may stand beside the text, which then wins.
    func lenientCredential(_ key: String, _ context: SettingsContext) -> SecretSource? {
        guard let text = string(key), !text.isEmpty else { return credential(key, context) }
        _ = (string(key + "_file"), string(key + "_env"))
        return .inline(Secret(text))
    }

    /// An address that must be one when it is there; the text itself.
    func address(_ key: String, _ context: SettingsContext) -> String? {
        guard has(key), let text = string(key), let place = value(key) else { return nil }
        if let problem = AddressCheck.problem(of: text) { context.decoding.report(problem, at: place) }
        return text
    }

    /// A secret address under `key`, `key_file` or `key_env` that must be one when it stands here.
    func secretAddress(_ key: String, _ context: SettingsContext) -> SecretSource? {
        guard let source = secret(key, context) else { return nil }
        // `<secret>` is what a configuration is written out with, so that it can be read again.
        if case .inline(let secret) = source, let place = value(key), secret.reveal() != "<secret>",
            let problem = AddressCheck.problem(of: secret.reveal())
        {
            context.decoding.report(problem, at: place)
        }
        return source
    }

    /// A duration as Go writes it; a bare number counts nanoseconds, as Alertmanager's reader of YAML has it.
    func goDuration(_ key: String, _ context: SettingsContext, allowsNumber: Bool = true) -> Duration? {
        guard let node = value(key) else { return nil }
        if node.isNull { return isZero(node) ? .zero : nil }
        if allowsNumber, let number = node.scalar?.integer { return .nanoseconds(number) }
        guard let text = node.scalar?.text, let duration = GoDuration.parse(text) else {
            context.decoding.report(
                "'\(key)' must be a duration such as 30s or 1h30m, without days and weeks", at: node)
            return nil
        }
        return duration
    }

    /// The texts under the keys of `defaults`, where they are there.
    func texts(_ defaults: [String: String]) -> [String: String] {
        var texts = defaults
        for key in defaults.keys.sorted() { if let text = string(key) { texts[key] = text } }
        return texts
    }

    /// `http_config`, else that of `global`.
    func httpConfig(_ globals: ReceiverGlobals, _ context: SettingsContext) -> HTTPClientSettings {
        mapping("http_config").map { HTTPClientSettings($0, context) } ?? globals.http
    }
}
