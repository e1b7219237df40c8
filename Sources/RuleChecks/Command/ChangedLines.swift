import Base
import YAML

/// The lines of a file on which something is to be said about a change: those of rules that are new or other than
/// before. Layout, comments and the order of rules are no change.
struct ChangedLines {
    /// Lines of rules that are as they were.
    private var unchanged: [ClosedRange<Int>] = []
    private var isAllUnchanged = false

    /// Compares the file as it is with the bytes it had; nil bytes mean that it is new.
    init(now: YAMLSource, before: [UInt8]?) {
        guard let before else { return }
        if before == now.bytes {
            isAllUnchanged = true
            return
        }
        guard let document = try? YAMLDocument(parsing: now.bytes, file: now.file),
            let earlier = try? YAMLDocument(parsing: before)
        else { return }
        var known: [String: Int] = [:]
        for rule in Self.rules(earlier) { known[rule.key, default: 0] += 1 }
        for (key, node) in Self.rules(document) {
            guard let count = known[key], count > 0 else { continue }
            known[key] = count - 1
            unchanged.append(node.line...max(node.line, Self.lastLine(of: node)))
        }
    }

    /// Whether a problem on this line concerns the change; one without a line concerns the file.
    func contains(_ line: Int?) -> Bool {
        if isAllUnchanged { return false }
        guard let line else { return true }
        return !unchanged.contains { $0.contains(line) }
    }

    /// The last line with text of the node; a node may reach up to where the next one begins.
    private static func lastLine(of node: YAMLNode) -> Int {
        let range = node.sourceRange
        var end = range.upperBound
        while end > range.lowerBound, [0x20, 0x09, 0x0A, 0x0D, 0x2D].contains(node.source.bytes[end - 1]) { end -= 1 }
        return node.source.line(ofUTF8Offset: max(range.lowerBound, end - 1))
    }

    /// All rules of a rule file or of Kubernetes objects, each with all that it means: its group's settings and its own.
    private static func rules(_ document: YAMLDocument) -> [(key: String, node: YAMLNode)] {
        var found: [(key: String, node: YAMLNode)] = []
        var open = [document.root].compactMap { $0 }
        while let node = open.popLast() {
            for group in node["groups"]?.sequence ?? [] {
                let settings = (group.mapping ?? []).filter { $0.key.scalar?.text != "rules" }
                let head = settings.map { "\(text($0.key)):\(text($0.value))" }.sorted().joined(separator: ",")
                for rule in group["rules"]?.sequence ?? [] { found.append(("\(head)\n\(text(rule))", rule)) }
            }
            if let spec = node["spec"] { open.append(spec) }
            open += node["items"]?.sequence ?? []
        }
        return found
    }

    /// What a node says, however it is written.
    private static func text(_ node: YAMLNode) -> String {
        switch node.content {
        // With its length, so that no two different nodes read the same.
        case .scalar(let scalar): "\(scalar.text.utf8.count):\(scalar.text)"
        case .sequence(let items): "[" + items.map(text).joined(separator: ",") + "]"
        case .mapping(let pairs):
            "{" + pairs.map { "\(text($0.key)):\(text($0.value))" }.sorted().joined(separator: ",") + "}"
        }
    }
}
