import Alerts
import Base
import GoTemplate
import TimeSeries

extension NotificationTemplates {
    /// The labels of a notification's route with their templates filled in, and why some could not be.
    ///
    /// They are templates over the notification's data. By the function `routeLabels` one may use others; a circle of
    /// them ends. A label whose template fails is left out.
    ///
    /// - Source: Alertmanager 0.34, `labels` of a route.
    public func routeLabels(of notification: Notification, at now: Timestamp) -> (labels: Labels, problems: [String]) {
        let templates = notification.routeLabels
        guard templates.contains(where: { $0.value.contains("{{") }) else { return (templates, []) }
        var data = notification.templateData
        data.routeLabels = [:]
        var labels = Labels.empty
        var problems: [String] = []
        // As many rounds as it takes until labels that use others have what those give.
        for _ in 0...templates.count {
            var round: [(String, String)] = []
            problems = []
            let value = data.value
            for (name, template) in templates {
                do throws(TemplateError) { round.append((name, try text(template, value, at: now))) } catch {
                    problems.append("label \(name) of the route is left out: \(error.reason)")
                }
            }
            let known = labels
            labels = Labels(keepingEmpty: round)
            if labels == known || !templates.contains(where: { $0.value.contains("routeLabels") }) { break }
            data.routeLabels = Dictionary(round, uniquingKeysWith: { $1 })
        }
        return (labels, problems)
    }
}
