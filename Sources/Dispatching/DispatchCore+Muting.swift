import Alerts
import Base
import TimeSeries

extension DispatchCore {
    /// Whether an alert is inhibited or silenced at `now`.
    mutating func isMuted(_ alert: Alert, at now: Timestamp) -> Bool {
        !silencedBy(alert, at: now).isEmpty || !inhibitedBy(alert, at: now).isEmpty
    }

    /// The active silences that keep an alert from being sent; which match is remembered until a silence changes.
    mutating func silencedBy(_ alert: Alert, at now: Timestamp) -> [String] {
        guard !silences.silences.isEmpty else { return [] }
        if let entry = alerts[alert.fingerprint], entry.silenceVersion == silences.version {
            return silences.active(entry.silences, at: now)
        }
        let matching = silences.matching(alert.labels)
        alerts[alert.fingerprint]?.silences = matching
        alerts[alert.fingerprint]?.silenceVersion = silences.version
        return silences.active(matching, at: now)
    }

    /// The firing alerts that keep an alert from being sent.
    func inhibitedBy(_ alert: Alert, at now: Timestamp) -> [Fingerprint] {
        inhibition(of: alert, at: now)?.sources ?? []
    }

    /// The rule by which firing alerts keep an alert from being sent, and those alerts.
    func inhibition(of alert: Alert, at now: Timestamp) -> (rule: InhibitRule, sources: [Fingerprint])? {
        if inhibitor.isEmpty { return nil }
        return inhibitor.inhibitors(of: alert.labels, among: { alerts[$0]?.alert }, at: now)
    }

    /// The intervals because of which a route sends nothing at `now`; mute wins over active.
    func mutingIntervals(of route: Route, at now: Timestamp) -> [String] {
        func holds(_ name: String) -> Bool {
            configuration.timeIntervals[name]?.contains { $0.contains(now) } ?? false
        }
        let mutedBy = route.muteTimeIntervals.filter(holds)
        if !mutedBy.isEmpty || route.activeTimeIntervals.isEmpty { return mutedBy }
        return route.activeTimeIntervals.contains(where: holds) ? [] : route.activeTimeIntervals
    }
}
