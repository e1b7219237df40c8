/// Why an attempt to deliver a notification failed.
public struct DeliveryFailure: Hashable, Sendable {
    /// The kinds that `alertmanager_notifications_failed_total` tells apart, under the names that dashboards know.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// The other side answered with a status 4xx.
        case clientError
        /// The other side answered with a status 5xx.
        case serverError
        /// The flush was over before the other side took it.
        case contextDeadlineExceeded
        /// Anything else.
        case other
    }

    /// One sentence without secrets.
    public var text: String
    /// The kind.
    public var reason: Reason

    /// A failure.
    public init(_ text: String, _ reason: Reason = .other) {
        self.text = text
        self.reason = reason
    }
}

extension DeliveryFailure: ExpressibleByStringInterpolation, CustomStringConvertible {
    /// A failure of no particular kind.
    public init(stringLiteral text: String) { self.init(text) }

    /// The sentence.
    public var description: String { text }
}
