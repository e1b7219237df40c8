import Base

/// Waiting that ends.
enum Patience {
    /// What `work` gives, or a failure when it takes longer than `limit`; it is cancelled then.
    static func within<Value: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async -> Value,
        otherwise: (RuleFailure) -> Value
    ) async -> Value {
        // A second more: whoever watches the connection itself has the better reason.
        await Watchdog.shared.within(limit + .seconds(1), work)
            ?? otherwise(.query("no answer within \(PrometheusDuration.string(limit))"))
    }
}
