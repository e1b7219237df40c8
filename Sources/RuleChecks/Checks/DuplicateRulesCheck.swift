import Base
import RuleFiles

/// Two rules of one file write the same series: the same name and labels, whatever their expressions.
struct DuplicateRulesCheck: RuleCheck {
    static let name = "duplicate-rules"
    static let summary = "two rules of a file have the same name and labels, so that their results mix"

    private struct Key: Hashable {
        var name: String
        var labels: [String: String]
    }

    func problems(in file: RuleFile) -> [Diagnostic] {
        var counts: [String: Int] = [:]
        for group in file.groups {
            for rule in group.rules { counts[rule.name, default: 0] += 1 }
        }
        var seen: [Key: Int] = [:]
        var found: [Diagnostic] = []
        for group in file.groups {
            for rule in group.rules where counts[rule.name] ?? 0 > 1 {
                let labels = rule.labels(in: group).map { ($0.name, $0.text) }
                let key = Key(name: rule.name, labels: Dictionary(labels) { $1 })
                if let first = seen[key] {
                    let message = "'\(rule.name)' with the same labels stands in line \(first) already"
                    found.append(warning(message, at: rule.position, hint: "their results mix"))
                } else {
                    seen[key] = rule.position?.line ?? 0
                }
            }
        }
        return found
    }
}
