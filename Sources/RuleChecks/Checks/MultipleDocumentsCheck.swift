import Base
import RuleFiles

/// A second YAML document in a rule file: Prometheus does not read it.
struct MultipleDocumentsCheck: RuleCheck {
    static let description = CheckDescription(
        "multiple-documents", "another YAML document follows the first, and Prometheus reads only the first",
        reason: "What stands behind a line `---` in a rule file is not loaded, and no error says so.",
        bad: [
            """
            groups: []
            ---
            groups: []
            """
        ],
        good: [
            """
            ---
            groups: []
            """
        ])

    func findings(in file: FileContext) -> [Finding] {
        guard let place = file.document.nextDocument else { return [] }
        return [
            finding(
                "another YAML document follows; only the first is read", at: place,
                hint: "put its groups into a file of their own")
        ]
    }
}
