import Base

/// Templates that know each other by name: Go's associated templates.
///
/// A value: a copy may be parsed into further without touching the original, as Go's Clone.
public struct TemplateSet: Sendable {
    /// What a map gives for a key that is not there.
    public enum MissingKey: Sendable {
        /// Nothing, printed `<no value>`: Go's default.
        case undefined
        /// The zero of the map's elements: what Prometheus and Alertmanager ask for.
        case zero
        /// An error.
        case error
    }

    /// The functions that its templates may call.
    public let functions: FunctionTable
    /// How missing keys are treated.
    public let missingKey: MissingKey
    var trees: [String: SyntaxTree] = [:]

    /// An empty set.
    public init(functions: FunctionTable = .builtin, missingKey: MissingKey = .zero) {
        self.functions = functions
        self.missingKey = missingKey
    }

    /// A set with one text, in one go.
    /// - Throws: what ``parse(_:name:)`` throws.
    public init(
        name: String, text: String, functions: FunctionTable = .builtin, missingKey: MissingKey = .zero
    ) throws(TemplateError) {
        self.init(functions: functions, missingKey: missingKey)
        try parse(text, name: name)
    }

    /// Adds a text under `name`, and the templates it defines under theirs.
    ///
    /// Later definitions replace earlier ones, unless they are nothing but space.
    /// - Throws: a ``TemplateError`` of kind `syntax`; the set is then unchanged.
    public mutating func parse(_ text: String, name: String) throws(TemplateError) {
        var parser = Parser(text, name: name, functions: functions)
        let parsed = try parser.parse()
        var fromThisText: [String: SyntaxTree] = [:]
        for tree in parsed {
            if let earlier = fromThisText[tree.name], !earlier.isEmpty {
                if tree.isEmpty { continue }
                throw TemplateError(
                    kind: .syntax,
                    message: "template: \(name):\(tree.location(tree.source.utf8.count).line): "
                        + "template: multiple definition of template \(GoQuote.quoted(tree.name))",
                    reason: "multiple definition of template \(GoQuote.quoted(tree.name))", name: name)
            }
            fromThisText[tree.name] = tree
        }
        for (name, tree) in fromThisText where trees[name] == nil || !tree.isEmpty { trees[name] = tree }
    }

    /// Reads `text` beside the templates of this set and runs it: what a receiver does with a field of its section.
    ///
    /// The set stays as it is. The empty text gives the empty text. With `asHTML` values are escaped for their places.
    public func expand(
        _ text: String, data: TemplateValue, asHTML: Bool = false,
        environment: TemplateEnvironment = TemplateEnvironment(), limits: TemplateLimits = TemplateLimits()
    ) -> TemplateOutcome {
        if text.isEmpty { return .text("") }
        if !asHTML, !text.utf8.contains(UInt8(ascii: "{")) { return .text(text) }
        do throws(TemplateError) {
            var set = self
            set.trees[""] = nil
            try set.parse(text, name: "")
            return asHTML
                ? set.executeHTML("", data: data, environment: environment, limits: limits)
                : set.execute("", data: data, environment: environment, limits: limits)
        } catch { return .failed(error, partial: "") }
    }

    /// Names of all templates, sorted.
    public var names: [String] { trees.keys.sorted() }

    /// Whether there is a template of that name.
    public func contains(_ name: String) -> Bool { trees[name] != nil }

    /// Whether the template is nothing but space, as a file's own text is when it only defines others.
    public func isBlank(_ name: String) -> Bool { trees[name]?.isEmpty ?? true }

    /// Runs the template `name` over `data`.
    public func execute(
        _ name: String, data: TemplateValue, environment: TemplateEnvironment = TemplateEnvironment(),
        limits: TemplateLimits = TemplateLimits()
    ) -> TemplateOutcome {
        guard let tree = trees[name] else {
            let reason = "no template \(GoQuote.quoted(name)) associated with template \(GoQuote.quoted(name))"
            return .failed(
                TemplateError(kind: .execution, message: "template: " + reason, reason: reason, name: name), partial: ""
            )
        }
        let execution = Execution(self, environment: environment, limits: limits)
        return execution.run(tree, data: data)
    }
}
