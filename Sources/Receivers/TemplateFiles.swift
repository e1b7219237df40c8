import Base
import GoTemplate

/// Files of notification templates beside the defaults, to be checked or rendered by hand.
///
/// The name of a file's own text is its last path component, as in Alertmanager and amtool.
public struct TemplateFiles: Sendable {
    /// Something wrong with a template, and the line it stands in.
    public struct Problem: Error, Sendable, CustomStringConvertible {
        /// What and where.
        public var diagnostic: Diagnostic
        /// The line; nil when no place is known.
        public var line: String?

        /// The diagnostic, the line and a caret under the place, each on a line of its own.
        public var description: String {
            guard let position = diagnostic.position, let line else { return shown(diagnostic.description) }
            let number = String(position.line)
            let margin = String(repeating: " ", count: number.utf8.count)
            // Long lines are cut around the place.
            let from = max(0, position.column - 81)
            let part = String(String.UnicodeScalarView(line.unicodeScalars.dropFirst(from).prefix(120)))
            let indent = String(repeating: " ", count: max(0, position.column - 1 - from))
            return "\(shown(diagnostic.description))\n  \(number) | \(shown(part))\n  \(margin) | \(indent)^"
        }

        /// Harmless for a terminal.
        private func shown(_ text: String) -> String {
            String(
                String.UnicodeScalarView(
                    text.unicodeScalars.map { scalar in
                        if scalar == "\t" { return " " }
                        return scalar.properties.generalCategory == .control ? "·" : scalar
                    }))
        }
    }

    /// What cannot be read as a template, unknown functions among it; then only the other files take part.
    public private(set) var syntaxProblems: [Problem] = []
    private var templates: TemplateSet
    /// Path and text by the name that errors show.
    private var sources: [String: (path: String, text: String)] = [:]
    private let defaults: Set<String>

    /// Reads these files in order, later definitions replacing earlier ones.
    public init(_ files: [(path: String, text: String)]) throws(TemplateError) {
        let start = try NotificationTemplates().templates
        templates = start
        defaults = Set(start.names)
        for (path, text) in files {
            let name = String(path.split(separator: "/").last ?? Substring(path))
            sources[name] = (path, text)
            do throws(TemplateError) {
                try templates.parse(text, name: name)
            } catch { syntaxProblems.append(problem(error)) }
        }
    }

    /// Names of the templates that the files define, sorted; those of the files themselves only where they say something.
    public var names: [String] { templates.names.filter { !defaults.contains($0) && !templates.isBlank($0) } }

    /// Everything that is wrong without running: ``syntaxProblems``; without any, templates that do not exist and wrong
    /// argument counts.
    public var problems: [Problem] {
        syntaxProblems.isEmpty
            ? templates.problems.filter { sources[$0.name] != nil }.map { problem($0) } : syntaxProblems
    }

    /// Runs the template `name` over `data`, as HTML if asked for.
    /// - Throws: why there is no result; the message is Go's.
    public func render(
        _ name: String, data: NotificationData, asHTML: Bool, environment: TemplateEnvironment
    ) throws(Problem) -> String {
        let text = "{{ template \(Self.quoted(name)) . }}"
        var environment = environment
        environment.routeLabels = data.routeLabels ?? [:]
        let outcome = templates.expand(text, data: data.value, asHTML: asHTML, environment: environment)
        switch outcome {
        case .text(let text): return text
        case .failed(let error, _): throw problem(error)
        case .needs(let query, _): throw Problem(diagnostic: Diagnostic("the query \(query) has no answer here"))
        }
    }

    private func problem(_ error: TemplateError) -> Problem {
        guard var position = error.position, let source = sources[error.name] else {
            return Problem(
                diagnostic: Diagnostic(
                    sources[error.name].map { "\($0.path): \(error.message)" } ?? error.message, hint: error.hint))
        }
        position.file = source.path
        let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false)
        return Problem(
            diagnostic: Diagnostic(error.reason, at: position, hint: error.hint),
            line: lines.indices.contains(position.line - 1) ? String(lines[position.line - 1]) : nil)
    }

    private static func quoted(_ name: String) -> String {
        var out = "\""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"", "\\": out += "\\\(scalar)"
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
