import Base
import RuleFiles

/// An annotation that should lead to a runbook and leads nowhere.
struct RunbookURLCheck: RuleCheck {
    static let description = CheckDescription(
        "runbook-url", "an annotation such as runbook_url is no URL",
        reason: """
            Whoever is woken follows the link, and receivers make a button of it. A text that does not begin with `http://` or `https://`,
            or has blanks in it, cannot be followed. Texts that begin with a template are left alone.
            """,
        bad: [
            """
            - alert: Down
              expr: up == 0
              annotations: {runbook_url: 'see the wiki'}
            """,
            """
            - alert: Down
              expr: up == 0
              annotations: {runbook_url: 'wiki.example.org/down'}
            """,
        ],
        good: [
            """
            - alert: Down
              expr: up == 0
              annotations: {runbook_url: 'https://wiki.example.org/down'}
            """,
            """
            - alert: Down
              expr: up == 0
              annotations: {runbook_url: '{{ externalURL }}/down'}
            """,
        ])

    private static let names: Set<String> = ["runbook_url", "runbook_link", "runbookURL", "runbookUrl", "runbook_uri"]

    func findings(in rule: RuleContext) -> [Finding] {
        rule.rule.annotations.compactMap { field in
            guard Self.names.contains(field.name), !Self.isURL(field.text) else { return nil }
            return finding(
                field.text.isEmpty ? "'\(field.name)' is empty" : "'\(field.name)' is no URL", at: field.node?.position,
                hint: "it begins with https:// or http:// and has no blanks")
        }
    }

    private static func isURL(_ text: String) -> Bool {
        if text.hasPrefix("{{") { return true }
        let lower = text.lowercased()
        guard let scheme = ["https://", "http://"].first(where: lower.hasPrefix), lower.utf8.count > scheme.utf8.count
        else {
            return false
        }
        // Blanks inside of templates are none of the URL, nor is the break at the end of a block.
        var outside = text
        let hasTemplate = text.utf8.contains(UInt8(ascii: "{"))
        while hasTemplate, let open = outside.firstRange(of: "{{"),
            let close = outside[open.upperBound...].firstRange(of: "}}")
        {
            outside.removeSubrange(open.lowerBound..<close.upperBound)
        }
        while outside.last?.isWhitespace == true { outside.removeLast() }
        return !outside.contains(where: \.isWhitespace)
    }
}
