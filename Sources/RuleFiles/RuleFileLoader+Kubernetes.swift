import Base
import YAML

extension RuleFileLoader {
    /// Reads the PrometheusRule objects of a Kubernetes manifest: those of all documents, and of lists in them. Other
    /// objects are passed over; a file without any PrometheusRule has no groups, and a warning says so.
    ///
    /// - Parameters:
    ///   - document: Read with all its documents.
    ///   - take: Given each group as it was read, also of a file that is refused in the end.
    /// - Returns: All that is to be said about the file, by place; an error refuses it.
    /// - Source: The Prometheus operator's API reference, "PrometheusRule".
    public static func visitKubernetes(
        document: YAMLDocument, path: String, options: Options = .init(), _ take: (RuleGroup) -> Void
    ) -> [Diagnostic] {
        var reader = RuleFileReader(path: path, options: options)
        reader.isKubernetes = true
        var found = 0
        var open = Array(document.roots.reversed())
        while let object = open.popLast() {
            guard let kind = object["kind"]?.scalar?.text else { continue }
            if kind == "PrometheusRule" {
                found += 1
                reader.readGroups(ofObject: object, take)
            } else if kind == "List" || kind == "PrometheusRuleList", let items = object["items"] {
                for item in reader.decoding.list(items, as: "'items' of a \(kind)") ?? [] {
                    // The items of a typed list need not say what they are.
                    if kind == "PrometheusRuleList", item["kind"] == nil {
                        found += 1
                        reader.readGroups(ofObject: item, take)
                    } else if item["kind"]?.scalar?.text == "PrometheusRule" {
                        found += 1
                        reader.readGroups(ofObject: item, take)
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
        return reader.decoding.sortedDiagnostics
    }
}

extension RuleFileReader {
    fileprivate mutating func readGroups(ofObject object: YAMLNode, _ take: (RuleGroup) -> Void) {
        guard let spec = object["spec"], !spec.isNull else {
            decoding.report("a PrometheusRule needs 'spec'", at: object)
            return
        }
        readGroups(of: spec, as: "'spec' of a PrometheusRule", take)
    }
}
