import Settings
import YAML

/// Go's names of versions, cipher suites and curves in GnuTLS' words.
///
/// GnuTLS allows ciphers, key exchanges and hashes one by one: of several suites of TLS 1.2 their combinations are allowed.
enum TLSPriorities {
    private struct Suite {
        let name: String
        let parts: [String]
    }

    private static let suites: [Suite] = {
        var all = [
            Suite(name: "TLS_AES_128_GCM_SHA256", parts: ["+AES-128-GCM", "+AEAD"]),
            Suite(name: "TLS_AES_256_GCM_SHA384", parts: ["+AES-256-GCM", "+AEAD"]),
            Suite(name: "TLS_CHACHA20_POLY1305_SHA256", parts: ["+CHACHA20-POLY1305", "+AEAD"]),
        ]
        for exchange in ["ECDSA", "RSA"] {
            let key = "+ECDHE-\(exchange)"
            let prefix = "TLS_ECDHE_\(exchange)_WITH_"
            all += [
                Suite(name: prefix + "AES_128_CBC_SHA", parts: [key, "+AES-128-CBC", "+SHA1"]),
                Suite(name: prefix + "AES_256_CBC_SHA", parts: [key, "+AES-256-CBC", "+SHA1"]),
                Suite(name: prefix + "AES_128_GCM_SHA256", parts: [key, "+AES-128-GCM", "+AEAD"]),
                Suite(name: prefix + "AES_256_GCM_SHA384", parts: [key, "+AES-256-GCM", "+AEAD"]),
                Suite(name: prefix + "CHACHA20_POLY1305_SHA256", parts: [key, "+CHACHA20-POLY1305", "+AEAD"]),
            ]
        }
        return all
    }()

    private static let curves = [
        (name: "CurveP256", group: "+GROUP-SECP256R1"), (name: "CurveP384", group: "+GROUP-SECP384R1"),
        (name: "CurveP521", group: "+GROUP-SECP521R1"), (name: "X25519", group: "+GROUP-X25519"),
    ]

    /// From `min_version`, `max_version`, `cipher_suites` and `curve_preferences`; reports what is unknown.
    static func read(_ reader: YAMLMappingReader, _ context: SettingsContext) -> String {
        let names = TLSSettings.versionNames.map(\.name)
        let oldest = position("min_version", reader, context, names) ?? 2
        let newest = position("max_version", reader, context, names) ?? 3
        var parts = ["NORMAL", "-VERS-ALL"]
        let words = ["+VERS-TLS1.0", "+VERS-TLS1.1", "+VERS-TLS1.2", "+VERS-TLS1.3"]
        if oldest <= newest {
            parts += words[oldest...newest].reversed()
        } else {
            context.decoding.report("'min_version' is newer than 'max_version'", at: reader.node)
        }
        let wanted = chosen("cipher_suites", reader, context, what: "cipher suite", among: suites.map(\.name))
        // As in Go: the suites of TLS 1.3 cannot be chosen.
        let chosenSuites = suites.filter { wanted.contains($0.name) && $0.name.contains("_WITH_") }
        if !chosenSuites.isEmpty {
            var allowed: [String] = []
            for part in chosenSuites.flatMap(\.parts) where !allowed.contains(part) { allowed.append(part) }
            parts += ["-KX-ALL", "-CIPHER-ALL", "-MAC-ALL"] + allowed
            if newest == 3 {
                let modern = ["+AES-128-GCM", "+AES-256-GCM", "+CHACHA20-POLY1305", "+AEAD"]
                parts += modern.filter { oldest == 3 && !allowed.contains($0) }
            }
        }
        let groups = chosen("curve_preferences", reader, context, what: "curve", among: curves.map(\.name))
        if !groups.isEmpty {
            parts.append("-GROUP-ALL")
            parts += groups.compactMap { name in curves.first { $0.name == name }?.group }
        }
        return parts.joined(separator: ":")
    }

    private static func position(
        _ key: String, _ reader: YAMLMappingReader, _ context: SettingsContext, _ names: [String]
    ) -> Int? {
        guard let text = reader.string(key), !text.isEmpty else { return nil }
        if let index = names.firstIndex(of: text) { return index }
        context.decoding.report(
            "unknown TLS version '\(text)'", at: reader.value(key) ?? reader.node,
            hint: "one of " + names.joined(separator: ", "))
        return nil
    }

    private static func chosen(
        _ key: String, _ reader: YAMLMappingReader, _ context: SettingsContext, what: String, among known: [String]
    ) -> [String] {
        let names = reader.strings(key) ?? []
        for name in names where !known.contains(name) {
            context.decoding.report(
                "unknown \(what) '\(name)'", at: reader.value(key) ?? reader.node,
                hint: "one of " + known.joined(separator: ", "))
        }
        return names
    }
}
