import Web

/// What the query API asks, answered from the datasource in force.
struct DaemonQueries: QuerySide {
    let daemon: Daemon
    let executor: any TaskExecutor

    func source() async -> (any QueriedSource)? { await daemon.queried }
}
