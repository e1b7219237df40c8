import Base
import RuleFiles
import YAML

/// Comments `# ruleval:ignore CHECK reason` of a file: a rule's own, inside it or on the lines right above it.
struct Suppressions: Sendable {
    /// A comment that switches a check off.
    struct Comment: Sendable {
        var check: String
        var line: Int
        var column: Int
    }

    /// Every such comment of the file.
    private(set) var comments: [Comment] = []
    /// The checks that are switched off on each line of the rules.
    private var checks: [Int: Set<String>] = [:]

    private static let mark = "ruleval:ignore"

    /// What comments name, by line.
    private var named: [Int: Set<String>] = [:]
    /// Lines that hold nothing but a comment.
    private var own: Set<Int> = []

    /// The comments of a document; rules are added with ``add(_:)``.
    init(_ document: YAMLDocument) {
        for comment in document.comments {
            if comment.ownsLine { own.insert(comment.line) }
            guard let found = Self.ignored(comment, in: document.source) else { continue }
            comments.append(found)
            named[found.line, default: []].insert(found.check)
        }
        if comments.isEmpty { own = [] }
    }

    /// Lets the comments in and above a rule hold for it.
    mutating func add(_ rule: Rule) {
        guard !comments.isEmpty, let node = rule.node else { return }
        var first = node.line
        let last = max(first, node.source.line(ofUTF8Offset: Self.end(of: node)))
        while own.contains(first - 1) { first -= 1 }
        let found = (first...last).reduce(into: Set<String>()) { $0.formUnion(named[$1] ?? []) }
        if found.isEmpty { return }
        for line in first...last { checks[line, default: []].formUnion(found) }
    }

    func covers(_ problem: Diagnostic) -> Bool {
        guard !checks.isEmpty, let check = problem.check, let line = problem.position?.line else { return false }
        return checks[line]?.contains(check) ?? false
    }

    private static func ignored(_ comment: YAMLComment, in source: YAMLSource) -> Comment? {
        guard let range = comment.text.firstRange(of: mark) else { return nil }
        // Only right behind the `#`: prose may speak of such comments.
        guard comment.text[..<range.lowerBound].allSatisfy({ $0 == "#" || $0 == " " || $0 == "\t" }) else { return nil }
        let rest = comment.text[range.upperBound...]
        guard let first = rest.first, first == " " || first == "\t" || first == ":" else { return nil }
        let words = rest.split { $0 == " " || $0 == "\t" || $0 == ":" }
        guard let name = words.first else { return nil }
        let line = source.text(ofLine: comment.line) ?? ""
        let before = line.firstRange(of: comment.text).map { line[..<$0.lowerBound].unicodeScalars.count } ?? 0
        return Comment(check: String(name), line: comment.line, column: before + 1)
    }

    /// The last byte that belongs to the rule: collections as the YAML reader counts them go on to the next node.
    private static func end(of node: YAMLNode) -> Int {
        var last = node.sourceRange.lowerBound
        var open = [node]
        while let next = open.popLast() {
            switch next.content {
            case .scalar:
                // What an alias or a merge brought stands elsewhere.
                guard node.sourceRange.contains(next.sourceRange.lowerBound) else { continue }
                last = max(last, next.sourceRange.upperBound)
            case .sequence(let items): open += items
            case .mapping(let pairs): for pair in pairs { open += [pair.key, pair.value] }
            }
        }
        while last > node.sourceRange.lowerBound, node.source.bytes[last - 1] <= 0x20 { last -= 1 }
        return max(node.sourceRange.lowerBound, last - 1)
    }
}
