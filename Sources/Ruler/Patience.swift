import Base

/// Waiting that ends.
enum Patience {
    /// What `work` gives, or a failure when it takes longer than `limit`; it is cancelled then.
    static func within<Value: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async -> Value,
        otherwise: @escaping @Sendable (RuleFailure) -> Value
    ) async -> Value {
        await withTaskGroup(of: Value.self) { group in
            group.addTask { await work() }
            group.addTask {
                // A second more: whoever watches the connection itself has the better reason.
                try? await Task.sleep(for: limit + .seconds(1))
                return otherwise(.query("no answer within \(PrometheusDuration.string(limit))"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? otherwise(.query("no answer"))
        }
    }
}
