import Base
import RegularExpressions
import YAML

extension LintConfiguration {
    /// Reads the text of a `.ruleval-lint.yml`.
    /// - Throws: Everything wrong with it, with its place.
    public init(parsing text: String, file: String) throws(Diagnostics) {
        try self.init(document: YAMLDocument(parsing: text, file: file), path: file)
    }

    /// Reads a `.ruleval-lint.yml`.
    /// - Throws: Everything wrong with it, with its place.
    public init(document: YAMLDocument, path: String) throws(Diagnostics) {
        self.init()
        self.path = path
        guard let root = document.root else { return }
        let decoding = YAMLDecoding()
        if let reader = decoding.mapping(root, as: "a lint configuration") { read(reader, decoding) }
        try decoding.finish()
    }

    private mutating func read(_ reader: YAMLMappingReader, _ decoding: YAMLDecoding) {
        requiredLabels = Self.requirements(reader, "required_labels", decoding)
        requiredAnnotations = Self.requirements(reader, "required_annotations", decoding)
        if !requiredLabels.isEmpty { switches[RequiredLabelsCheck.name] = true }
        if !requiredAnnotations.isEmpty { switches[RequiredAnnotationsCheck.name] = true }
        if let patterns = reader.mapping("names") {
            names.alert = Self.pattern(patterns, "alert", decoding)
            names.recording = Self.pattern(patterns, "recording", decoding)
            names.group = Self.pattern(patterns, "group", decoding)
            patterns.finish()
            switches[NamingCheck.name] = true
        }
        for (key, isOn) in [("enable", true), ("disable", false)] {
            for node in reader.list(key) ?? [] {
                guard let name = decoding.string(node, as: "an item of '\(key)'") else { continue }
                if name == "all" {
                    for check in RuleCheckRegistry.descriptions { switches[check.name] = isOn }
                } else if Self.isCheck(name, at: node, decoding) {
                    switches[name] = isOn
                }
            }
        }
        for pair in reader.stringPairs("severity") where Self.isCheck(pair.name, at: pair.nameNode, decoding) {
            if let severity = Diagnostic.Severity(rawValue: pair.text) {
                severities[pair.name] = severity
            } else {
                decoding.report(
                    "the severity of '\(pair.name)' is error, warning or info, not '\(pair.text)'", at: pair.textNode)
            }
        }
        readThresholds(reader, decoding)
        evaluationInterval = reader.duration("evaluation_interval")
        reader.finish(hints: Self.hints)
    }

    private mutating func readThresholds(_ reader: YAMLMappingReader, _ decoding: YAMLDecoding) {
        guard let checks = reader.mapping("thresholds") else { return }
        for name in checks.keys {
            guard let node = checks.value(name), let key = checks.keyNode(name), Self.isCheck(name, at: key, decoding),
                let known = RuleCheckRegistry.description(of: name)?.thresholds,
                let values = decoding.mapping(node, as: "the thresholds of '\(name)'")
            else { continue }
            if known.isEmpty { decoding.report("'\(name)' has no thresholds", at: key) }
            for threshold in known {
                if let value = values.double(threshold.name) { thresholds[name, default: [:]][threshold.name] = value }
            }
            values.finish()
        }
    }

    private static func isCheck(_ name: String, at node: YAMLNode, _ decoding: YAMLDecoding) -> Bool {
        if RuleCheckRegistry.description(of: name) != nil { return true }
        let nearest = NearMiss.best(for: name, among: RuleCheckRegistry.descriptions.map(\.name))
        decoding.report("there is no check '\(name)'", at: node, hint: nearest.map { "did you mean '\($0)'?" })
        return false
    }

    private static func requirements(
        _ reader: YAMLMappingReader, _ key: String, _ decoding: YAMLDecoding
    ) -> [Requirement] {
        reader.stringPairs(key).compactMap { pair in
            compiled(pair.text.isEmpty ? ".+" : pair.text, at: pair.textNode, decoding)
                .map { Requirement(name: pair.name, pattern: $0) }
        }
    }

    private static func pattern(
        _ reader: YAMLMappingReader, _ key: String, _ decoding: YAMLDecoding
    ) -> RegularExpression? {
        guard let text = reader.string(key), let node = reader.value(key) else { return nil }
        return compiled(text, at: node, decoding)
    }

    private static func compiled(_ text: String, at node: YAMLNode, _ decoding: YAMLDecoding) -> RegularExpression? {
        do throws(RegularExpressionError) { return try RegularExpression(text, anchored: true) } catch {
            decoding.report("not a regular expression: \(error)", at: node)
            return nil
        }
    }

    private static let hints = [
        "labels": "it is called required_labels", "annotations": "it is called required_annotations",
        "naming": "it is called names", "interval": "it is called evaluation_interval",
        "severities": "it is called severity", "ignore": "it is called disable",
        "checks": "there are enable and disable",
    ]
}
