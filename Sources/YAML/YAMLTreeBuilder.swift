import Base
internal import CYAML

/// Turns libyaml's events of the first document into a tree; bounded, not recursive.
struct YAMLTreeBuilder {
    private let source: YAMLSource
    private let limits: YAMLDocument.Limits
    private let offsets: YAMLCharacterOffsets
    private(set) var root: YAMLNode?
    private(set) var comments: [YAMLComment] = []
    private(set) var nextDocument: SourcePosition?
    private var problems: [Diagnostic] = []
    private var stack: [Frame] = []
    private var anchors: [String: Anchored] = [:]
    private var openAnchors: [String] = []
    private var nodes = 0
    private var aliased = 0
    private var commentsFrom = 0

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

    /// What an anchor names, and how much it is when copied.
    private struct Anchored {
        var node: YAMLNode
        var size: Int
        var height: Int
    }

    init(source: YAMLSource, limits: YAMLDocument.Limits) {
        self.source = source
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
        let failure = source.bytes.withUnsafeBufferPointer { buffer -> Diagnostic? in
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
                var next = yaml_event_t()
                if yaml_parser_parse(parser, &next) == 1 {
                    if next.type == YAML_DOCUMENT_START_EVENT {
                        nextDocument = source.position(ofUTF8Offset: offset(next.start_mark))
                    }
                    yaml_event_delete(&next)
                }
                return
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
            let text = String(
                decoding: UnsafeBufferPointer(start: value.value, count: value.length), as: UTF8.self)
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
            if let anchor = string(value.anchor) { anchors[anchor] = Anchored(node: node, size: 1, height: 0) }
            add(node, size: 1, height: 0)
        case YAML_SEQUENCE_START_EVENT, YAML_MAPPING_START_EVENT:
            try count(at: start)
            let isMapping = event.type == YAML_MAPPING_START_EVENT
            let anchor = string(isMapping ? event.data.mapping_start.anchor : event.data.sequence_start.anchor)
            if let anchor { openAnchors.append(anchor) }
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
        if let anchor = frame.anchor, let open = openAnchors.lastIndex(of: anchor) { openAnchors.remove(at: open) }
        var pairs = frame.pairs
        if frame.isMapping {
            reportDuplicates(pairs)
            pairs = merged(pairs)
        }
        let node = YAMLNode(
            frame.isMapping ? .mapping(pairs) : .sequence(frame.items), source: source, start: frame.start, end: end)
        if let anchor = frame.anchor {
            anchors[anchor] = Anchored(node: node, size: frame.size, height: frame.height)
        }
        add(node, size: frame.size, height: frame.height)
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
        if openAnchors.contains(name) { throw Diagnostic("anchor '\(name)' contains itself", at: place) }
        guard let anchored = anchors[name] else { throw Diagnostic("unknown anchor '\(name)'", at: place) }
        aliased += anchored.size
        if aliased > limits.aliasedNodes {
            throw Diagnostic("aliases expand to more than \(limits.aliasedNodes) values", at: place)
        }
        if stack.count + anchored.height > limits.depth { throw tooDeep(start) }
        try count(at: start)
        add(anchored.node, size: anchored.size, height: anchored.height)
    }

    private mutating func reportDuplicates(_ pairs: [YAMLPair]) {
        if pairs.count <= 12, !hasDuplicates(pairs) { return }
        var seen: [String: Int] = [:]
        for pair in pairs {
            guard let key = pair.key.scalar?.text else { continue }
            if let first = seen[key] {
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

    private func tooDeep(_ start: Int) -> Diagnostic {
        Diagnostic("nested deeper than \(limits.depth) levels", at: source.position(ofUTF8Offset: start))
    }

    private func offset(_ mark: yaml_mark_t) -> Int { offsets.byteOffset(ofCharacter: Int(mark.index)) }

    private func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        text.map { String(cString: $0) }
    }
}

// MARK: - Errors, styles, comments

extension YAMLTreeBuilder {
    private func syntaxError(_ parser: yaml_parser_t) -> Diagnostic {
        let problem = parser.problem.map { String(cString: $0) } ?? "cannot be read"
        let at = offsets.byteOffset(ofCharacter: Int(parser.problem_mark.index))
        let place = source.position(ofUTF8Offset: at)
        if at < source.bytes.count, source.bytes[at] == 0x09 {
            return Diagnostic("a tab stands where only spaces may indent", at: place)
        }
        guard let context = parser.context.map({ String(cString: $0) }) else { return Diagnostic(problem, at: place) }
        let line = source.line(ofUTF8Offset: offsets.byteOffset(ofCharacter: Int(parser.context_mark.index)))
        return Diagnostic("\(problem) \(context) that begins in line \(line)", at: place)
    }

    private func style(_ style: yaml_scalar_style_t) -> YAMLScalar.Style {
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
        case YAML_LITERAL_SCALAR_STYLE: .literal
        case YAML_FOLDED_SCALAR_STYLE: .folded
        default: .plain
        }
    }

    private func tag(_ text: UnsafeMutablePointer<yaml_char_t>?) -> YAMLScalar.Tag {
        guard let text else { return .implicit }
        switch String(cString: text) {
        case "!": return .nonSpecific
        case "tag:yaml.org,2002:str": return .string
        case "tag:yaml.org,2002:int": return .integer
        case "tag:yaml.org,2002:float": return .float
        case "tag:yaml.org,2002:bool": return .boolean
        case "tag:yaml.org,2002:null": return .null
        case "tag:yaml.org,2002:timestamp": return .timestamp
        case "tag:yaml.org,2002:binary": return .binary
        case "tag:yaml.org,2002:merge": return .merge
        default: return .other
        }
    }

    /// Holds a scalar against the tag written before it; `!!binary` is decoded.
    private mutating func tagged(_ scalar: YAMLScalar, at start: Int) -> YAMLScalar {
        let fits: Bool
        switch scalar.tag {
        case .implicit, .nonSpecific, .string, .other, .timestamp, .merge: return scalar
        case .null: fits = YAMLScalar(scalar.text).isNull
        case .integer: fits = scalar.integer != nil
        case .float: fits = scalar.double != nil
        case .boolean: fits = scalar.boolean != nil
        case .binary:
            if let bytes = YAMLBinary.decode(scalar.text), let text = String(validating: bytes, as: UTF8.self) {
                return YAMLScalar(text, style: scalar.style, tag: .binary)
            }
            fits = false
        }
        if !fits {
            problems.append(
                Diagnostic(
                    "'\(scalar.text.prefix(80))' does not fit the tag before it",
                    at: source.position(ofUTF8Offset: start)))
        }
        return scalar
    }

    /// Where comments may begin again behind a scalar: block scalars allow one on the line of their indicator.
    private mutating func endForComments(_ style: YAMLScalar.Style, _ start: Int, _ end: Int) -> Int {
        guard style == .literal || style == .folded else { return end }
        let header = source.bytes[start..<end].firstIndex(of: 0x0A) ?? end
        commentsFrom = start
        collectComments(upTo: header)
        return end
    }

    private mutating func collectComments(upTo end: Int) {
        let bytes = source.bytes
        var offset = commentsFrom
        while offset < end {
            guard bytes[offset] == UInt8(ascii: "#"), offset == 0 || bytes[offset - 1] <= 0x20 else {
                offset += 1
                continue
            }
            var close = bytes[offset...].firstIndex(of: 0x0A) ?? bytes.count
            let next = close
            if close > offset, bytes[close - 1] == 0x0D { close -= 1 }
            var before = offset
            while before > 0, bytes[before - 1] == 0x20 || bytes[before - 1] == 0x09 { before -= 1 }
            comments.append(
                YAMLComment(
                    line: source.line(ofUTF8Offset: offset),
                    text: String(decoding: bytes[offset..<close], as: UTF8.self),
                    ownsLine: before == 0 || bytes[before - 1] == 0x0A))
            offset = next
        }
        commentsFrom = max(commentsFrom, end)
    }
}

/// From libyaml's count of characters to bytes.
struct YAMLCharacterOffsets {
    private static let step = 64
    private let bytes: [UInt8]
    /// The byte offset of every 64th character; empty for a text that is all ASCII.
    private let marks: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard bytes.contains(where: { $0 >= 0x80 }) else {
            marks = []
            return
        }
        var marks: [Int] = []
        var characters = 0
        for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
            if characters % Self.step == 0 { marks.append(offset) }
            characters += 1
        }
        self.marks = marks
    }

    func byteOffset(ofCharacter index: Int) -> Int {
        guard let last = marks.indices.last else { return min(index, bytes.count) }
        let mark = min(index / Self.step, last)
        var offset = marks[mark]
        var left = index - mark * Self.step
        while left > 0, offset < bytes.count {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            left -= 1
        }
        return offset
    }
}
