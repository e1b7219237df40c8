import Alerts
import Base
import Dispatching
import TimeSeries

extension AlertRecord: StateRecord {
    /// `alerts`
    public static let table = StateTable(
        "alerts", key: ["fingerprint"],
        columns: ["labels", "annotations", "starts_at", "ends_at", "updated_at", "is_timeout", "generator_url"],
        isSequential: true)

    /// The columns.
    public var row: [SQLiteValue] {
        [
            .fingerprint(alert.fingerprint), .labels(alert.labels), .labels(alert.annotations), .time(alert.startsAt),
            .time(alert.endsAt), .time(alert.updatedAt), .flag(alert.isTimeout), .text(alert.generatorURL),
        ]
    }

    /// Reads a row.
    public init?(row: [SQLiteValue]) {
        var columns = StateColumns(row)
        guard columns.integer() != nil, let labels = columns.labels(), let annotations = columns.labels(),
            let startsAt = columns.timestamp(), let endsAt = columns.timestamp(), let updatedAt = columns.timestamp(),
            let isTimeout = columns.flag(), let generatorURL = columns.text()
        else { return nil }
        self.init(
            alert: Alert(
                labels: labels, annotations: annotations, startsAt: startsAt, endsAt: endsAt,
                generatorURL: generatorURL, updatedAt: updatedAt, isTimeout: isTimeout))
    }
}

extension GroupRecord: StateRecord {
    /// `groups`
    public static let table = StateTable(
        "groups", key: ["route", "labels"], columns: ["next_flush", "has_flushed", "is_flushing"])

    /// The columns.
    public var row: [SQLiteValue] {
        [.text(routeID), .labels(groupLabels), .time(nextFlush), .flag(hasFlushed), .flag(isFlushing)]
    }

    /// Reads a row.
    public init?(row: [SQLiteValue]) {
        var columns = StateColumns(row)
        guard let routeID = columns.text(), let groupLabels = columns.labels(), let nextFlush = columns.timestamp(),
            let hasFlushed = columns.flag(), let isFlushing = columns.flag()
        else { return nil }
        self.init(
            routeID: routeID, groupLabels: groupLabels, nextFlush: nextFlush, hasFlushed: hasFlushed,
            isFlushing: isFlushing)
    }
}

extension NotificationLogEntry: StateRecord {
    /// `notification_log`
    public static let table = StateTable(
        "notification_log", key: ["group_key", "receiver", "type", "number"],
        columns: ["at", "expires_at", "firing", "resolved"])

    /// The columns.
    public var row: [SQLiteValue] {
        Self.key(groupKey, integration) + [
            .time(at), .time(expiresAt), .fingerprints(firing), .fingerprints(resolved),
        ]
    }

    /// Reads a row.
    public init?(row: [SQLiteValue]) {
        var columns = StateColumns(row)
        guard let groupKey = columns.text(), let receiver = columns.text(), let type = columns.text(),
            let number = columns.integer(), let at = columns.timestamp(), let expiresAt = columns.timestamp(),
            let firing = columns.fingerprints(), let resolved = columns.fingerprints()
        else { return nil }
        self.init(
            groupKey: GroupKey(text: groupKey),
            integration: IntegrationID(receiver: receiver, type: type, index: Int(clamping: number)), at: at,
            firing: firing, resolved: resolved, expiresAt: expiresAt)
    }

    static func key(_ group: GroupKey, _ integration: IntegrationID) -> [SQLiteValue] {
        [
            .text(group.text), .text(integration.receiver), .text(integration.type),
            .integer(Int64(integration.index)),
        ]
    }
}

extension SilenceRecord: StateRecord {
    /// `silences`
    public static let table = StateTable(
        "silences", key: ["id"],
        columns: ["starts_at", "ends_at", "updated_at", "created_by", "comment", "matchers"])

    /// The columns.
    public var row: [SQLiteValue] {
        let hasAnnotations = !silence.annotations.isEmpty
        var matchers = StateBlobWriter(version: hasAnnotations ? 2 : 1)
        matchers.write(silence.matchers) { writer, matcher in
            writer.write(matcher.name)
            writer.write(matcher.operation.rawValue)
            writer.write(matcher.value)
        }
        // Layout 2: annotations follow.
        if hasAnnotations { matchers.write(silence.annotations) }
        return [
            .text(silence.id), .time(silence.startsAt), .time(silence.endsAt), .time(silence.updatedAt),
            .text(silence.createdBy), .text(silence.comment), .blob(matchers.bytes),
        ]
    }

    /// Reads a row.
    public init?(row: [SQLiteValue]) {
        var columns = StateColumns(row)
        guard let id = columns.text(), let startsAt = columns.timestamp(), let endsAt = columns.timestamp(),
            let updatedAt = columns.timestamp(), let createdBy = columns.text(), let comment = columns.text(),
            let bytes = columns.blob()
        else { return nil }
        let found: ([AlertMatcher], Labels)? = Self.read(bytes, layouts: 1...2) { reader throws(StateBlobError) in
            let matchers = try reader.list { reader throws(StateBlobError) in
                let name = try reader.string()
                guard let operation = AlertMatcher.Operation(rawValue: try reader.string()) else {
                    throw StateBlobError()
                }
                let value = try reader.string()
                do { return try AlertMatcher(name, operation, value) } catch { throw StateBlobError() }
            }
            return (matchers, reader.version == 2 ? try reader.labels() : .empty)
        }
        guard let (matchers, annotations) = found else { return nil }
        self.init(
            silence: Silence(
                id: id, matchers: matchers, startsAt: startsAt, endsAt: endsAt, updatedAt: updatedAt,
                createdBy: createdBy, comment: comment, annotations: annotations))
    }
}

extension StateRecord {
    /// Reads a blob of one of `layouts`; nil when it is another or is cut short.
    static func read<Value>(
        _ bytes: [UInt8], layouts: ClosedRange<UInt8> = 1...1,
        _ body: (inout StateBlobReader) throws(StateBlobError) -> Value
    ) -> Value? {
        do throws(StateBlobError) {
            var reader = try StateBlobReader(bytes)
            guard layouts.contains(reader.version) else { return nil }
            return try body(&reader)
        } catch { return nil }
    }
}

extension StateChange {
    /// What the dispatcher wants kept or forgotten.
    public init(_ record: DispatchRecord) {
        self =
            switch record {
            case .alert(let record): .put(record)
            case .removeAlert(let fingerprint): .remove(AlertRecord.self, key: [.fingerprint(fingerprint)])
            case .group(let record): .put(record)
            case .removeGroup(let routeID, let labels):
                .remove(GroupRecord.self, key: [.text(routeID), .labels(labels)])
            case .log(let entry): .put(entry)
            case .removeLog(let key, let integration):
                .remove(NotificationLogEntry.self, key: NotificationLogEntry.key(key, integration))
            case .silence(let record): .put(record)
            case .removeSilence(let id): .remove(SilenceRecord.self, key: [.text(id)])
            }
    }
}
