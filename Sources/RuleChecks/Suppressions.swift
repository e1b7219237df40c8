import Base
import RuleFiles

/// Comments `# ruleval:ignore CHECK reason` of a file: a rule's own, inside it or on the lines right above it.
struct Suppressions {
    /// The checks that are switched off on each line of the rules.
    private var checks: [Int: Set<String>] = [:]

    init(_ file: RuleFile) {
        guard let document = file.document else { return }
        var named: [Int: Set<String>] = [:]
        var own: Set<Int> = []
        for comment in document.comments {
            if comment.ownsLine { own.insert(comment.line) }
            guard let range = comment.text.firstRange(of: "ruleval:ignore ") else { continue }
            let name = comment.text[range.upperBound...].split(separator: " ").first.map(String.init) ?? ""
            named[comment.line, default: []].insert(name)
        }
        if named.isEmpty { return }
        for rule in file.groups.flatMap(\.rules) {
            guard let node = rule.node else { continue }
            var first = node.line
            let last = document.source.line(ofUTF8Offset: max(0, node.sourceRange.upperBound - 1))
            while own.contains(first - 1) { first -= 1 }
            let found = (first...max(first, last)).reduce(into: Set<String>()) { $0.formUnion(named[$1] ?? []) }
            if found.isEmpty { continue }
            for line in first...max(first, last) { checks[line, default: []].formUnion(found) }
        }
    }

    func covers(_ problem: Diagnostic) -> Bool {
        guard let check = problem.check, let line = problem.position?.line else { return false }
        return checks[line]?.contains(check) ?? false
    }
}
