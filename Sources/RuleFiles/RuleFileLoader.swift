import Base
import PromQL
import YAML

/// Reads rule files, and says everything that is wrong with them.
///
/// - Source: Prometheus' documentation, "Recording rules"; behaviour of `promtool check rules`.
public enum RuleFileLoader {
    /// What a file may use, and how large it may be.
    public struct Options: Sendable {
        /// Parts of PromQL that are switched on.
        public var features: Set<Feature> = []
        /// Bounds on the file.
        public var limits = YAMLDocument.Limits()

        /// No features, usual bounds.
        public init(features: Set<Feature> = []) { self.features = features }
    }

    /// A file, nil when an error refuses it; and all that is to be said about it, by place.
    public typealias Outcome = (file: RuleFile?, diagnostics: [Diagnostic])

    /// Reads the file at `path`.
    public static func load(path: String, options: Options = .init()) -> Outcome {
        do {
            return load(document: try YAMLDocument.load(path, limits: options.limits), path: path, options: options)
        } catch { return (nil, error.all) }
    }

    /// Reads a text; `path` is its name in messages and in the result.
    public static func load(text: String, path: String, options: Options = .init()) -> Outcome {
        do {
            let document = try YAMLDocument(parsing: text, file: path, limits: options.limits)
            return load(document: document, path: path, options: options)
        } catch { return (nil, error.all) }
    }

    /// Reads a document. One without content has no groups.
    public static func load(document: YAMLDocument, path: String, options: Options = .init()) -> Outcome {
        var groups: [RuleGroup] = []
        let diagnostics = visit(document: document, path: path, options: options) { groups.append($0) }
        let hasErrors = diagnostics.contains { $0.severity == .error }
        return (hasErrors ? nil : RuleFile(path: path, groups: groups, document: document), diagnostics)
    }

    /// Reads a document group by group, for who does not need them all at once.
    /// - Parameter take: Given each group as it was read, also of a file that is refused in the end.
    /// - Returns: All that is to be said about the file, by place; an error refuses it.
    public static func visit(
        document: YAMLDocument, path: String, options: Options = .init(), _ take: (RuleGroup) -> Void
    ) -> [Diagnostic] {
        var reader = RuleFileReader(path: path, options: options)
        if let root = document.root { reader.readGroups(of: root, take) }
        return reader.decoding.sortedDiagnostics
    }
}
