import Alerts
import Base
import JSON
import TimeSeries

/// The body of Alertmanager's webhook, version 4, keys in its order.
public enum WebhookBody {
    /// The JSON text, with the line feed that the original ends with.
    public static func bytes(of notification: Notification, version: String = "4") -> [UInt8] {
        var json = JSONWriter(reserving: 512 + notification.alerts.count * 512)
        json.beginObject()
        json.key("receiver")
        json.string(notification.quotedReceiver)
        json.key("status")
        json.string(notification.status.rawValue)
        json.key("alerts")
        json.beginArray()
        for alert in notification.alerts { write(alert, to: &json) }
        json.endArray()
        json.key("notification_reason")
        json.string(notification.reason.rawValue)
        json.key("groupLabels")
        write(notification.groupLabels, to: &json)
        json.key("commonLabels")
        write(notification.commonLabels, to: &json)
        json.key("commonAnnotations")
        write(notification.commonAnnotations, to: &json)
        json.key("externalURL")
        json.string(notification.externalURL)
        json.key("version")
        json.string(version)
        json.key("groupKey")
        json.string(notification.groupKey.text)
        json.key("truncatedAlerts")
        json.integer(notification.truncatedAlerts)
        json.endObject()
        return json.bytes + [0x0A]
    }

    private static func write(_ notified: NotifiedAlert, to json: inout JSONWriter) {
        json.beginObject()
        json.key("status")
        json.string(notified.status.rawValue)
        json.key("labels")
        write(notified.alert.labels, to: &json)
        json.key("annotations")
        write(notified.alert.annotations, to: &json)
        json.key("startsAt")
        json.string(RFC3339.string(notified.alert.startsAt))
        json.key("endsAt")
        json.string(RFC3339.string(notified.endsAt))
        json.key("generatorURL")
        json.string(notified.alert.generatorURL)
        json.key("fingerprint")
        json.string(notified.alert.fingerprint.description)
        json.endObject()
    }

    private static func write(_ labels: Labels, to json: inout JSONWriter) {
        json.beginObject()
        for (name, value) in labels {
            json.key(name)
            json.string(value)
        }
        json.endObject()
    }
}
