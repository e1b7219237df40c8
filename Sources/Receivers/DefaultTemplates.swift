/// The templates that every installation has: what messages say unless a configuration says otherwise.
///
/// Their output is that of Alertmanager 0.33's own, so that a user's template may call them by the same names.
enum DefaultTemplates {
    /// Everything but mail.
    static let text: String =
        [
            define("__alertmanager", "Alertmanager"),
            define("__alertmanagerURL", "{{ .ExternalURL }}/#/alerts?receiver={{ .Receiver | urlquery }}"),
            define("__subject", subject),
            define("__description", ""),
            define("__text_alert_list", alertList),
            define("slack.default.title", "{{ template \"__subject\" . }}"),
            define("slack.default.username", "{{ template \"__alertmanager\" . }}"),
            define(
                "slack.default.fallback",
                "{{ template \"slack.default.title\" . }} | {{ template \"slack.default.titlelink\" . }}"),
            define("slack.default.callbackid", ""),
            define("slack.default.pretext", ""),
            define("slack.default.titlelink", "{{ template \"__alertmanagerURL\" . }}"),
            define("slack.default.iconemoji", ""),
            define("slack.default.iconurl", ""),
            define("slack.default.text", ""),
            define("slack.default.footer", ""),
            define("slack.default.color", "{{ if eq .Status \"firing\" }}danger{{ else }}good{{ end }}"),
            define("__text_alert_list_markdown", markdownList),
        ].joined() + ServiceTemplates.text

    /// Mail's subject and HTML page; needs ``text``.
    static let email = define("email.default.subject", "{{ template \"__subject\" . }}") + EmailPage.definition

    static func define(_ name: String, _ body: String) -> String { "{{ define \"\(name)\" }}\(body){{ end }}" }

    /// `[FIRING:2] group labels (other common labels)`.
    private static let subject =
        "[{{ .Status | toUpper }}{{ if eq .Status \"firing\" }}:{{ len .Alerts.Firing }}{{ end }}] "
        + "{{ join \" \" .GroupLabels.SortedPairs.Values }} "
        + "{{ if gt (len .CommonLabels) (len .GroupLabels) }}"
        + "({{ with .CommonLabels.Remove .GroupLabels.Names }}{{ join \" \" .Values }}{{ end }}){{ end }}"

    private static let alertList =
        "{{ range . }}Labels:\n\(pairs("Labels"))Annotations:\n\(pairs("Annotations"))Source: {{ .GeneratorURL }}\n{{ end }}"

    private static let markdownList =
        "{{ range . }}\nLabels:\n\(indented("Labels"))\nAnnotations:\n\(indented("Annotations"))\n"
        + "Source: {{ .GeneratorURL }}\n{{ end }}\n"

    private static func indented(_ field: String) -> String {
        "{{ range .\(field).SortedPairs }}  - {{ .Name }} = {{ .Value }}\n{{ end }}"
    }

    private static func pairs(_ field: String) -> String {
        "{{ range .\(field).SortedPairs }} - {{ .Name }} = {{ .Value }}\n{{ end }}"
    }
}
