import Alerts
import Base
import TimeSeries

/// Decides when heartbeats go out, and when the silence of one that should come in is an alert.
public struct HeartbeatCore: Sendable {
    /// What happens.
    public enum Event: Sendable {
        /// A beat of this name came in.
        case beat(String)
        /// The deadline has come; beats leave only when all works.
        case tick(allWorks: Bool)
        /// Other settings are in force.
        case reload(HeartbeatSettings)
        /// The clock was set by this much.
        case clockSet(Duration)
    }

    /// What is to be done.
    public enum Effect: Sendable, Equatable {
        /// Keep this across restarts.
        case persist(name: String, HeartbeatRecord)
        /// Keep nothing of this name any more.
        case forget(name: String)
        /// Hand these to the dispatcher.
        case alerts([PostedAlert])
        /// Tell this receiver that all works.
        case send(HeartbeatSettings.Outgoing)
        /// Not this time: something does not work.
        case withheld(HeartbeatSettings.Outgoing)
    }

    /// An incoming heartbeat as it is now.
    public struct Status: Sendable, Hashable {
        /// What is configured.
        public var settings: HeartbeatSettings.Incoming
        /// What happened.
        public var record: HeartbeatRecord
    }

    /// How often the alert of a silence is handed on again.
    public static let resendInterval = Duration.seconds(60)
    /// How long it goes on when it is not handed on again.
    public static let validity = Duration.seconds(300)
    /// How often it is looked again whether all works, when it did not.
    static let recheck = Duration.seconds(5)
    /// After a start nobody could have sent a beat for a while: so long a silence is no alert at least.
    static let patienceAfterStart = Duration.seconds(60)

    private var settings: HeartbeatSettings
    private var records: [String: HeartbeatRecord] = [:]
    private var resendAt: [String: Timestamp] = [:]
    private var sendAt: [Int: Timestamp] = [:]
    private var startedAt: Timestamp

    /// Goes on with what was kept.
    /// - Returns: through `effects` what is to be kept of heartbeats that are new.
    public init(
        _ settings: HeartbeatSettings, restoring kept: [String: HeartbeatRecord], at now: Timestamp,
        effects: inout [Effect]
    ) {
        self.settings = HeartbeatSettings()
        startedAt = now
        records = kept
        effects = apply(.reload(settings), at: now)
    }

    /// All incoming heartbeats, in the order of the configuration.
    public var statuses: [Status] {
        settings.incoming.compactMap { one in records[one.name].map { Status(settings: one, record: $0) } }
    }

    /// When ``Event/tick(allWorks:)`` is due; nil when nothing is waited for.
    public var nextDeadline: Timestamp? {
        let incoming = settings.incoming.compactMap { one in
            records[one.name].map { $0.isMissing ? resendAt[one.name] ?? startedAt : due(one, $0) }
        }
        return (incoming + sendAt.values).min()
    }

    /// Takes an event.
    public mutating func apply(_ event: Event, at now: Timestamp) -> [Effect] {
        switch event {
        case .beat(let name): beat(name, at: now)
        case .tick(let allWorks): tick(allWorks, at: now)
        case .reload(let settings): reload(settings, at: now)
        case .clockSet(let step): shift(by: step)
        }
    }

    private func due(_ settings: HeartbeatSettings.Incoming, _ record: HeartbeatRecord) -> Timestamp {
        let silence = (record.last ?? record.since) + settings.patience
        return max(silence, startedAt + min(settings.patience, Self.patienceAfterStart))
    }

    private mutating func beat(_ name: String, at now: Timestamp) -> [Effect] {
        guard let one = settings.incoming.first(where: { $0.name == name }), var record = records[name] else {
            return []
        }
        var effects: [Effect] = []
        if record.isMissing { effects.append(.alerts([alert(one, record, endsAt: now)])) }
        record.last = now
        record.missingSince = nil
        records[name] = record
        resendAt[name] = nil
        return [.persist(name: name, record)] + effects
    }

    private mutating func tick(_ allWorks: Bool, at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        for one in settings.incoming {
            guard var record = records[one.name] else { continue }
            if !record.isMissing, now > due(one, record) {
                record.missingSince = due(one, record)
                records[one.name] = record
                effects.append(.persist(name: one.name, record))
            }
            guard record.isMissing, resendAt[one.name].map({ $0 <= now }) ?? true else { continue }
            resendAt[one.name] = now + Self.resendInterval
            effects.append(.alerts([alert(one, record, endsAt: now + Self.validity)]))
        }
        for (index, one) in settings.outgoing.enumerated() {
            guard let due = sendAt[index], due <= now else { continue }
            sendAt[index] = now + (allWorks ? one.every : min(one.every, Self.recheck))
            effects.append(allWorks ? .send(one) : .withheld(one))
        }
        return effects
    }

    private mutating func reload(_ new: HeartbeatSettings, at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        let names = Set(new.incoming.map(\.name))
        for (name, record) in records.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
            if record.isMissing, let one = settings.incoming.first(where: { $0.name == name }) {
                effects.append(.alerts([alert(one, record, endsAt: now)]))
            }
            records[name] = nil
            resendAt[name] = nil
            effects.append(.forget(name: name))
        }
        for one in new.incoming where records[one.name] == nil {
            let record = HeartbeatRecord(since: now)
            records[one.name] = record
            effects.append(.persist(name: one.name, record))
        }
        if new.outgoing != settings.outgoing {
            sendAt = Dictionary(uniqueKeysWithValues: new.outgoing.indices.map { ($0, now) })
        }
        settings = new
        return effects
    }

    private mutating func shift(by step: Duration) -> [Effect] {
        startedAt = startedAt + step
        for (name, var record) in records {
            record.since = record.since + step
            record.last = record.last.map { $0 + step }
            record.missingSince = record.missingSince.map { $0 + step }
            records[name] = record
        }
        resendAt = resendAt.mapValues { $0 + step }
        sendAt = sendAt.mapValues { $0 + step }
        return []
    }

    private func alert(
        _ one: HeartbeatSettings.Incoming, _ record: HeartbeatRecord, endsAt: Timestamp
    ) -> PostedAlert {
        var labels = LabelsBuilder([Labels.alertName: "HeartbeatMissing", "heartbeat": one.name])
        for (name, value) in one.labels { labels[name] = value }
        let last = record.last.map { "the last one came at \(RFC3339.string($0))" } ?? "none ever came"
        var annotations: [String: String] = [
            "summary": "no heartbeat of \(one.name) within \(PrometheusDuration.string(one.patience)): \(last)"
        ]
        for (name, value) in one.annotations { annotations[name] = value }
        let startsAt = record.missingSince ?? endsAt
        return PostedAlert(
            labels: labels.labels,
            annotations: Labels(keepingEmpty: annotations.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }),
            startsAt: min(startsAt, endsAt), endsAt: endsAt)
    }
}
