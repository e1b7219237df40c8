import TestSupport

/// Random templates of labels and annotations.
enum RandomTemplate {
    /// A label's: short, and the same for the same labels, so that alerts live long.
    static func label(_ prefix: String, _ random: inout SeededGenerator) -> String {
        random.pick([
            "plain", "", "{{ $labels.queue }}", "{{ $labels.missing }}",
            "{{ if gt $value 5.0 }}page{{ else }}ticket{{ end }}",
            "{{ $labels.__name__ }}", "{{ .Labels.team | toUpper }}-{{ $externalLabels.cluster }}", "{{ .Nothing }}",
            "{{ with $labels.queue }}{{ . }}{{ end }}", "a {{ \"{{\" }} b",
            "{{ query \"\(prefix)_none\" | first | value }}",
            "{{ $labels.instance | stripPort }}", "<&>\"'", "{{ $labels.alertname }}", "{{ $value | humanize }}",
            "{{ query \"count(\(prefix)_q)\" | len }}", "  spaces  ", "{{ $externalURL }}",
        ])
    }

    /// An annotation's.
    static func annotation(_ prefix: String, group: String, _ random: inout SeededGenerator) -> String {
        var text = random.pick(pieces(prefix, group))
        if random.chance(30) { text += " / " + random.pick(pieces(prefix, group)) }
        return text
    }

    private static func pieces(_ prefix: String, _ group: String) -> [String] {
        values + queries(prefix, group)
    }

    private static let values = [
        "{{ $labels.queue }} of {{ $labels.__name__ }} is {{ $value }}", "{{ . }}", "{{ $value | humanize }}",
        "{{ $value | humanize1024 }}", "{{ humanizeDuration $value }}", "{{ $value | humanizePercentage }}",
        "{{ $value | humanizeTimestamp }}", "{{ printf \"%.2f|%g|%v|%5.1f|%e\" 1.5 2e7 1e21 3.14 0.5 }}",
        "{{ printf \"%d %s %q\" 1.5 2 $labels.queue }}", "{{ $labels }}",
        "{{ range $k, $v := $labels }}{{ $k }}={{ $v }};{{ end }}",
        "{{ len $labels }}", "{{ index $labels \"queue\" }}",
        "{{ if eq $labels.queue \"a\" }}A{{ else if .Value }}B{{ end }}",
        "{{ $labels.queue | title }} {{ toUpper \"x\" }} {{ toLower \"Y\" }}", "{{ match \"a|b\" $labels.queue }}",
        "{{ reReplaceAll \"(.)\" \"<$1>\" $labels.queue }}",
        "{{ stripPort $labels.instance }} {{ stripDomain $labels.instance }}",
        "{{ parseDuration \"1h30m\" }}", "{{ $externalLabels.cluster }} {{ $externalLabels.none }}",
        "{{ externalURL }} {{ pathPrefix }}",
        "{{ graphLink \"up > 1\" }} {{ tableLink \"a{b='c'}\" }}", "{{ args 1 \"two\" }}",
        "{{ $labels.note | safeHtml }}",
        "{{ printf \"%s\" .Labels.owner | html }} {{ $labels.owner | urlquery }}", "{{ len $labels | printf \"%t\" }}",
        "{{ humanize \"12345\" }} {{ humanize \"x\" }}", "{{ slice $labels.queue 0 1 }}", "{{ $labels.queue.x }}",
        "{{ define \"t\" }}[{{ . }}]{{ end }}{{ template \"t\" $value }}",
        "{{ not $value }} {{ and $value 1 }} {{ or 0 $value }}",
        "{{ lt $value 3.0 }} {{ eq $value $value }}", "{{ $value | toTime }}", "line\none", "{{- \" trimmed \" -}} x",
        "{{ humanizeDuration \"90061.5\" }} {{ humanizePercentage \"0.123456\" }}",
        "{{ js $labels.note }} {{ print $value $labels.queue 1 }}",
    ]

    private static func queries(_ prefix: String, _ group: String) -> [String] {
        [
            "{{ range query \"sort_desc(sum by (queue) (\(prefix)_q))\" }}{{ .Labels.queue }}:{{ .Value }} {{ end }}",
            "{{ with query \"count(\(prefix)_q)\" }}{{ . | first | value | humanize }}{{ end }}",
            "{{ query \"\(prefix)_none\" | first | value }}", "{{ query \"sum(\" }}",
            "{{ query \"1 + 1\" | first | value }}",
            "{{ query \"\(prefix)_q * on (team) \(prefix)_q\" | first | value }}",
            "{{ query \"\(prefix)_q[5s]\" | len }}",
            "{{ range query \"\(prefix)_q\" | sortByLabel \"queue\" }}{{ .Labels.queue }}{{ end }}",
            "{{ printf \"count(\(prefix)_q{queue='%s'})\" $labels.queue | query | first | value }}",
            "{{ query \"\(prefix)_info\" | sortByLabel \"queue\" | first | label \"version\" }}",
            "{{ query \"'text'\" | first | strvalue }}",
            "{{ with query \"max(\(prefix)_none)\" }}some{{ else }}none{{ end }}",
            "{{ query \"time() > bool 1\" | len }}",
            "{{ query \"count(ALERTS{alertname=~'\(group).*'})\" | len }}",
            "{{ range query \"count by (alertname, alertstate) (ALERTS{alertname=~'\(group).*'})\" | sortByLabel \"alertname\" }}{{ .Labels.alertname }}{{ end }}",
            "{{ query \"count(\(prefix)_h)\" | first | value }} {{ query \"sum(\(prefix)_h)\" | first | value }}",
            "{{ query \"\(prefix):rec0\" | len }}",
            "{{ query \"sum(\(prefix)_q) by (team)\" | sortByLabel \"team\" | len }}",
        ]
    }
}
