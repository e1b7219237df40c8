import Base
import Dispatching
import Incidents
import Probes
import Ruler

extension StateStore {
    /// The dispatcher's state of the life before, and how many rows could not be read.
    public func dispatchSnapshot() async throws(StateStoreError) -> (DispatchSnapshot, unreadable: Int) {
        let alerts = try await load(AlertRecord.self)
        let groups = try await load(GroupRecord.self)
        let log = try await load(NotificationLogEntry.self)
        let silences = try await load(SilenceRecord.self)
        return (
            DispatchSnapshot(
                alerts: alerts.records, groups: groups.records, log: log.records, silences: silences.records),
            alerts.unreadable + groups.unreadable + log.unreadable + silences.unreadable
        )
    }

    /// The alerts of all rules of the life before, and how many rows could not be read.
    public func alertStates() async throws(StateStoreError) -> ([RuleIdentity: [ActiveAlert]], unreadable: Int) {
        let loaded = try await load(AlertStateRecord.self)
        return (
            Dictionary(grouping: loaded.records, by: \.rule).mapValues { $0.map(\.alert) }, loaded.unreadable
        )
    }

    /// The incidents of the life before, and how many rows could not be read.
    public func incidents() async throws(StateStoreError) -> ([IncidentRecord], unreadable: Int) {
        let loaded = try await load(IncidentRecord.self)
        return (loaded.records, loaded.unreadable)
    }

    /// The incoming heartbeats of the life before, by name.
    public func heartbeats() async throws(StateStoreError) -> [String: HeartbeatRecord] {
        let found = try await load(MetaRecord.self).records.compactMap(\.heartbeat)
        return Dictionary(found.map { ($0.name, $0.record) }, uniquingKeysWith: { $1 })
    }

    /// When the life before was last known to go on; nil in a new folder.
    public func lastAlive() async throws(StateStoreError) -> Timestamp? {
        try await load(MetaRecord.self).records.first { $0.name == MetaRecord.aliveAt }?.time
    }
}
