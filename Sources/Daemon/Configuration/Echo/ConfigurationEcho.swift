import Alerts
import Base
import Receivers
import Settings
import YAML

/// The configuration in force written out again for `/api/v2/status`: as it was written, with the defaults of
/// alertmanager.yml filled in and secrets hidden. amtool parses it (`config show`, `config routes test`).
///
/// Sections that only ruleval has are not part of it.
enum ConfigurationEcho {
    /// The text of a document that was read without errors.
    static func yaml(_ document: YAMLDocument, folder: ConfigurationFolder) -> String {
        let root = document.root
        var writer = EchoWriter()
        writer.global = writer.members(root?["global"], EchoTables.global)
        var members: [(key: String, value: EchoValue)] = [("global", .map(writer.global))]
        // Without a route of its own the configuration has one to a receiver that tells nobody.
        if let route = root?["route"], !route.isNull {
            members.append(("route", Self.route(route, writer)))
        } else {
            members.append(("route", .map([("receiver", .text("null")), ("continue", .plain("false"))])))
        }
        add("inhibit_rules", root, &members) { inhibition($0, writer) }
        var receivers = (root?["receivers"]?.sequence ?? []).map { receiver($0, writer) }
        if receivers.isEmpty { receivers = [.map([("name", .text("null"))])] }
        members.append(("receivers", .list(receivers)))
        let templates = (root?["templates"]?.sequence ?? []).map { folder.resolve($0.scalar?.text ?? "") }
        members.append(("templates", .list(templates.map { .text($0) })))
        add("mute_time_intervals", root, &members, named)
        add("time_intervals", root, &members, named)
        if let node = root?["tracing"], !node.isNull {
            members.append(("tracing", writer.section(node, tracing)))
        }
        if let node = root?["event_recorder"], !node.isNull {
            members.append(("event_recorder", writer.section(node, recorder)))
        }
        return EchoValue.map(members).yaml
    }

    private static let tracing: [EchoField] = [
        .text("client_type", "grpc"), .text("endpoint"), .number("sampling_fraction"), .flag("insecure"),
        .section("tls_config", EchoTables.tls), EchoField(key: "headers", kind: .headers), .text("compression"),
        .duration("timeout"),
    ]

    private static let recorder: [EchoField] = [
        .sections("file_outputs", [.text("name"), .text("path")]),
        .sections(
            "webhook_outputs",
            [
                .text("name"), .secret("url"), EchoField.section("http_config", EchoTables.http), .duration("timeout"),
                .number("workers"), .number("max_retries"), .duration("retry_backoff"),
            ]), .sections("stdout_outputs", [.text("name")]),
    ]

    private static func add(
        _ key: String, _ root: YAMLNode?, _ members: inout [(key: String, value: EchoValue)],
        _ make: (YAMLNode) -> EchoValue
    ) {
        let items = root?[key]?.sequence ?? []
        if !items.isEmpty { members.append((key, .list(items.map(make)))) }
    }

    private static func route(_ node: YAMLNode, _ writer: EchoWriter) -> EchoValue {
        var members = writer.members(
            node,
            [
                .text("receiver"), .texts("group_by"), .tree("match"), .tree("match_re"), .texts("matchers"),
                .texts("mute_time_intervals"), .texts("active_time_intervals"), .flag("continue", false),
                .tree("routes"), .duration("group_wait"), .duration("group_interval"), .duration("repeat_interval"),
                .tree("labels"),
            ])
        rewrite(node, ["matchers"], &members)
        let children = (node["routes"]?.sequence ?? []).map { route($0, writer) }
        replace("routes", children.isEmpty ? nil : .list(children), in: &members)
        return .map(members)
    }

    private static func inhibition(_ node: YAMLNode, _ writer: EchoWriter) -> EchoValue {
        let source: [EchoField] = [.texts("matchers"), .texts("equal")]
        var members = writer.members(
            node,
            [
                .text("name"), .tree("source_match"), .tree("source_match_re"), .texts("source_matchers"),
                .sections("sources", source), .tree("target_match"), .tree("target_match_re"),
                .texts("target_matchers"), .texts("equal"),
            ])
        rewrite(node, ["source_matchers", "target_matchers"], &members)
        let sources = (node["sources"]?.sequence ?? []).map { node in
            var members = writer.members(node, source)
            rewrite(node, ["matchers"], &members)
            return EchoValue.map(members)
        }
        replace("sources", sources.isEmpty ? nil : .list(sources), in: &members)
        return .map(members)
    }

    /// Matchers as they are understood, one a line.
    private static func rewrite(
        _ node: YAMLNode, _ keys: [String], _ members: inout [(key: String, value: EchoValue)]
    ) {
        for key in keys {
            let texts = (node[key]?.sequence ?? []).flatMap { item in
                ((try? MatcherSyntax.matchers(item.scalar?.text ?? "")) ?? []).map { EchoValue.text($0.description) }
            }
            replace(key, texts.isEmpty ? nil : .list(texts), in: &members)
        }
    }

    private static func replace(
        _ key: String, _ value: EchoValue?, in members: inout [(key: String, value: EchoValue)]
    ) {
        guard let index = members.firstIndex(where: { $0.key == key }) else { return }
        if let value { members[index].value = value } else { members.remove(at: index) }
    }

    private static func receiver(_ node: YAMLNode, _ writer: EchoWriter) -> EchoValue {
        let name = node["name"]?.scalar?.text ?? ""
        var labels: [(key: String, value: EchoValue)] = (node["labels"]?.mapping ?? []).map { pair in
            (pair.key.scalar?.text ?? "", .text(pair.value.isNull ? "" : pair.value.scalar?.text ?? ""))
        }
        labels.removeAll { $0.key == "name" }
        labels.append(("name", .text(name)))
        var members: [(key: String, value: EchoValue)] = [
            ("name", .text(name)), ("labels", .map(labels.sorted { $0.key < $1.key })),
        ]
        var known: Set<String> = ["name", "labels"]
        for (key, fields) in EchoTables.integrations {
            known.insert(key)
            let items = (node[key]?.sequence ?? []).map { item in
                switch key {
                case "email_configs": email(item, fields, writer)
                case "pagerduty_configs": page(item, fields, writer)
                default: writer.section(item, fields)
                }
            }
            if !items.isEmpty { members.append((key, .list(items))) }
        }
        for pair in node.mapping ?? [] {
            guard let key = pair.key.scalar?.text, !known.contains(key), let items = pair.value.sequence else {
                continue
            }
            members.append((key, .list(items.map { writer.section($0, []) })))
        }
        return .map(members)
    }

    /// Mail has headers that are there unless the configuration has others.
    private static func email(_ node: YAMLNode, _ fields: [EchoField], _ writer: EchoWriter) -> EchoValue {
        var members = writer.members(node, fields)
        var headers: [(key: String, value: EchoValue)] = (node["headers"]?.mapping ?? []).map { pair in
            (
                EmailSettings.canonical(pair.key.scalar?.text ?? ""),
                .text(pair.value.isNull ? "" : pair.value.scalar?.text ?? "")
            )
        }
        let texts = Dictionary(members.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
        let defaults: [(String, EchoValue?)] = [
            ("From", texts["from"]), ("Subject", .text("{{ template \"email.default.subject\" . }}")),
            ("To", texts["to"]),
        ]
        for (key, value) in defaults where !headers.contains(where: { $0.key == key }) {
            if let value { headers.append((key, value)) }
        }
        let value = EchoValue.map(headers.sorted { $0.key < $1.key })
        if members.contains(where: { $0.key == "headers" }) {
            replace("headers", value, in: &members)
        } else {
            insert(("headers", value), before: ["html", "text", "require_tls"], in: &members)
        }
        return .map(members)
    }

    /// PagerDuty has details that are there unless the configuration has others.
    private static func page(_ node: YAMLNode, _ fields: [EchoField], _ writer: EchoWriter) -> EchoValue {
        var members = writer.members(node, fields)
        var details: [(key: String, value: EchoValue)] = (node["details"]?.mapping ?? []).map { pair in
            (pair.key.scalar?.text ?? "", EchoWriter.tree(pair.value))
        }
        for (key, text) in [
            ("firing", "{{ .Alerts.Firing | toJson }}"), ("num_firing", "{{ .Alerts.Firing | len }}"),
            ("num_resolved", "{{ .Alerts.Resolved | len }}"), ("resolved", "{{ .Alerts.Resolved | toJson }}"),
        ] where !details.contains(where: { $0.key == key }) { details.append((key, .text(text))) }
        let value = EchoValue.map(details.sorted { $0.key < $1.key })
        members.removeAll { $0.key == "details" }
        let behind = ["images", "links", "source", "severity", "class", "component", "group", "timeout"]
        insert(("details", value), before: behind, in: &members)
        if !members.contains(where: { $0.key == "source" }), let client = members.first(where: { $0.key == "client" }) {
            insert(("source", client.value), before: Array(behind.dropFirst(3)), in: &members)
        }
        return .map(members)
    }

    /// Puts a member before the first of some others.
    private static func insert(
        _ member: (key: String, value: EchoValue), before others: [String],
        in members: inout [(key: String, value: EchoValue)]
    ) {
        members.insert(member, at: members.firstIndex { others.contains($0.key) } ?? members.endIndex)
    }

    private static func named(_ node: YAMLNode) -> EchoValue {
        var members: [(key: String, value: EchoValue)] = [("name", .text(node["name"]?.scalar?.text ?? ""))]
        members.append(("time_intervals", .list((node["time_intervals"]?.sequence ?? []).map(interval))))
        return .map(members)
    }

    private static func interval(_ node: YAMLNode) -> EchoValue {
        var members: [(key: String, value: EchoValue)] = []
        let times = (node["times"]?.sequence ?? []).map { range in
            EchoValue.map(
                ["start_time", "end_time"].map { key in (key, .text(range[key]?.scalar?.text ?? "")) })
        }
        if !times.isEmpty { members.append(("times", .list(times))) }
        for key in ["weekdays", "days_of_month", "months", "years"] {
            let items = (node[key]?.sequence ?? []).map { range($0.scalar?.text ?? "", isMonth: key == "months") }
            if !items.isEmpty { members.append((key, .inline(items))) }
        }
        if let location = node["location"]?.scalar, !location.isNull, !location.text.isEmpty {
            members.append(("location", .text(location.text)))
        }
        return .map(members)
    }

    private static let months = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    /// `a:b`, or `a` where both ends are the same; months by number.
    private static func range(_ text: String, isMonth: Bool) -> String {
        let parts = text.lowercased().split(separator: ":").map { part in
            guard isMonth, let index = months.firstIndex(of: String(part)) else { return String(part) }
            return "\(index + 1)"
        }
        return parts.count == 2 && parts[0] == parts[1] ? parts[0] : parts.joined(separator: ":")
    }
}
