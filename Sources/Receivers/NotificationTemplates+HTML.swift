import Base
import GoTemplate

extension NotificationTemplates {
    /// Runs `text` over the data as html/template does: what is put in is escaped for where it stands.
    /// - Throws: Why it is no template, has no safe way to escape it, or failed; then nothing of it is to be used.
    public func html(_ text: String, _ data: TemplateValue, at now: Timestamp) throws(TemplateError) -> String {
        if !text.contains("{{") { return text }
        var own = templates
        try own.parse(text, name: "")
        var environment = TemplateEnvironment(now: ZonedTime(now))
        environment.routeLabels = data.routeLabels
        switch own.executeHTML("", data: data, environment: environment) {
        case .text(let text): return text
        case .failed(let error, _): throw error
        case .needs: return ""
        }
    }
}
