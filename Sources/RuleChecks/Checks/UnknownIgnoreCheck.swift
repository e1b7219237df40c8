import Base
import RuleFiles

/// `# ruleval:ignore CHECK` names no check: it switches nothing off.
struct UnknownIgnoreCheck: RuleCheck {
    static let description = CheckDescription(
        "unknown-ignore", "a comment ruleval:ignore names a check that does not exist",
        reason: "A misspelt name switches nothing off.",
        bad: [
            """
            # ruleval:ignore irate-in-alerts it is a graph
            - record: r
              expr: a
            """
        ],
        good: [
            """
            # ruleval:ignore irate-in-alert it is a graph
            - record: r
              expr: a
            """
        ])

    func findings(in file: FileContext) -> [Finding] {
        Suppressions(file.document).comments.compactMap { comment in
            if RuleCheckRegistry.description(of: comment.check) != nil { return nil }
            let nearest = NearMiss.best(for: comment.check, among: RuleCheckRegistry.descriptions.map(\.name))
            return finding(
                "there is no check '\(comment.check)' to ignore",
                at: SourcePosition(file: file.document.source.file, line: comment.line, column: comment.column),
                hint: nearest.map { "did you mean '\($0)'?" })
        }
    }
}
