import YAML

/// A titled value in a chat message. Both texts are templates.
struct MessageField: Sendable {
    var title: String
    var value: String
    /// Whether it may stand beside another one.
    var isShort: Bool

    /// Reads `fields`.
    /// - Parameter service: the name in messages.
    /// - Parameter short: what `short` is unless a field says so.
    /// - Parameter isComplete: whether a field without title or value is reported.
    static func list(
        _ reader: YAMLMappingReader, service: String, short: Bool, isComplete: Bool, _ decoding: YAMLDecoding
    ) -> [MessageField] {
        (reader.list("fields") ?? []).compactMap { node in
            guard !node.isNull, let reader = decoding.mapping(node, as: "\(service) field") else { return nil }
            defer { reader.finish() }
            let field = MessageField(
                title: reader.string("title") ?? "", value: reader.string("value") ?? "",
                isShort: reader.optionalBool("short") ?? short)
            if isComplete {
                for (name, text) in [("title", field.title), ("value", field.value)] where text.isEmpty {
                    decoding.report("missing \(name) in \(service) field configuration", at: node)
                }
            }
            return field
        }
    }
}
