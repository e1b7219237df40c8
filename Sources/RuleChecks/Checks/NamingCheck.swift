import Base
import RegularExpressions
import RuleFiles

/// A name does not look like the house wants it.
struct NamingCheck: RuleCheck {
    static let description = CheckDescription(
        "naming", "the name of an alert, a recorded metric or a group does not fit the pattern of 'names'",
        reason:
            "`names` in `.ruleval-lint.yml` has patterns for `alert`, `recording` and `group` that fit the whole name; it switches the check on.",
        mode: .houseStyle,
        bad: [
            CheckExample(
                """
                - alert: instance_down
                  expr: up == 0
                """, configuration: "names: {alert: '[A-Z][A-Za-z0-9]+'}"),
            CheckExample(
                """
                - record: Up
                  expr: sum(up)
                """, configuration: "names: {recording: '[a-z_:0-9]+'}"),
            CheckExample(
                """
                - record: r
                  expr: sum(up)
                """, configuration: "names: {group: '[a-z]+\\.rules'}"),
        ],
        good: [
            CheckExample(
                """
                - alert: InstanceDown
                  expr: up == 0
                """,
                configuration: "names: {alert: '[A-Z][A-Za-z0-9]+', recording: '[a-z_:0-9]+', group: example}")
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        let names = rule.configuration.names
        let isAlerting = rule.rule.isAlerting
        guard let pattern = isAlerting ? names.alert : names.recording, !pattern.matches(rule.rule.name) else {
            return []
        }
        let what = isAlerting ? "alert" : "recorded metric"
        return [
            finding(
                "the name of the \(what) '\(rule.rule.name)' does not fit \(pattern.pattern)",
                at: rule.position(ofKey: isAlerting ? "alert" : "record"))
        ]
    }

    func findings(in group: RuleGroup, _ configuration: LintConfiguration) -> [Finding] {
        guard let pattern = configuration.names.group, !pattern.matches(group.name) else { return [] }
        return [finding("the name of the group '\(group.name)' does not fit \(pattern.pattern)", at: group.position)]
    }
}
