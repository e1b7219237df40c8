import Alerts
import YAML

extension InhibitRule {
    /// Reads one item of `inhibit_rules`.
    init?(_ node: YAMLNode, in decoding: YAMLDecoding) {
        guard let reader = decoding.mapping(node, as: "inhibit rule") else { return nil }
        let name = reader.string("name") ?? ""
        let sourceMatchers = MatcherDecoder.matchers(reader, prefix: "source_", in: decoding)
        let targetMatchers = MatcherDecoder.matchers(reader, prefix: "target_", in: decoding)
        let equal = Self.names(reader, "equal", of: "equal list", in: decoding)
        let sources = (reader.list("sources") ?? []).compactMap { Self.source($0, in: decoding) }
        reader.finish()
        if sources.isEmpty {
            self.init(name: name, sourceMatchers: sourceMatchers, targetMatchers: targetMatchers, equal: equal)
            return
        }
        let others = ["source_match", "source_match_re", "source_matchers", "equal"]
        if let other = others.first(where: { Self.hasContent(reader.value($0)) }), let key = reader.keyNode(other) {
            decoding.report(
                "sources cannot be combined with source_match, source_match_re, source_matchers, or equal", at: key)
        }
        self.init(name: name, sources: sources, targetMatchers: targetMatchers)
    }

    private static func hasContent(_ node: YAMLNode?) -> Bool {
        !(node?.mapping ?? []).isEmpty || !(node?.sequence ?? []).isEmpty
    }

    private static func source(_ node: YAMLNode, in decoding: YAMLDecoding) -> Source? {
        guard let reader = decoding.mapping(node, as: "source of an inhibit rule") else { return nil }
        let source = Source(
            matchers: MatcherDecoder.list(reader, "matchers", in: decoding),
            equal: names(reader, "equal", of: "source equal list", in: decoding))
        reader.finish()
        if source.matchers.isEmpty {
            decoding.report("matchers of a source must not be empty", at: reader.keyNode("matchers") ?? node)
        } else if source.matchers.allSatisfy(\.matchesEmpty) {
            decoding.report(
                "at least one matcher of a source must not match the empty string",
                at: reader.value("matchers") ?? node)
        }
        return source
    }

    private static func names(
        _ reader: YAMLMappingReader, _ key: String, of what: String, in decoding: YAMLDecoding
    ) -> [String] {
        (reader.list(key) ?? []).map { item in
            let name = decoding.string(item, as: "an item of '\(key)'") ?? ""
            if name.isEmpty, item.isNull || item.scalar != nil {
                decoding.report("invalid label name \"\" in \(what)", at: item)
            }
            return name
        }
    }
}
