import Alerts
import HTTPServer
import RegularExpressions
import TimeSeries

/// The parameters of `/api/v2/alerts` and `/api/v2/alerts/groups`.
struct AlertFilter {
    /// Conditions on labels, which the backend applies.
    private(set) var matchers: [AlertMatcher] = []
    private var receiver: RegularExpression?
    private let receiverMatchers: ReceiverMatchers
    private let active: Bool
    private let silenced: Bool
    private let inhibited: Bool
    private let unprocessed: Bool
    private let muted: Bool

    init(_ parameters: HTTPParameters, receivers: [ReceiverView]) throws(WebFailure) {
        for text in parameters.values("filter") {
            do throws(MatcherSyntax.Refusal) { matchers.append(try MatcherSyntax.matcher(text)) } catch {
                throw .invalid(error.description)
            }
        }
        if let pattern = parameters.values("receiver").last, !pattern.isEmpty {
            do throws(RegularExpressionError) { receiver = try RegularExpression("^(?:\(pattern))$") } catch {
                throw .invalid("failed to parse receiver param: \(error)")
            }
        }
        receiverMatchers = try ReceiverMatchers(parameters, receivers: receivers)
        active = Self.flag("active", parameters)
        silenced = Self.flag("silenced", parameters)
        inhibited = Self.flag("inhibited", parameters)
        unprocessed = Self.flag("unprocessed", parameters)
        muted = Self.flag("muted", parameters)
    }

    /// True unless said otherwise; any word that does not mean yes means no.
    private static func flag(_ name: String, _ parameters: HTTPParameters) -> Bool {
        // Of several values the last one counts.
        guard let text = parameters.values(name).last, !text.isEmpty else { return true }
        return ["true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled"].contains(text.lowercased())
    }

    /// Whether an alert that the backend found by ``matchers`` is wanted.
    func accepts(_ view: ReceivedAlertView) -> Bool {
        if !active, view.state == "active" { return false }
        if !unprocessed, view.state == "unprocessed" { return false }
        if !silenced, !view.silencedBy.isEmpty { return false }
        if !inhibited, !view.inhibitedBy.isEmpty { return false }
        if !muted, !view.mutedBy.isEmpty { return false }
        if let receiver, !view.receivers.contains(where: { receiver.matches($0) }) { return false }
        return view.receivers.contains(where: receiverMatchers.accept)
    }

    func accepts(receiver name: String) -> Bool {
        receiverMatchers.accept(name) && (receiver.map { $0.matches(name) } ?? true)
    }
}

/// The parameter `receiver_matchers`: conditions on the labels of receivers, `name` among them.
struct ReceiverMatchers {
    private var matchers: [AlertMatcher] = []
    private let labels: [String: Labels]

    init(_ parameters: HTTPParameters, receivers: [ReceiverView]) throws(WebFailure) {
        labels = Dictionary(receivers.map { ($0.name, $0.labels) }, uniquingKeysWith: { $1 })
        for text in parameters.values("receiver_matchers") {
            do throws(MatcherSyntax.Refusal) { matchers.append(try MatcherSyntax.matcher(text)) } catch {
                throw .invalid("failed to parse receiver_matchers param: \(error.description)")
            }
        }
    }

    func accept(_ receiver: String) -> Bool {
        matchers.isEmpty || matchers.allMatch(labels[receiver] ?? ["name": receiver])
    }
}
