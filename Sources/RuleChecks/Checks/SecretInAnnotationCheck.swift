import Base
import RegularExpressions
import RuleFiles

/// A password, token or key in a label or annotation: it goes to every receiver and into every archive.
struct SecretInAnnotationCheck: RuleCheck {
    static let description = CheckDescription(
        "secret-in-annotation", "a label or annotation looks like a password, a token or a key",
        reason: """
            Labels and annotations are shown in pages, chats, mails and tickets, and kept there. Found are tokens of well-known services by
            their shape, private keys, passwords in URLs, and `password=…` or `token: …` followed by something that is no
            template and no example.
            """,
        bad: [
            """
            - alert: Down
              expr: up == 0
              annotations: {login: 'https://admin:hunter22@db.example.org/'}
            """,
            """
            - alert: Down
              expr: up == 0
              annotations: {hook: 'https://hooks.slack.com/services/T01234567/B01234567/abcdefghijklmnopqrstuvwx'}
            """,
            """
            - alert: Down
              expr: up == 0
              annotations: {help: 'mysql -u root --password=Tr0ub4dor3'}
            """,
        ],
        good: [
            """
            - alert: Down
              expr: up == 0
              annotations: {login: 'https://db.example.org/'}
            """,
            """
            - alert: Down
              expr: up == 0
              annotations: {help: 'mysql -u root --password=$PASSWORD'}
            """,
            """
            - alert: Tokens
              expr: up == 0
              annotations: {summary: 'the token of {{ $labels.job }} expires'}
            """,
        ])

    private struct Shape {
        var what: String
        var pattern: RegularExpression
    }

    /// All shapes in one, since hardly any text fits any of them.
    private static let anyShape = try? RegularExpression(patterns.map { "(?:\($0.1))" }.joined(separator: "|"))

    private static let shapes: [Shape] = patterns.compactMap { what, pattern in
        (try? RegularExpression(pattern)).map { Shape(what: what, pattern: $0) }
    }

    static let patterns: [(String, String)] = [
        ("a Slack webhook", #"hooks\.slack\.com/services/T[A-Z0-9]+/B[A-Z0-9]+/[A-Za-z0-9]{16,}"#),
        ("a Slack token", #"\bxox[abprs]-[0-9A-Za-z-]{10,}"#), ("an AWS access key", #"\b(AKIA|ASIA)[0-9A-Z]{16}\b"#),
        ("a GitHub token", #"\bgh[pousr]_[0-9A-Za-z]{36,}"#), ("a GitLab token", #"\bglpat-[0-9A-Za-z_-]{20,}"#),
        ("a JSON web token", #"\beyJ[0-9A-Za-z_-]{10,}\.eyJ[0-9A-Za-z_-]{10,}\."#),
        ("a private key", #"-----BEGIN [A-Z ]*PRIVATE KEY-----"#),
        ("a password in a URL", #"\b[a-z][a-z0-9+.-]*://[^/\s:@{}$<]+:[^/\s@{}$<*]{3,}@[A-Za-z0-9]"#),
        (
            "a password",
            #"(?i)\b(password|passwd|pwd|secret|api_?key|auth_?token|access_?token)["']?\s*[=:]\s*["']?[A-Za-z0-9+/_.-]*[0-9][A-Za-z0-9+/_.-]{5,}"#
        ),
        ("a bearer token", #"(?i)\bbearer\s+[A-Za-z0-9+/_.-]*[0-9][A-Za-z0-9+/_.-]{15,}"#),
    ]

    func findings(in rule: RuleContext) -> [Finding] {
        (rule.rule.annotations + rule.rule.labels).compactMap { field in
            guard field.text.utf8.count >= 8, Self.anyShape?.matches(field.text) ?? true,
                let shape = Self.shapes.first(where: { $0.pattern.matches(field.text) })
            else { return nil }
            return finding(
                "'\(field.name)' holds what looks like \(shape.what)", at: field.node?.position,
                hint: "it is sent to every receiver: keep it elsewhere, and change it")
        }
    }
}
