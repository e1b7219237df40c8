import Alerts
import Base
import GoTemplate
import HTTPTransport
import JSON
import Settings

/// Why a message could not be made.
enum MessageError: Error {
    /// A template is none, or failed.
    case template(TemplateError)
    /// A secret cannot be had.
    case credentials(HTTPError)
    /// What came out cannot be sent.
    case refused(String)

    /// What it means for the delivery: a secret may be there in a moment, the rest stays as it is.
    func result(of type: String) -> DeliveryResult {
        switch self {
        case .template(let error): .permanent("\(type) template: \(error.reason)")
        case .credentials(let error): .temporary("\(error.message)")
        case .refused(let reason): .permanent("\(reason)")
        }
    }
}

/// What the texts of one message are made from: the notification, the installation's templates and the time.
struct MessageTexts {
    let notification: Notification
    private let templates: NotificationTemplates
    private let data: TemplateValue
    private let now: Timestamp

    init(_ notification: Notification, _ means: DeliveryMeans) {
        self.notification = notification
        templates = means.templates
        data = notification.templateData.value
        now = means.clock.now()
    }

    /// Whether any alert fires.
    var isFiring: Bool { notification.status == .firing }

    /// The group's name at services that want a short one: SHA-256 in hex.
    var keyHash: String { notification.groupKey.hash }

    /// `template` with everything filled in.
    func text(_ template: String) throws(MessageError) -> String {
        do throws(TemplateError) { return try templates.text(template, data, at: now) } catch {
            throw .template(error)
        }
    }

    /// The same with what is filled in escaped for HTML.
    func html(_ template: String) throws(MessageError) -> String {
        do throws(TemplateError) { return try templates.html(template, data, at: now) } catch {
            throw .template(error)
        }
    }

    /// The secret as it is now.
    func secret(_ source: SecretSource) throws(MessageError) -> Secret {
        do throws(HTTPError) { return try source.read() } catch { throw .credentials(error) }
    }

    /// A template that is a secret, filled in.
    func text(of source: SecretSource) throws(MessageError) -> String { try text(secret(source).reveal()) }

    /// `value` with all of its templates filled in.
    func rendered(_ value: PayloadTemplate) throws(MessageError) -> JSONValue {
        do throws(TemplateError) {
            return try value.rendered { text throws(TemplateError) in try templates.text(text, data, at: now) }
        } catch { throw .template(error) }
    }
}
