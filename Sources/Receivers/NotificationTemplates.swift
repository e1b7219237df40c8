import Alerts
import Base
import GoTemplate
import TimeSeries

/// The templates of an installation: the defaults, then the user's own files, which may replace them.
public struct NotificationTemplates: Sendable {
    let templates: TemplateSet

    /// Only the defaults.
    public init() throws(TemplateError) {
        var set = TemplateSet(functions: .alertmanager)
        try set.parse(DefaultTemplates.text, name: "default.tmpl")
        try set.parse(DefaultTemplates.email, name: "email.tmpl")
        templates = set
    }

    /// The defaults and these files, in order.
    /// - Throws: what is wrong with the first file that is no template; the place is in its text.
    public init(files: [(path: String, text: String)]) throws(Diagnostic) {
        do throws(TemplateError) {
            var set = try NotificationTemplates().templates
            for (path, text) in files {
                try set.parse(text, name: path)
            }
            templates = set
        } catch { throw error.diagnostic }
    }

    /// Names of all templates.
    public var names: [String] { templates.names }

    /// Runs `text` over the data.
    /// - Throws: Why it is no template, or failed; then nothing of it is to be used.
    /// - Parameter escaping: what becomes of the values that are filled in.
    public func text(
        _ text: String, _ data: TemplateValue, at now: Timestamp, escaping: TemplateEnvironment.Escaping = .none
    ) throws(TemplateError) -> String {
        if !text.contains("{{") { return text }
        var own = templates
        try own.parse(text, name: "")
        var environment = TemplateEnvironment(now: ZonedTime(now))
        environment.escaping = escaping
        environment.routeLabels = data.routeLabels
        switch own.execute("", data: data, environment: environment) {
        case .text(let text): return text
        case .failed(let error, _): throw error
        case .needs: return ""
        }
    }
}

extension Notification {
    /// The data that templates see.
    public var templateData: NotificationData {
        var data = NotificationData()
        data.receiver = Self.quotedAsPattern(receiver)
        data.status = status.rawValue
        data.alerts = alerts.map { notified in
            NotificationData.Alert(
                status: notified.status.rawValue, labels: Self.dictionary(notified.alert.labels),
                annotations: Self.dictionary(notified.alert.annotations), startsAt: ZonedTime(notified.alert.startsAt),
                endsAt: ZonedTime(notified.endsAt), generatorURL: notified.alert.generatorURL,
                fingerprint: notified.alert.fingerprint.description)
        }
        data.notificationReason = reason.rawValue
        data.groupLabels = Self.dictionary(groupLabels)
        data.commonLabels = Self.dictionary(commonLabels)
        data.commonAnnotations = Self.dictionary(commonAnnotations)
        data.routeLabels = Self.dictionary(routeLabels)
        data.externalURL = externalURL
        return data
    }

    /// The receiver's name with the characters that mean something in a pattern escaped, as messages carry it.
    public var quotedReceiver: String { Self.quotedAsPattern(receiver) }

    private static func quotedAsPattern(_ text: String) -> String {
        var out = ""
        for character in text {
            if "\\.+*?()|[]{}^$".contains(character) { out += "\\" }
            out.append(character)
        }
        return out
    }

    private static func dictionary(_ labels: Labels) -> [String: String] {
        Dictionary(labels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }
}
