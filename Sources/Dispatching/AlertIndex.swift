import Alerts
import TimeSeries

/// Finds alerts by the value of a label, so that a filtered view does not look at them all.
///
/// A name and value are known by their hash: what it finds may hold strangers, and is compared with the filter again.
/// Values that a great many alerts have are not listed, for nothing would be won.
struct AlertIndex: Sendable {
    /// Alerts of one value that are listed at most.
    private static let bound = 4096

    private var single: [UInt64: Fingerprint] = [:]
    private var several: [UInt64: [Fingerprint]] = [:]
    /// How many alerts have a value that is not listed.
    private var common: [UInt64: Int] = [:]
    /// Alerts of so many labels that listing all of them would cost more than looking at the alert.
    private var overlong: Set<Fingerprint> = []
    private static let manyLabels = 64

    mutating func insert(_ alert: Alert) {
        if alert.labels.count > Self.manyLabels {
            overlong.insert(alert.fingerprint)
            return
        }
        alert.labels.forEachUTF8 { name, value in
            let key = Self.hash(name, value)
            if let count = common[key] {
                common[key] = count + 1
            } else if several[key] != nil {
                several[key]?.append(alert.fingerprint)
                if let list = several[key], list.count > Self.bound {
                    several[key] = nil
                    common[key] = list.count
                }
            } else if let first = single.removeValue(forKey: key) {
                several[key] = [first, alert.fingerprint]
            } else {
                single[key] = alert.fingerprint
            }
        }
    }

    mutating func remove(_ alert: Alert) {
        if overlong.remove(alert.fingerprint) != nil { return }
        alert.labels.forEachUTF8 { name, value in
            let key = Self.hash(name, value)
            if let count = common[key] {
                common[key] = count > 1 ? count - 1 : nil
            } else if let place = several[key]?.firstIndex(of: alert.fingerprint) {
                var list = several.removeValue(forKey: key) ?? []
                list.swapAt(place, list.count - 1)
                list.removeLast()
                if !list.isEmpty { several[key] = list }
            } else if single[key] == alert.fingerprint {
                single[key] = nil
            }
        }
    }

    /// All alerts that `matchers` may accept, in no order; nil when that may be any.
    func candidates(for matchers: [AlertMatcher]) -> [Fingerprint]? {
        var best: [Fingerprint]?
        for matcher in matchers where matcher.operation == .equal && !matcher.value.isEmpty {
            let key = Self.hash(of: matcher.name, matcher.value)
            if common[key] != nil { continue }
            let found = single[key].map { [$0] } ?? several[key] ?? []
            if best.map({ found.count < $0.count }) ?? true { best = found }
        }
        return best.map { $0 + overlong }
    }

    private static func hash(of name: String, _ value: String) -> UInt64 {
        var name = name
        var value = value
        return name.withUTF8 { name in value.withUTF8 { value in hash(name, value) } }
    }

    private static func hash(_ name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ 0xFF) &* 0x100_0000_01B3
        for byte in value { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}
