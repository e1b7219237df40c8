extension NotificationScenario {
    /// Integrations, their limits and failures.
    static let delivering: [NotificationScenario] = [
        .init(
            name: "twohooks",
            integrations:
                "webhook_configs: [{url: '$url/one', send_resolved: false}, {url: '$url/two', max_alerts: 1}]",
            rounds: [[.fire("a=1"), .fire("a=2")], [.resolve("a=1")], [.resolve("a=2")], [.fire("a=1")]]),
        .init(
            name: "tryagain", integrations: "webhook_configs: [{url: '$url/fail500x1'}]",
            rounds: [[.fire("a=1")], [], [.resolve("a=1")]]),
        .init(
            name: "notnow", integrations: "webhook_configs: [{url: '$url/fail404x1'}]",
            rounds: [[.fire("a=1")], [], [.resolve("a=1")]]),
        .init(
            name: "toomany", integrations: "webhook_configs: [{url: '$url/fail429x1'}]",
            rounds: [[.fire("a=1")], [], [.resolve("a=1")]]),
        .init(
            name: "oneofthem", integrations: "webhook_configs: [{url: '$url/fail400x2'}, {url: '$url/well'}]",
            rounds: [[.fire("a=1")], [], [.fire("a=2")], [.resolve("a=1")]]),
        .init(
            name: "neverheard", integrations: "webhook_configs: [{url: '$url/fail400x99'}, {url: '$url/well'}]",
            rounds: [[.fire("a=1")], [.resolve("a=1")], []]),
        .init(
            name: "payload",
            integrations:
                "webhook_configs: [{url: '$url', payload: {count: '{{ len .Alerts }}', text: '{{ .Status }} {{ .NotificationReason }}', names: ['{{ .CommonLabels.a }}', x], deep: {status: '{{ .Status | toUpper }}', key: '{{ .GroupLabels.SortedPairs.Values | join \",\" }}'}}}]",
            rounds: [[.fire("a=1")], [.fire("a=2")], [.resolve("a=1")], [.resolve("a=2")]]),
        .init(
            name: "templatedurl", integrations: "webhook_configs: [{url: '$url/{{ .Status }}'}]",
            rounds: [[.fire("a=1")], [.resolve("a=1")]]),
        .init(
            name: "slackplain", route: "group_by: [a]",
            integrations: "slack_configs: [{api_url: '$url', channel: '#x', send_resolved: true}]",
            rounds: [[.fire("a=1,b=2", annotations: "summary=hello")], [.resolve("a=1,b=2")]]),
        .init(
            name: "slackown",
            integrations:
                "slack_configs: [{api_url: '$url', channel: '#{{ .CommonLabels.a }}', title: '{{ range .Alerts }}{{ .Labels.a }}{{ end }}', text: '{{ .CommonAnnotations.s }} <b> & \"q\"', color: '{{ if eq .Status \"firing\" }}danger{{ else }}good{{ end }}', fields: [{title: t, value: '{{ .Alerts.Firing | len }}', short: true}], actions: [{type: button, text: go, url: '{{ .ExternalURL }}'}]}]",
            rounds: [[.fire("a=1", annotations: "s=x")], [.fire("a=2", annotations: "s=x")]]),
    ]
}
