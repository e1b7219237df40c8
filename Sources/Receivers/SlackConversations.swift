import Alerts
internal import Synchronization

/// Where the messages of groups stand at Slack, so that `update_message` can change them; kept in memory only.
public final class SlackConversations: Sendable {
    /// A message.
    struct Place: Hashable, Sendable {
        var channel: String
        /// Slack's name of the message within the channel.
        var time: String
    }

    /// Whose message it is.
    struct Thread: Hashable, Sendable {
        var integration: IntegrationID
        var group: GroupKey
    }

    private struct State {
        var places: [Thread: Place] = [:]
        /// The oldest first.
        var order: [Thread] = []
    }

    private let state = Mutex(State())
    private static let limit = 10_000

    /// No messages yet.
    public init() {}

    func place(of thread: Thread) -> Place? { state.withLock { $0.places[thread] } }

    /// Remembers a message, or forgets it; of too many the oldest is forgotten.
    func set(_ place: Place?, of thread: Thread) {
        state.withLock { state in
            let isNew = state.places[thread] == nil
            state.places[thread] = place
            if place == nil {
                state.order.removeAll { $0 == thread }
            } else if isNew {
                state.order.append(thread)
                if state.order.count > Self.limit { state.places[state.order.removeFirst()] = nil }
            }
        }
    }
}
