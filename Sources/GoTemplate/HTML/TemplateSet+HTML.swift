extension TemplateSet {
    /// The set made ready to render `name` as HTML: what html/template does before the first execution.
    ///
    /// Each action then escapes its value for the place where it stands: text, attribute, address, script or style.
    /// - Throws: a ``TemplateError`` of kind `escaping` when no safe way is found.
    public func escapedForHTML(_ name: String) throws(TemplateError) -> TemplateSet {
        var rewriter = HTMLRewriter(trees)
        try rewriter.rewrite(name)
        var escaped = TemplateSet(functions: functions.adding(HTMLEscapers.table), missingKey: missingKey)
        escaped.trees = trees.merging(rewriter.trees) { $1 }
        return escaped
    }

    /// Runs the template `name` over `data` as HTML; for repeated use keep what ``escapedForHTML(_:)`` gives.
    public func executeHTML(
        _ name: String, data: TemplateValue, environment: TemplateEnvironment = TemplateEnvironment(),
        limits: TemplateLimits = TemplateLimits()
    ) -> TemplateOutcome {
        do throws(TemplateError) {
            return try escapedForHTML(name).execute(name, data: data, environment: environment, limits: limits)
        } catch { return .failed(error, partial: "") }
    }
}
