import Base
import GoTemplate

/// What is measured: templates of five actions as people write them.
enum BenchmarkTemplates {
    static let annotations: [(name: String, text: String)] = [
        (
            "labels and value",
            "{{ $labels.instance }} of {{ $labels.job }} in {{ $labels.zone }} is at {{ $value }} ({{ .Labels.severity }})"
        ),
        (
            "functions",
            #"{{ $labels.instance | stripPort }} is at {{ $value | humanize }}, {{ printf "%.2f" $value }}%, "#
                + "since {{ humanizeDuration $value }} in {{ $externalLabels.cluster | toUpper }}"
        ),
        (
            "control",
            #"{{ if gt $value 1000.0 }}high{{ else }}low{{ end }} {{ with $labels.zone }}in {{ . }}{{ end }} "#
                + #"{{ if and (eq $labels.job "api") (ne $labels.severity "info") }}page{{ end }}"#
        ),
    ]

    static let notifications: [(name: String, text: String)] = [
        (
            "title",
            #"[{{ .Status | toUpper }}:{{ .Alerts.Firing | len }}] {{ .GroupLabels.SortedPairs.Values | join " " }} "#
                + "({{ .CommonLabels.severity }}) {{ .ExternalURL }}"
        )
    ]

    static var notification: NotificationData {
        var data = NotificationData()
        data.status = "firing"
        data.groupLabels = ["alertname": "Latency", "job": "api"]
        data.commonLabels = ["alertname": "Latency", "job": "api", "severity": "critical"]
        data.externalURL = "http://alertmanager.example"
        data.alerts = (0..<3).map { index in
            .init(
                status: "firing", labels: ["alertname": "Latency", "job": "api", "instance": "web-\(index):9090"],
                annotations: ["summary": "slow"], startsAt: ZonedTime(unixSeconds: 1_767_323_045))
        }
        return data
    }
}
