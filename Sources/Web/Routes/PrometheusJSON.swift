import Alerts
import Base
import HTTPServer
import JSON
import TimeSeries

/// The bodies of Prometheus' HTTP API, fields in its order.
///
/// - Source: prometheus/prometheus web/api/v1/api.go; observed on 3.5.3.
enum PrometheusJSON {
    /// `{"status":"error",…}`
    static func failure(_ message: String, type: String, status: Int) -> HTTPServerResponse {
        var json = JSONWriter()
        json.beginObject()
        json.key("status")
        json.string("error")
        json.key("errorType")
        json.string(type)
        json.key("error")
        json.string(message)
        json.endObject()
        return .json(json.bytes, status: status)
    }

    /// `{"status":"success","data":…}`
    static func success(_ data: (inout JSONWriter) -> Void) -> HTTPServerResponse {
        var json = JSONWriter()
        json.beginObject()
        json.key("status")
        json.string("success")
        json.key("data")
        data(&json)
        json.endObject()
        return .json(json.bytes)
    }

    /// An object of labels; Prometheus leaves `<`, `>` and `&` as they are here.
    static func labels(_ labels: Labels, _ json: inout JSONWriter) {
        json.beginObject()
        labels.forEachUTF8 { name, value in
            json.key(utf8: name)
            json.string(utf8: value, escaping: .plain)
        }
        json.endObject()
    }

    /// An instant, or Go's zero time.
    static func time(_ time: Timestamp?) -> String { RFC3339.string(time ?? Alert.unsetTime) }

    static func group(_ group: RuleGroupView, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("name")
        json.string(group.name)
        json.key("file")
        json.string(group.file)
        json.key("rules")
        json.beginArray()
        for each in group.rules { rule(each, &json) }
        json.endArray()
        json.key("interval")
        json.number(group.interval.seconds)
        json.key("limit")
        json.integer(group.limit)
        json.key("evaluationTime")
        json.number(group.evaluationTime.seconds)
        json.key("lastEvaluation")
        json.string(time(group.lastEvaluation))
        json.endObject()
    }

    private static func rule(_ rule: RuleView, _ json: inout JSONWriter) {
        json.beginObject()
        if let alerting = rule.alerting {
            json.key("state")
            json.string(alerting.state)
        }
        json.key("name")
        json.string(rule.name)
        json.key("query")
        json.string(rule.query)
        if let alerting = rule.alerting {
            json.key("duration")
            json.number(alerting.holdDuration.seconds)
            json.key("keepFiringFor")
            json.number(alerting.keepFiringFor.seconds)
        }
        if rule.alerting != nil || !rule.labels.isEmpty {
            json.key("labels")
            labels(rule.labels, &json)
        }
        if let alerting = rule.alerting {
            json.key("annotations")
            labels(alerting.annotations, &json)
            json.key("alerts")
            if alerting.isHidden {
                json.null()
            } else {
                json.beginArray()
                for each in alerting.alerts { alert(each, &json) }
                json.endArray()
            }
        }
        json.key("health")
        json.string(rule.health)
        if let error = rule.lastError, !error.isEmpty {
            json.key("lastError")
            json.string(error)
        }
        // Ours: Prometheus says nothing of them.
        if !rule.warnings.isEmpty {
            json.key("warnings")
            json.beginArray()
            for warning in rule.warnings { json.string(warning) }
            json.endArray()
        }
        json.key("evaluationTime")
        json.number(rule.evaluationTime.seconds)
        json.key("lastEvaluation")
        json.string(time(rule.lastEvaluation))
        json.key("type")
        json.string(rule.alerting == nil ? "recording" : "alerting")
        json.endObject()
    }

    static func alert(_ alert: RuleAlertView, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("labels")
        labels(alert.labels, &json)
        json.key("annotations")
        labels(alert.annotations, &json)
        json.key("state")
        json.string(alert.state)
        if let activeAt = alert.activeAt {
            json.key("activeAt")
            json.string(RFC3339.string(activeAt))
        }
        if let since = alert.keepFiringSince {
            json.key("keepFiringSince")
            json.string(RFC3339.string(since))
        }
        json.key("value")
        json.string(GoFloat.string(alert.value, .exponent))
        json.endObject()
    }
}
