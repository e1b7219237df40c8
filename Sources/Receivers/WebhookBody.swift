import Alerts
import Base
import JSON
import TimeSeries

/// The body of Alertmanager's webhook, version 4, keys in its order.
public enum WebhookBody {
    /// The JSON text, with the line feed that the original ends with.
    public static func bytes(of notification: Notification, version: String = "4") -> [UInt8] {
        var json = JSONWriter(reserving: 1024 + notification.alerts.count * 1024)
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
        if !notification.routeLabels.isEmpty {
            json.key("routeLabels")
            write(notification.routeLabels, to: &json)
        }
        json.key("externalURL")
        json.string(notification.externalURL)
        json.key("version")
        json.string(version)
        json.key("groupKey")
        json.string(notification.groupKey.text)
        json.key("truncatedAlerts")
        json.integer(notification.truncatedAlerts)
        json.endObject()
        json.bytes.append(0x0A)
        return json.bytes
    }

    private static func write(_ notified: NotifiedAlert, to json: inout JSONWriter) {
        json.beginObject()
        json.piece(#""status":"#)
        json.string(notified.status.rawValue)
        json.piece(#","labels":"#)
        write(notified.alert.labels, to: &json)
        json.piece(#","annotations":"#)
        write(notified.alert.annotations, to: &json)
        json.piece(#","startsAt":"#)
        json.time(notified.alert.startsAt)
        json.piece(#","endsAt":"#)
        json.time(notified.endsAt)
        json.piece(#","generatorURL":"#)
        json.string(notified.alert.generatorURL)
        json.piece(#","fingerprint":""#)
        notified.alert.fingerprint.append(to: &json.bytes)
        json.piece(#""}"#, ends: true)
    }

    private static func write(_ labels: Labels, to json: inout JSONWriter) {
        json.beginObject()
        labels.forEachUTF8 { name, value in
            json.key(utf8: name)
            json.string(utf8: value)
        }
        json.endObject()
    }
}
