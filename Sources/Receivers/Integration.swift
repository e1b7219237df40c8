import Alerts
import Base
import HTTPTransport
import TimeSeries

/// One way of one receiver: makes a message of a notification and hands it over.
public protocol Integration: Sendable {
    /// Which one it is, and whether it hears of ends.
    var profile: IntegrationProfile { get }

    /// Makes one attempt, at most `timeout` long.
    ///
    /// Reasons of failures carry no secrets.
    func deliver(_ notification: Notification, timeout: Duration) async -> DeliveryResult
}

/// What integrations deliver with.
public struct DeliveryMeans: Sendable {
    /// For everything over HTTP.
    public var http: HTTPClient
    /// For mail.
    public var smtp: SMTPClient
    /// The installation's templates.
    public var templates: NotificationTemplates
    /// What the time is.
    public var clock: any WallClock
    /// The `User-Agent` of requests.
    public var userAgent: String
    /// Messages at Slack that may be changed; outlives a reload.
    public var conversations: SlackConversations
    /// Hears of what the operator should know although the message goes out.
    public var notice: @Sendable (IntegrationID, String) -> Void

    /// Means.
    public init(
        http: HTTPClient, smtp: SMTPClient, templates: NotificationTemplates, clock: any WallClock = SystemClock(),
        userAgent: String = "ruleval", conversations: SlackConversations = SlackConversations(),
        notice: @escaping @Sendable (IntegrationID, String) -> Void = { _, _ in }
    ) {
        self.http = http
        self.smtp = smtp
        self.templates = templates
        self.clock = clock
        self.userAgent = userAgent
        self.conversations = conversations
        self.notice = notice
    }
}

/// All integrations of a configuration, ready to deliver.
public struct ReceiverSet: Sendable {
    private let integrations: [IntegrationID: any Integration]
    private let means: DeliveryMeans
    /// What each receiver consists of, for the dispatcher and the incidents.
    public let profiles: [String: [IntegrationProfile]]

    /// Builds the integrations of `settings`.
    public init(_ settings: ReceiverSettings, _ means: DeliveryMeans) {
        var integrations: [IntegrationID: any Integration] = [:]
        var profiles: [String: [IntegrationProfile]] = [:]
        for receiver in settings.receivers {
            let own = receiver.integrations(means)
            for integration in own { integrations[integration.profile.id] = integration }
            profiles[receiver.name] = own.map(\.profile)
        }
        self.integrations = integrations
        self.means = means
        self.profiles = profiles
    }

    /// The integration `id`.
    public subscript(id: IntegrationID) -> (any Integration)? { integrations[id] }

    /// Makes the attempt that a job asks for.
    public func deliver(_ job: NotificationJob, timeout: Duration) async -> DeliveryResult {
        guard let integration = integrations[job.integration] else {
            return .permanent("there is no \(job.integration) any more")
        }
        return await integration.deliver(filled(job), timeout: timeout)
    }

    /// The labels of a notification's route, which it carries as templates, filled in.
    public func routeLabels(of notification: Notification) -> Labels {
        notification.routeLabels.isEmpty
            ? .empty : means.templates.routeLabels(of: notification, at: means.clock.now()).labels
    }

    private func filled(_ job: NotificationJob) -> Notification {
        var notification = job.notification
        if notification.routeLabels.isEmpty { return notification }
        let (labels, problems) = means.templates.routeLabels(of: notification, at: means.clock.now())
        notification.routeLabels = labels
        for problem in problems { means.notice(job.integration, problem) }
        return notification
    }
}
