import Base
internal import Synchronization
import Web

/// Writes answered requests to the log: all on demand, else what failed here, and of those refused as many as a log bears.
final class AccessLog: Sendable {
    /// Refusals a second that are written.
    private static let bearable = 5

    private let log: Log
    private let writesAll: Bool
    private let refusals = Mutex((second: Int64(0), count: 0))

    init(_ log: Log, all: Bool) {
        self.log = log
        writesAll = all
    }

    func note(_ record: AccessRecord, at now: Timestamp) {
        let refused = [401, 403, 429].contains(record.status)
        guard writesAll || record.status >= 500 || refused && isBearable(now) else { return }
        var fields = [
            ("id", record.id), ("method", record.method), ("target", record.target), ("status", "\(record.status)"),
            ("bytes", record.bytes.map(String.init) ?? "-"),
            ("ms", "\(Int((record.duration.seconds * 1000).rounded()))"), ("remote", record.remote),
        ]
        if let who = record.who { fields.append(("who", who)) }
        log.write(record.status >= 500 ? .error : refused ? .warn : .info, "request", fields)
    }

    private func isBearable(_ now: Timestamp) -> Bool {
        refusals.withLock { state in
            let second = now.milliseconds / 1000
            if state.second != second { state = (second, 0) }
            state.count += 1
            return state.count <= Self.bearable
        }
    }
}
