import Base
internal import CYAML

/// Turns libyaml's events of the first document into a tree; bounded, not recursive.
struct YAMLTreeBuilder {
    let source: YAMLSource
    private let limits: YAMLDocument.Limits
    let offsets: YAMLCharacterOffsets
    private let readsAll: Bool
    private(set) var root: YAMLNode?
    /// What the documents hold that have ended.
    private(set) var roots: [YAMLNode] = []
    var comments: [YAMLComment] = []
    private(set) var nextDocument: SourcePosition?
    var problems: [Diagnostic] = []
    private var stack: [Frame] = []
    private var anchors: [String: Anchor] = [:]
    private var nodes = 0
    private var aliased = 0
    var commentsFrom = 0
    /// Whether byte order marks stand amid the text.
    private var hasInnerMarks = false

    /// A list or mapping whose end has not been met.
    private struct Frame {
        var isMapping: Bool
        var isFlow: Bool
        var start: Int
        var anchor: String?
        var items: [YAMLNode] = []
        var pairs: [YAMLPair] = []
        var key: YAMLNode?
        var size = 1
        var height = 1
    }

    /// What an anchor names: the last list, mapping or scalar that it was written before.
    private enum Anchor {
        /// One that begins at this byte and has not ended.
        case open(start: Int)
        /// A whole one, how many values it is when copied, and how deep.
        case known(YAMLNode, size: Int, height: Int)
    }

    init(source: YAMLSource, limits: YAMLDocument.Limits, readsAll: Bool = false) {
        self.source = source
        self.readsAll = readsAll
        self.limits = limits
        offsets = YAMLCharacterOffsets(source.bytes)
    }

    mutating func run() throws(Diagnostics) {
        if source.bytes.isEmpty { return }
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else { throw Diagnostics([Diagnostic("out of memory")]) }
        defer { yaml_parser_delete(parser) }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        let parsed = withoutInnerMarks()
        let failure = parsed.withUnsafeBufferPointer { buffer -> Diagnostic? in
            yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            do throws(Diagnostic) {
                try readEvents(parser)
                return nil
            } catch { return error }
        }
        if let failure { throw Diagnostics(problems + [failure]) }
        if !problems.isEmpty { throw Diagnostics(problems) }
    }

    private mutating func readEvents(_ parser: UnsafeMutablePointer<yaml_parser_t>) throws(Diagnostic) {
        var event = yaml_event_t()
        while true {
            guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError(parser.pointee) }
            defer { yaml_event_delete(&event) }
            switch event.type {
            case YAML_STREAM_END_EVENT, YAML_NO_EVENT:
                collectComments(upTo: source.bytes.count)
                return
            case YAML_DOCUMENT_END_EVENT:
                collectComments(upTo: offset(event.end_mark))
                if let root { roots.append(root) }
                if readsAll {
                    root = nil
                    anchors = [:]
                    continue
                }
                var next = yaml_event_t()
                if yaml_parser_parse(parser, &next) == 1 {
                    if next.type == YAML_DOCUMENT_START_EVENT {
                        nextDocument = source.position(ofUTF8Offset: offset(next.start_mark))
                    }
                    yaml_event_delete(&next)
                } else if event.data.document_end.implicit == 1,
                    let rest = behindDirectives(from: offset(event.end_mark)),
                    opensCollection(at: rest) || parser.pointee.error == YAML_SCANNER_ERROR
                {
                    // Not a document's end to Go's package, which reads a little ahead.
                    throw syntaxError(parser.pointee)
                }
                return
            case YAML_DOCUMENT_START_EVENT:
                if let version = event.data.document_start.version_directive?.pointee, version.minor != 1 {
                    throw Diagnostic(
                        "YAML \(version.major).\(version.minor) is not read, only 1.1",
                        at: source.position(ofUTF8Offset: offset(event.start_mark)), hint: "leave the %YAML line out")
                }
            default: try handle(event)
            }
        }
    }

    private mutating func handle(_ event: yaml_event_t) throws(Diagnostic) {
        let start = offset(event.start_mark)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let end = offset(event.end_mark)
            let value = event.data.scalar
            var text = String(
                decoding: UnsafeBufferPointer(start: value.value, count: value.length), as: UTF8.self)
            if hasInnerMarks { text = text.replacing("\u{FEFE}", with: "\u{FEFF}") }
            let scalar = tagged(YAMLScalar(text, style: style(value.style), tag: tag(value.tag)), at: start)
            collectComments(upTo: start)
            commentsFrom = endForComments(scalar.style, start, end)
            let node = YAMLNode(.scalar(scalar), source: source, start: start, end: end)
            try count(at: start)
            if scalar.style == .plain, stack.last?.isFlow == true, text.utf8.contains(UInt8(ascii: "?")) {
                problems.append(
                    Diagnostic(
                        "'?' needs quotes around the text inside of [ ] and { }",
                        at: source.position(ofUTF8Offset: start)))
            }
            if let anchor = string(value.anchor) { anchors[anchor] = .known(node, size: 1, height: 0) }
            add(node, size: 1, height: 0)
        case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
            try count(at: start)
            let isMapping = event.type == YAML_MAPPING_START_EVENT
            let anchor = string(isMapping ? event.data.mapping_start.anchor : event.data.sequence_start.anchor)
            if let anchor { anchors[anchor] = .open(start: start) }
            let isFlow =
                isMapping
                ? event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                : event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE
            stack.append(Frame(isMapping: isMapping, isFlow: isFlow, start: start, anchor: anchor))
            if stack.count > limits.depth { throw tooDeep(start) }
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            close(end: offset(event.end_mark))
        case YAML_ALIAS_EVENT:
            try resolveAlias(string(event.data.alias.anchor) ?? "", at: start)
        default: break
        }
    }

    private mutating func close(end: Int) {
        guard let frame = stack.popLast() else { return }
        var pairs = frame.pairs
        if frame.isMapping {
            reportDuplicates(pairs)
            pairs = merged(pairs)
        }
        let node = YAMLNode(
            frame.isMapping ? .mapping(Self.exact(pairs)) : .sequence(Self.exact(frame.items)), source: source,
            start: frame.start, end: end)
        if let anchor = frame.anchor, case .open(frame.start) = anchors[anchor] {
            anchors[anchor] = .known(node, size: frame.size, height: frame.height)
        }
        add(node, size: frame.size, height: frame.height)
    }

    /// Without the room for more that growing has left.
    private static func exact<Element>(_ list: [Element]) -> [Element] {
        list.count == list.capacity ? list : list.withUnsafeBufferPointer { Array($0) }
    }

    private mutating func add(_ node: YAMLNode, size: Int, height: Int) {
        guard let last = stack.indices.last else {
            root = node
            return
        }
        stack[last].size += size
        stack[last].height = max(stack[last].height, height + 1)
        if !stack[last].isMapping {
            stack[last].items.append(node)
        } else if let key = stack[last].key {
            stack[last].pairs.append(YAMLPair(key: key, value: node))
            stack[last].key = nil
        } else {
            stack[last].key = node
        }
    }

    private mutating func resolveAlias(_ name: String, at start: Int) throws(Diagnostic) {
        let place = source.position(ofUTF8Offset: start)
        switch anchors[name] {
        case nil: throw Diagnostic("unknown anchor '\(name)'", at: place)
        case .open: throw Diagnostic("anchor '\(name)' contains itself", at: place)
        case .known(let node, let size, let height):
            aliased += size
            if aliased > limits.aliasedNodes {
                throw Diagnostic("aliases expand to more than \(limits.aliasedNodes) values", at: place)
            }
            if stack.count + height > limits.depth { throw tooDeep(start) }
            try count(at: start)
            add(node, size: size, height: height)
        }
    }

    private mutating func reportDuplicates(_ pairs: [YAMLPair]) {
        if pairs.count <= 12, !hasDuplicates(pairs) { return }
        var seen: [String: Int] = [:]
        for pair in pairs {
            guard let key = pair.key.scalar?.text else { continue }
            if let first = seen[key] {
                if problems.count >= YAMLDecoding.maximumDiagnostics { return }
                problems.append(Diagnostic("key '\(key)' is already set in line \(first)", at: pair.key.position))
            } else {
                seen[key] = pair.key.line
            }
        }
    }

    /// O(n²) without a table: faster than one for the few keys that most mappings have.
    private func hasDuplicates(_ pairs: [YAMLPair]) -> Bool {
        for index in pairs.indices.dropFirst() {
            guard let key = pairs[index].key.scalar?.text else { continue }
            for earlier in pairs[..<index] where earlier.key.scalar?.text == key { return true }
        }
        return false
    }

    /// Explicit keys first, then what `<<` brings: of several mappings the first wins.
    private mutating func merged(_ pairs: [YAMLPair]) -> [YAMLPair] {
        guard pairs.contains(where: { $0.key.scalar?.isMergeKey ?? false }) else { return pairs }
        var result = pairs.filter { !($0.key.scalar?.isMergeKey ?? false) }
        var known = Set(result.compactMap(\.key.scalar?.text))
        for pair in pairs where pair.key.scalar?.isMergeKey ?? false {
            for origin in pair.value.sequence ?? [pair.value] {
                guard let additions = origin.mapping else {
                    problems.append(
                        Diagnostic("'<<' takes a mapping or a list of mappings", at: pair.value.position))
                    break
                }
                for addition in additions where known.insert(addition.key.scalar?.text ?? "").inserted {
                    result.append(addition)
                }
            }
        }
        return result
    }

    private mutating func count(at start: Int) throws(Diagnostic) {
        nodes += 1
        if nodes > limits.nodes {
            throw Diagnostic("more than \(limits.nodes) values", at: source.position(ofUTF8Offset: start))
        }
    }

    /// The text with byte order marks amid it replaced, which libyaml passes over at the beginning of lines and Go's
    /// package does not.
    private mutating func withoutInnerMarks() -> [UInt8] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        guard !source.isASCII, source.bytes.firstRange(of: mark) != nil else { return source.bytes }
        hasInnerMarks = true
        var bytes = source.bytes
        for place in bytes.ranges(of: mark) { bytes[place.upperBound - 1] = 0xBE }
        return bytes
    }

    private func tooDeep(_ start: Int) -> Diagnostic {
        Diagnostic("nested deeper than \(limits.depth) levels", at: source.position(ofUTF8Offset: start))
    }

    func offset(_ mark: yaml_mark_t) -> Int { offsets.byteOffset(ofCharacter: Int(mark.index)) }

    private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        text.map { String(cString: $0) }
    }
}
