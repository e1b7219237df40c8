import Base
import PromQL
import YAML

/// Puts the expressions of a rule file into the pretty form; every other byte stays as it is.
///
/// Rules of Kubernetes objects are formatted too. An expression with comments is left alone, since the pretty form has
/// none; so is one inside of braces or brackets of YAML where it would need several lines.
public enum ExpressionFormatter {
    /// The file's bytes with its expressions in the pretty form; the same bytes when there is nothing to do.
    /// - Parameter file: Its name in errors.
    /// - Throws: What is wrong with the file or with expressions.
    public static func format(_ bytes: [UInt8], file: String) throws(Diagnostics) -> [UInt8] {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw Diagnostics([Diagnostic("\(file): only files in UTF-8 are formatted, this one is UTF-16")])
        }
        let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes[..<3]) : []
        let document = try YAMLDocument(parsing: bytes, file: file)
        var problems: [Diagnostic] = []
        var edits: [ScalarRewriting.Edit] = []
        var seen: Set<Int> = []
        for place in rules(of: document) {
            // An alias leads to a text that was seen where its anchor stands.
            guard let scalar = place.expr.scalar, seen.insert(place.expr.sourceRange.lowerBound).inserted else {
                continue
            }
            do throws(PromQLError) {
                let expression = try PromQLParser.parse(scalar.text, options: .everything)
                if hasComments(scalar.text) { continue }
                let rewriting = ScalarRewriting(node: place.expr, scalar: scalar, keyColumn: place.keyColumn)
                edits += rewriting.edits(for: expression)
            } catch {
                problems.append(error.diagnostic(at: place.expr.position(ofUTF8Offset: error.range.start)))
            }
        }
        if !problems.isEmpty { throw Diagnostics(problems) }
        let source = document.source.bytes
        let result = apply(edits, to: source)
        if result == source { return bytes }
        try verify(result, document, file)
        return mark + result
    }

    /// An expression in the tree; the column (from 0) of its key where it stands in a block, nil inside of braces.
    private struct Place {
        var expr: YAMLNode
        var keyColumn: Int?
    }

    private static func rules(of document: YAMLDocument) -> [Place] {
        var found: [Place] = []
        var open = [(node: document.root, isFlow: false)]
        while let (next, isInFlow) = open.popLast() {
            guard let node = next else { continue }
            let isFlow = isInFlow || isFlowCollection(node)
            for item in node["items"]?.sequence ?? [] { open.append((item, isFlow)) }
            if let spec = node["spec"] { open.append((spec, isFlow)) }
            guard let groups = node["groups"] else { continue }
            for group in groups.sequence ?? [] {
                guard let rules = group["rules"] else { continue }
                let isListInFlow = [groups, group, rules].contains(where: isFlowCollection) || isFlow
                for rule in rules.sequence ?? [] {
                    guard let pair = rule.mapping?.first(where: { $0.key.scalar?.text == "expr" }) else { continue }
                    let isPlaced = !isListInFlow && !isFlowCollection(rule)
                    found.append(Place(expr: pair.value, keyColumn: isPlaced ? column(of: pair.key) : nil))
                }
            }
        }
        return found
    }

    private static func isFlowCollection(_ node: YAMLNode) -> Bool {
        guard node.scalar == nil else { return false }
        // Behind an anchor or a tag.
        var bytes = node.source.bytes[node.sourceRange]
        while let first = bytes.first, first == UInt8(ascii: "&") || first == UInt8(ascii: "!") {
            bytes = bytes.drop { $0 > 0x20 }.drop { $0 == 0x20 }
        }
        return bytes.first == UInt8(ascii: "{") || bytes.first == UInt8(ascii: "[")
    }

    private static func column(of key: YAMLNode) -> Int {
        let bytes = key.source.bytes
        let offset = key.sourceRange.lowerBound
        let start = bytes[..<offset].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return offset - start
    }

    /// Whether a `#` stands outside of quotes.
    private static func hasComments(_ text: String) -> Bool {
        var quote: UInt8?
        var isEscaped = false
        for byte in text.utf8 {
            if let open = quote {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\"), open != UInt8(ascii: "`") {
                    isEscaped = true
                } else if byte == open {
                    quote = nil
                }
            } else if byte == UInt8(ascii: "#") {
                return true
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`") {
                quote = byte
            }
        }
        return false
    }

    private static func apply(_ edits: [ScalarRewriting.Edit], to bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var next = 0
        for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            out += bytes[next..<edit.range.lowerBound]
            out += edit.text
            next = edit.range.upperBound
        }
        return out + bytes[next...]
    }

    /// Reads the result again: all must be as before, expressions by what they mean.
    private static func verify(_ result: [UInt8], _ before: YAMLDocument, _ file: String) throws(Diagnostics) {
        let after = try? YAMLDocument(parsing: result, file: file)
        if let after, isSame(before.root, after.root, isExpression: false),
            before.comments.map(\.text) == after.comments.map(\.text)
        {
            return
        }
        throw Diagnostics([Diagnostic("\(file): is written in a way that cannot be formatted; nothing was changed")])
    }

    private static func isSame(_ a: YAMLNode?, _ b: YAMLNode?, isExpression: Bool) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        switch (a.content, b.content) {
        case (.scalar(let a), .scalar(let b)):
            if a.text == b.text { return true }
            guard isExpression, let old = try? PromQLParser.parse(a.text, options: .everything),
                let new = try? PromQLParser.parse(b.text, options: .everything)
            else { return false }
            return old.description == new.description
        case (.sequence(let a), .sequence(let b)):
            return a.count == b.count && zip(a, b).allSatisfy { isSame($0, $1, isExpression: false) }
        case (.mapping(let a), .mapping(let b)):
            return a.count == b.count
                && zip(a, b).allSatisfy {
                    isSame($0.key, $1.key, isExpression: false)
                        && isSame($0.value, $1.value, isExpression: $0.key.scalar?.text == "expr")
                }
        default: return false
        }
    }
}
