import Base
import YAML

extension RuleFileLoader {
    /// Reads the PrometheusRule objects of a Kubernetes manifest: those of all documents, and of lists in them. Other
    /// objects are passed over; a file without any PrometheusRule has no groups, and a warning says so.
    ///
    /// - Parameter document: Read with all its documents.
    /// - Source: The Prometheus operator's API reference, "PrometheusRule".
    public static func loadKubernetes(
        document: YAMLDocument, path: String, options: Options = .init()
    ) -> Outcome {
        var reader = RuleFileReader(path: path, options: options)
        reader.isKubernetes = true
        var groups: [RuleGroup] = []
        var found = 0
        var open = Array(document.roots.reversed())
        while let object = open.popLast() {
            guard let kind = object["kind"]?.scalar?.text else { continue }
            if kind == "PrometheusRule" {
                found += 1
                groups += reader.groups(ofObject: object)
            } else if kind == "List" || kind == "PrometheusRuleList", let items = object["items"] {
                for item in reader.decoding.list(items, as: "'items' of a \(kind)") ?? [] {
                    // The items of a typed list need not say what they are.
                    if kind == "PrometheusRuleList", item["kind"] == nil {
                        found += 1
                        groups += reader.groups(ofObject: item)
                    } else if item["kind"]?.scalar?.text == "PrometheusRule" {
                        found += 1
                        groups += reader.groups(ofObject: item)
                    }
                }
                found += kind == "PrometheusRuleList" ? 1 : 0
            }
        }
        if found == 0, let root = document.root {
            reader.decoding.report(
                Diagnostic(
                    "no PrometheusRule is among the Kubernetes objects of this file", at: root.position,
                    severity: .warning))
        }
        let file = RuleFile(path: path, groups: groups, document: document)
        return (reader.decoding.hasErrors ? nil : file, reader.decoding.sortedDiagnostics)
    }
}

extension RuleFileReader {
    fileprivate mutating func groups(ofObject object: YAMLNode) -> [RuleGroup] {
        guard let spec = object["spec"], !spec.isNull else {
            decoding.report("a PrometheusRule needs 'spec'", at: object)
            return []
        }
        return groups(of: spec, as: "'spec' of a PrometheusRule")
    }
}
