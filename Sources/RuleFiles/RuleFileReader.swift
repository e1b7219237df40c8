import Base
import GoTemplate
import PromQL
import YAML

/// Turns a document's tree into groups, noting everything wrong on the way.
struct RuleFileReader {
    let path: String
    let options: RuleFileLoader.Options
    let decoding = YAMLDecoding(passesOverNullKeys: true)
    /// What templates read that were met before: many rules of a file share them.
    private var templates: [String: TemplateReferences] = [:]
    /// Whether the file is for the Prometheus operator, which takes a key of Thanos beside Prometheus' own.
    var isKubernetes = false

    init(path: String, options: RuleFileLoader.Options) {
        self.path = path
        self.options = options
    }

    /// The groups of a rule file, or of what a Kubernetes object has under `spec`, each handed to `take`.
    mutating func readGroups(of root: YAMLNode, as what: String = "a rule file", _ take: (RuleGroup) -> Void) {
        guard let reader = decoding.mapping(root, as: what) else { return }
        var lines: [String: Int] = [:]
        for node in reader.list("groups") ?? [] where !node.isNull {
            guard let group = self.group(node) else { continue }
            if let first = lines[group.name] {
                decoding.report("group '\(group.name)' stands in this file already, in line \(first)", at: node)
            }
            lines[group.name] = node.line
            take(group)
        }
        reader.finish(hints: Self.fileHints)
    }

    private mutating func group(_ node: YAMLNode) -> RuleGroup? {
        guard let reader = decoding.mapping(node, as: "a group") else { return nil }
        let name = reader.string("name") ?? ""
        if name.isEmpty, reader.value("name")?.scalar != nil || reader.value("name") == nil {
            decoding.report("a group needs a 'name'", at: reader.value("name") ?? node)
        }
        var group = RuleGroup(name: name, file: path, rules: [], position: node.position)
        group.interval = reader.duration("interval")
        group.queryOffset = reader.duration("query_offset")
        group.limit = reader.int("limit") ?? 0
        group.labels = labels(reader, "labels")
        if isKubernetes { _ = reader.string("partial_response_strategy") }
        for rule in reader.list("rules") ?? [] where !rule.isNull {
            if let rule = self.rule(rule) { group.rules.append(rule) }
        }
        reader.finish(hints: Self.groupHints)
        return group
    }

    private mutating func rule(_ node: YAMLNode) -> Rule? {
        guard let reader = decoding.mapping(node, as: "a rule") else { return nil }
        let before = decoding.diagnostics.count
        let record = reader.string("record") ?? ""
        let alert = reader.string("alert") ?? ""
        let wait = reader.duration("for") ?? .zero
        let keep = reader.duration("keep_firing_for") ?? .zero
        var labels = labels(reader, "labels")
        var annotations = self.annotations(reader)
        let kind: Rule.Kind
        switch (record.isEmpty, alert.isEmpty) {
        case (false, true):
            kind = .recording(record: record)
            checkRecording(reader, record, wait: wait, keep: keep, annotations: annotations)
        case (true, false):
            kind = .alerting(alert: alert, for: wait, keepFiringFor: keep)
            for index in labels.indices { checkTemplate(&labels[index], of: alert) }
            for index in annotations.indices { checkTemplate(&annotations[index], of: alert) }
        case (false, false):
            kind = .recording(record: record)
            decoding.report("a rule has 'record' or 'alert', not both", at: reader.keyNode("alert") ?? node)
        case (true, true):
            kind = .recording(record: "")
            if reader.value("record")?.scalar != nil || reader.value("alert")?.scalar != nil
                || decoding.diagnostics.count == before
            {
                decoding.report("a rule needs 'record' or 'alert'", at: node)
            }
        }
        let expression = self.expression(reader, of: alert.isEmpty ? record : alert)
        reader.finish(hints: Self.ruleHints)
        return expression.map {
            Rule(kind: kind, expression: $0, labels: labels, annotations: annotations, node: node)
        }
    }

    private func checkRecording(
        _ reader: YAMLMappingReader, _ record: String, wait: Duration, keep: Duration, annotations: [RuleField]
    ) {
        func refuse(_ key: String) {
            decoding.report(
                "a recording rule has no '\(key)'", at: reader.keyNode(key) ?? reader.node,
                hint: "'\(key)' is for alerting rules")
        }
        if wait != .zero { refuse("for") }
        if keep != .zero { refuse("keep_firing_for") }
        if !annotations.isEmpty { refuse("annotations") }
        if record.utf8.contains(UInt8(ascii: "{")) || record.utf8.contains(UInt8(ascii: "}")) {
            decoding.report(
                "'\(record)' is no name for a recording: it has braces", at: reader.value("record") ?? reader.node,
                hint: "labels are set under 'labels'; an expression stands under 'expr'")
        }
    }

    private func expression(_ reader: YAMLMappingReader, of name: String) -> RuleExpression? {
        guard let node = reader.value("expr"), node.isNull || node.scalar?.text.isEmpty == true || node.scalar != nil
        else {
            if let node = reader.value("expr") {
                _ = decoding.string(node, as: "'expr'")
            } else {
                decoding.report("rule '\(name)' needs 'expr'", at: reader.node)
            }
            return nil
        }
        guard let text = decoding.string(node, as: "'expr'"), !text.isEmpty else {
            decoding.report("rule '\(name)' needs 'expr'", at: node)
            return nil
        }
        do throws(PromQLError) {
            return RuleExpression(text: text, expr: try RuleLanguage.parse(text, options.features), node: node)
        } catch {
            decoding.report(RuleLanguage.diagnostic(error, in: node))
            return nil
        }
    }

    private func labels(_ reader: YAMLMappingReader, _ key: String) -> [RuleField] {
        reader.stringPairs(key).map { pair in
            if pair.name.isEmpty || pair.name == "__name__" {
                decoding.report(
                    "'\(pair.name)' is no label that a rule may set", at: pair.nameNode,
                    hint: pair.name.isEmpty ? nil : "the metric's name is set by 'record'")
            }
            return RuleField(name: pair.name, text: pair.text, node: pair.textNode)
        }
    }

    private func annotations(_ reader: YAMLMappingReader) -> [RuleField] {
        reader.stringPairs("annotations").map { pair in
            if pair.name.isEmpty { decoding.report("an annotation needs a name", at: pair.nameNode) }
            return RuleField(name: pair.name, text: pair.text, node: pair.textNode)
        }
    }

    private mutating func checkTemplate(_ field: inout RuleField, of alert: String) {
        guard let node = field.node else { return }
        if let known = templates[field.text] {
            field.references = known
            return
        }
        do throws(Diagnostic) {
            field.references = try TemplateCheck.references(of: field.text, in: alert, at: node)
            if let references = field.references, templates.count < 1000 { templates[field.text] = references }
        } catch { decoding.report(error) }
    }
}

// MARK: - Keys that often stand in the wrong place

extension RuleFileReader {
    private static let fileHints: [String: String] = [
        "name": "it belongs into an item of 'groups'", "rules": "it belongs into an item of 'groups'",
        "interval": "it belongs into an item of 'groups'", "alert": "rules stand under 'rules' of a group",
        "record": "rules stand under 'rules' of a group", "namespace": "Mimir's and Cortex' key; Prometheus refuses it",
    ]

    private static let groupHints: [String: String] = [
        "alert": "rules stand in the list 'rules'", "record": "rules stand in the list 'rules'",
        "expr": "rules stand in the list 'rules'", "for": "it belongs into a rule",
        "annotations": "it belongs into a rule",
        "partial_response_strategy": "Thanos' key; Prometheus refuses it",
        "source_tenants": "Mimir's and Cortex' key; Prometheus refuses it",
        "evaluation_delay": "Mimir's and Cortex' key; Prometheus has 'query_offset'",
        "concurrency": "vmalert's key; Prometheus refuses it", "type": "vmalert's key; Prometheus refuses it",
        "eval_offset": "vmalert's key; Prometheus has 'query_offset'",
        "eval_delay": "vmalert's key; Prometheus has 'query_offset'", "tenant": "vmalert's key; Prometheus refuses it",
        "params": "vmalert's key; Prometheus refuses it", "headers": "vmalert's key; Prometheus refuses it",
    ]

    private static let ruleHints: [String: String] = {
        var hints: [String: String] = [:]
        for label in ["severity", "priority", "team", "service", "component", "environment", "env", "tier", "owner"] {
            hints[label] = "it belongs under 'labels'"
        }
        for annotation in [
            "summary", "description", "message", "runbook", "runbook_url", "dashboard", "dashboard_url", "title",
        ] {
            hints[annotation] = "it belongs under 'annotations'"
        }
        for key in ["interval", "limit", "query_offset"] { hints[key] = "it belongs to the group" }
        hints["name"] = "a rule's name stands under 'alert' or 'record'"
        hints["debug"] = "vmalert's key; Prometheus refuses it"
        hints["update_entries_limit"] = "vmalert's key; Prometheus refuses it"
        return hints
    }()
}
