/// The default templates of services other than Slack and mail, put together from few parts.
enum ServiceTemplates {
    static let text: String = (titles + messages + empty + [priority]).joined()

    private static func call(_ name: String) -> String { "{{ template \"\(name)\" . }}" }

    private static func define(_ name: String, _ body: String) -> String { DefaultTemplates.define(name, body) }

    /// Templates that say what a shared one says.
    private static let titles: [String] = [
        (
            "__subject",
            [
                "pagerduty.default.description", "opsgenie.default.message", "victorops.default.entity_display_name",
                "pushover.default.title", "sns.default.subject", "discord.default.title", "msteams.default.summary",
                "msteams.default.title", "msteamsv2.default.title", "jira.default.summary", "rocketchat.default.title",
                "mattermost.default.title",
            ]
        ),
        (
            "__alertmanager",
            [
                "pagerduty.default.client", "victorops.default.monitoring_tool", "rocketchat.default.alias",
                "mattermost.default.username",
            ]
        ),
        (
            "__alertmanagerURL",
            [
                "pagerduty.default.clientURL", "opsgenie.default.source", "pushover.default.url",
                "rocketchat.default.titlelink", "mattermost.default.titlelink",
            ]
        ),
        ("__text_alert_list", ["pagerduty.default.instances"]),
        ("slack.default.color", ["mattermost.default.color"]),
    ].flatMap { (shared: String, names: [String]) in names.map { define($0, call(shared)) } }

    /// Templates that say nothing, for users to fill.
    private static let empty: [String] = [
        "wechat.default.to_user", "wechat.default.to_party", "wechat.default.to_tag", "wechat.default.agent_id",
        "discord.default.content", "rocketchat.default.emoji", "rocketchat.default.iconurl", "rocketchat.default.text",
    ].map { define($0, "") }

    private static let messages: [String] =
        ["opsgenie.default.description", "victorops.default.state_message"].map { define($0, summary + compact) }
        + ["pushover.default.message", "sns.default.message", "webex.default.message"]
        .map { define($0, summary + spacious("", "__text_alert_list")) }
        + ["telegram.default.message", "discord.default.message"]
        .map { define($0, "\n" + spacious("", "__text_alert_list")) }
        + ["msteams.default.text", "msteamsv2.default.text", "jira.default.description", "mattermost.default.text"]
        .map { define($0, "\n" + spacious("# ", "__text_alert_list_markdown")) }
        + [
            define(
                "wechat.default.message",
                call("__subject") + "\n" + summary + compact + "\nAlertmanagerUrl:\n" + call("__alertmanagerURL")),
            define(
                "mattermost.default.fallback",
                call("mattermost.default.title") + " | " + call("mattermost.default.titlelink")),
        ]

    /// What all alerts say alike, on one line.
    private static let summary = "{{ join \" \" .CommonAnnotations.SortedPairs.Values }}\n"

    private static func when(_ status: String, _ body: String) -> String {
        "{{ if .Alerts.\(status) }}\(body){{ end }}"
    }

    private static func list(_ status: String, _ mark: String, _ template: String) -> String {
        "\(mark)Alerts \(status):\n{{ template \"\(template)\" .Alerts.\(status) }}"
    }

    /// Both lists, a line feed between them.
    private static let compact = ["Firing", "Resolved"]
        .map { when($0, list($0, "", "__text_alert_list")) }.joined(separator: "\n")

    /// Both lists with empty lines around them.
    private static func spacious(_ mark: String, _ template: String) -> String {
        ["Firing", "Resolved"].map { when($0, "\n" + list($0, mark, template) + "\n") + "\n" }.joined()
    }

    /// By the worst severity of what fires; where that says nothing, of what is over.
    private static let priority: String = {
        // Severities between characters that no label has.
        func collect(_ status: String) -> String {
            "{{ range .Alerts.\(status) }}{{ $found = print $found \"\\x1f\" (index .Labels \"severity\") \"\\x1f\" }}{{ end }}"
        }
        func has(_ severity: String) -> String { "match \"\\x1f(\(severity))\\x1f\" $found" }
        return define(
            "jira.default.priority",
            "{{ $found := \"\" }}" + collect("Firing")
                + "{{ if not (\(has("critical|warning|info"))) }}{{ $found = \"\" }}"
                + collect("Resolved") + "{{ end }}{{ if \(has("critical")) }}High{{ else if \(has("warning")) }}Medium"
                + "{{ else if \(has("info")) }}Low{{ end }}")
    }()
}
