import Alerts
import Base
import TestSupport
import TimeSeries

@testable import Dispatching

/// A world made of a seed: it posts, silences, reloads and kills at random and knows what must follow.
struct SimulatedWorld {
    /// What a receiver remembers of a group.
    private struct Told {
        var at: Timestamp
        var firing: Set<Fingerprint>
        var resolved: Set<Fingerprint>
        /// When the dispatcher may have forgotten it, should its group have been gone meanwhile.
        var expiresAt: Timestamp
    }
    private struct Address: Hashable {
        let group: GroupKey
        let integration: IntegrationID
    }

    private var random: SeededGenerator
    private var core: DispatchCore
    private var store = DispatchSnapshot()
    private var now = Timestamp(milliseconds: 1_700_000_000_000)
    private var configuration: DispatchConfiguration
    private var inFlight: [(job: NotificationJob, answerAt: Timestamp, result: DeliveryResult)] = []
    private var told: [Address: Told] = [:]
    /// Deliveries whose result a restart or cancelling has lost: these alone may be told twice.
    private var uncertain: Set<Address> = []
    private var truth: [Labels: Bool] = [:]
    private var silences: [Silence] = []
    private var silenceCount = 0
    /// Alerts that something kept quiet at some time: of these alone the end may stay untold.
    private var everMuted: Set<Fingerprint> = []
    /// Teams in which a source of inhibition has ended: there another source may or may not stand for it.
    private var teamsWithEndedSource: Set<String> = []
    /// The repeat interval in force when each notification was decided.
    private var intervals: [UInt64: Duration] = [:]
    /// What every receiver was told, in order.
    private(set) var trace: [String] = []
    private var failureRate = 0.2
    var dropsLogWrites = false
    var swallowsNotifications = false
    var dropsSilences = false
    var isTraced = false
    /// Whether it tells on standard output what happens, step by step.
    var isTold = false
    private(set) var problems: [String] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        configuration = Self.randomConfiguration(&random)
        core = DispatchCore(configuration, at: now)
    }

    private mutating func chance(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    private mutating func seconds(_ range: ClosedRange<Int64>) -> Duration {
        .milliseconds(Int64.random(in: range.lowerBound * 1000...range.upperBound * 1000, using: &random))
    }

    private static func randomConfiguration(_ random: inout SeededGenerator) -> DispatchConfiguration {
        var count = 0
        func make(depth: Int, _ random: inout SeededGenerator) -> RouteConfiguration {
            count += 1
            var route = RouteConfiguration()
            route.receiver = "r\(Int.random(in: 0...2, using: &random))"
            let groupings: [RouteConfiguration.Grouping?] = [
                nil, .allLabels, .labels([]), .labels(["alertname"]), .labels(["team", "alertname"]),
            ]
            route.grouping = groupings[Int.random(in: 0..<groupings.count, using: &random)]
            route.groupWait = .milliseconds(Int64.random(in: 0...60_000, using: &random))
            route.groupInterval = .milliseconds(Int64.random(in: 1000...300_000, using: &random))
            route.repeatInterval = .milliseconds(Int64.random(in: 60_000...3_600_000, using: &random))
            route.continues = depth > 0 && Bool.random(using: &random)
            if depth > 0 {
                let operations: [AlertMatcher] = [
                    AlertMatcher("team", equals: "t\(Int.random(in: 0...2, using: &random))"),
                    (try? AlertMatcher("alertname", .matches, "A[0-2]")) ?? AlertMatcher("alertname", equals: "A0"),
                    (try? AlertMatcher("team", .notEqual, "t0")) ?? AlertMatcher("team", equals: "t1"),
                ]
                // The second one makes every route's key its own: twins share their log, as in Alertmanager.
                route.matchers = [
                    operations[Int.random(in: 0..<operations.count, using: &random)],
                    (try? AlertMatcher("route", .notEqual, "\(count)")) ?? AlertMatcher("team", equals: "t1"),
                ]
            }
            if depth < 2 {
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    route.routes.append(make(depth: depth + 1, &random))
                }
            }
            return route
        }
        var receivers: [String: [IntegrationProfile]] = [:]
        for number in 0...2 {
            receivers["r\(number)"] = (0..<Int.random(in: 1...2, using: &random)).map { index in
                IntegrationProfile(
                    id: IntegrationID(receiver: "r\(number)", type: "webhook", index: index),
                    sendsResolved: Bool.random(using: &random))
            }
        }
        // A0 keeps A1 of its team quiet.
        let inhibition = InhibitRule(
            sourceMatchers: [AlertMatcher("alertname", equals: "A0")],
            targetMatchers: [AlertMatcher("alertname", equals: "A1")], equal: ["team"])
        return DispatchConfiguration(
            tree: RouteTree(make(depth: 0, &random)), receivers: receivers,
            inhibitRules: Bool.random(using: &random) ? [inhibition] : [], resolveTimeout: .seconds(600_000))
    }

    mutating func run() {
        for _ in 0..<120 where problems.isEmpty {
            step()
            advance(by: seconds(0...120))
        }
        // Peace: everything works and nothing new happens.
        failureRate = 0
        for silence in silences where silence.state(at: now) != .expired { expire(silence.id) }
        configuration.inhibitRules = []
        carryOut(core.apply(.reload(configuration), at: now))
        advance(by: .seconds(3 * 3600))
        checkCurrent("in the end")
        let watched = expected()
        for labels in truth.keys.sorted() where truth[labels] == true { post(labels, firing: false) }
        advance(by: .seconds(3 * 3600))
        checkEnded(watched)
    }

    private func tell(_ what: @autoclosure () -> String) {
        if isTold { print("\(now - Timestamp(milliseconds: 1_700_000_000_000)) \(what())") }
    }

    private mutating func step() {
        switch Int.random(in: 0..<25, using: &random) {
        case 20..<22: silence()
        case 22:
            if let silence = silences.filter({ $0.state(at: now) != .expired }).randomElement(using: &random) {
                expire(silence.id)
            }
        case 23: reload()
        case 0..<8: post(randomLabels(), firing: true)
        case 8..<13:
            let firing = truth.keys.filter { truth[$0] == true }.sorted()
            if let labels = firing.randomElement(using: &random) { post(labels, firing: false) }
        case 13..<15: failureRate = Double.random(in: 0...1, using: &random)
        case 15: failureRate = 0
        case 16..<18: restart()
        default:
            let firing = truth.keys.filter { truth[$0] == true }.sorted()
            for labels in firing { post(labels, firing: true) }
        }
    }

    private mutating func randomLabels() -> Labels {
        [
            "alertname": "A\(Int.random(in: 0...3, using: &random))",
            "team": "t\(Int.random(in: 0...2, using: &random))", "i": "\(Int.random(in: 0...2, using: &random))",
        ]
    }

    private mutating func silence() {
        silenceCount += 1
        let matcher =
            chance(0.5)
            ? AlertMatcher("team", equals: "t\(Int.random(in: 0...2, using: &random))")
            : AlertMatcher("alertname", equals: "A\(Int.random(in: 0...3, using: &random))")
        var draft = Silence(
            matchers: [matcher], startsAt: chance(0.7) ? now : now + seconds(0...600),
            endsAt: now + seconds(601...3000),
            createdBy: "world", comment: "random")
        draft.updatedAt = now
        guard let (id, effects) = try? core.setSilence(draft, newID: "s\(silenceCount)", at: now) else {
            problems.append("a silence was refused")
            return
        }
        draft.id = id
        silences.append(draft)
        tell("silence \(id) \(matcher) \(draft.startsAt - now) to \(draft.endsAt - now)")
        for labels in truth.keys where matcher.matches(labels) { everMuted.insert(Fingerprint(labels)) }
        if dropsSilences, let undone = try? core.expireSilence(id, at: now) {
            carryOut(effects + undone)
            return
        }
        carryOut(effects)
    }

    private mutating func expire(_ id: String) {
        guard let index = silences.firstIndex(where: { $0.id == id }) else { return }
        tell("expire \(id)")
        if let effects = try? core.expireSilence(id, at: now) { carryOut(effects) }
        silences[index].endsAt = now
        silences[index].startsAt = min(silences[index].startsAt, now)
    }

    /// Other routes, or the same with other times.
    private mutating func reload() {
        let deaf = { (configuration: DispatchConfiguration) in
            Set(configuration.receivers.values.joined().filter { !$0.sendsResolved }.map(\.id))
        }
        let before = configuration
        configuration = Self.randomConfiguration(&random)
        // Who hears of ends now and did not before may have missed one, and hears of the next episode as of a repetition.
        let mayHaveMissed = deaf(before).union(deaf(configuration))
        for address in told.keys where mayHaveMissed.contains(address.integration) { uncertain.insert(address) }
        teamsWithEndedSource.formUnion(["t0", "t1", "t2"])
        tell("reload \(configuration.tree.routes.map { "\($0.key) \($0.receiver) \($0.continues)" })")
        carryOut(core.apply(.reload(configuration), at: now))
    }

    private mutating func post(_ labels: Labels, firing: Bool) {
        truth[labels] = firing
        tell("post \(labels) \(firing ? "fires" : "ends")")
        if silences.contains(where: { $0.endsAt > now && $0.matchers.allMatch(labels) })
            || labels.value(of: "alertname") == "A1"
        {
            everMuted.insert(Fingerprint(labels))
        }
        if !firing, labels.value(of: "alertname") == "A0" { teamsWithEndedSource.insert(labels.value(of: "team")) }
        let posted = PostedAlert(labels: labels, endsAt: firing ? nil : now)
        guard let alert = try? posted.accepted(at: now, resolveTimeout: configuration.resolveTimeout) else {
            problems.append("an alert was refused")
            return
        }
        carryOut(core.apply(.alerts([alert]), at: now))
    }

    /// A kill at any moment: what was under way may or may not have arrived.
    private mutating func restart() {
        for flight in inFlight {
            if chance(0.5) { arrive(flight.job) }
            uncertain.insert(Address(group: flight.job.notification.groupKey, integration: flight.job.integration))
        }
        inFlight = []
        now = now + seconds(0...600)
        tell("restart")
        core = DispatchCore(configuration, restoring: store, at: now)
        carryOut(core.apply(.tick, at: now))
    }

    private mutating func advance(by duration: Duration) {
        let end = now + duration
        while problems.isEmpty {
            let answer = inFlight.map(\.answerAt).min()
            let next = [core.nextDeadline, answer].compactMap { $0 }.min() ?? .distantFuture
            if next > end { break }
            now = max(now, next)
            if let index = inFlight.firstIndex(where: { $0.answerAt <= now }) {
                let flight = inFlight.remove(at: index)
                if flight.result.isDelivered { arrive(flight.job) }
                carryOut(core.apply(.result(job: flight.job.id, flight.result), at: now))
            } else {
                carryOut(core.apply(.tick, at: now))
            }
        }
        now = max(now, end)
    }

    private mutating func carryOut(_ effects: [DispatchEffect]) {
        for effect in effects {
            switch effect {
            case .persist(.log) where dropsLogWrites: break
            case .persist(let record):
                if case .log(let entry) = record { tell("log \(entry)") }
                store.apply(record)
            case .gaveUp: break
            case .record: problems.append("an event that nobody asked for")
            case .incident: problems.append("an incident without a policy")
            case .cancel(let job):
                if let index = inFlight.firstIndex(where: { $0.job.id == job }) {
                    let flight = inFlight.remove(at: index)
                    uncertain.insert(
                        Address(group: flight.job.notification.groupKey, integration: flight.job.integration))
                }
            case .notify(let job):
                checkMuting(job)
                // What was decided before a reload counts by the intervals of then.
                if job.attempt == 1 { intervals[job.id] = repeatInterval(of: job.notification.groupKey) }
                if swallowsNotifications { continue }
                tell("send \(job.integration) \(job.notification.groupKey) \(job.attempt) \(job.notification.reason)")
                let fails = chance(failureRate)
                let result: DeliveryResult = fails ? (chance(0.5) ? .temporary("x") : .permanent("x")) : .delivered
                inFlight.append((job, now + (fails ? seconds(0...20) : .milliseconds(5)), result))
            }
        }
        if dropsLogWrites, chance(0.2) { restart() }
    }

    /// What is kept quiet is not told; later attempts say what was so at the flush.
    private mutating func checkMuting(_ job: NotificationJob) {
        guard job.attempt == 1 else { return }
        for notified in job.notification.alerts {
            let labels = notified.alert.labels
            if silences.contains(where: { $0.state(at: now) == .active && $0.matchers.allMatch(labels) }) {
                problems.append("\(labels) is told although it is silenced")
            }
            let team = labels.value(of: "team")
            guard !configuration.inhibitRules.isEmpty, labels.value(of: "alertname") == "A1",
                !teamsWithEndedSource.contains(team)
            else { continue }
            let isInhibited = truth.contains { source, fires in
                fires && source.value(of: "alertname") == "A0" && source.value(of: "team") == team
            }
            if isInhibited { problems.append("\(labels) is told although it is inhibited") }
        }
    }

    /// A notification reaches its receiver.
    private mutating func arrive(_ job: NotificationJob) {
        let notification = job.notification
        if isTraced {
            trace.append("\(now) \(job.integration) \(notification.groupKey) \(notification.alerts.count)")
        }
        let address = Address(group: notification.groupKey, integration: job.integration)
        tell("arrives \(job.id) \(address) \(notification.alerts.map { "\($0.alert.labels) \($0.status)" })")
        let firing = Set(notification.alerts.filter { $0.status == .firing }.map(\.alert.fingerprint))
        let resolved = Set(notification.alerts.filter { $0.status == .resolved }.map(\.alert.fingerprint))
        let isCertain = uncertain.remove(address) == nil
        if notification.alerts.isEmpty { problems.append("\(address): an empty notification") }
        if firing.isEmpty, told[address]?.firing.isEmpty != false, isCertain {
            problems.append("\(address): resolved before it fired")
        }
        // Who does not hear of ends cannot tell a repetition from a new episode.
        let hearsEnds = configuration.receivers.values.joined().contains {
            $0.id == job.integration && $0.sendsResolved
        }
        if let last = told[address], isCertain, hearsEnds {
            // As in Alertmanager, who knew of firing alerts that are all muted now is told of the resolved ones again.
            let isAllResolved = firing.isEmpty && !last.firing.isEmpty
            let isNews = isAllResolved || !firing.isSubset(of: last.firing) || !resolved.isSubset(of: last.resolved)
            let interval = intervals[job.id]
            if !isNews, now < last.expiresAt, let interval, now - last.at < interval {
                problems.append("\(address): told twice within \(interval)")
            }
        }
        // The log keeps an entry for two intervals of then.
        let kept = (intervals[job.id] ?? .zero) * 2
        told[address] = Told(at: now, firing: firing, resolved: resolved, expiresAt: now + kept)
    }

    private func repeatInterval(of key: GroupKey) -> Duration? {
        let routeKey = Self.routeKey(key)
        return configuration.tree.routes.lazy.filter { $0.key == routeKey }.map(\.repeatInterval).min()
    }

    private static func routeKey(_ key: GroupKey) -> String {
        // The labels of these groups hold no colon.
        String(key.text.prefix(upTo: key.text.lastIndex(of: ":") ?? key.text.endIndex))
    }

    /// What every address must know now.
    private func expected() -> [Address: Set<Fingerprint>] {
        var expected: [Address: Set<Fingerprint>] = [:]
        for (labels, isFiring) in truth where isFiring {
            for index in configuration.tree.matching(labels) {
                let route = configuration.tree.routes[index]
                let key = GroupKey(routeKey: route.key, groupLabels: route.groupLabels(of: labels))
                for profile in configuration.receivers[route.receiver] ?? [] {
                    expected[Address(group: key, integration: profile.id), default: []].insert(Fingerprint(labels))
                }
            }
        }
        return expected
    }

    private mutating func checkCurrent(_ moment: String) {
        for (address, firing) in expected() {
            if told[address]?.firing.isSuperset(of: firing) != true {
                problems.append("\(moment) \(address) does not know what fires")
            }
        }
    }

    private mutating func checkEnded(_ watched: [Address: Set<Fingerprint>]) {
        let wanting = Set(configuration.receivers.values.joined().filter(\.sendsResolved).map(\.id))
        for (address, last) in told where wanting.contains(address.integration) && !last.firing.isEmpty {
            // A firing message whose arrival nobody could note, because of a kill just then, has no end to be told.
            if uncertain.contains(address) || watched[address] == nil { continue }
            if last.firing.isSubset(of: everMuted) { continue }
            problems.append("\(address) was never told the end")
        }
        if core.groupCount > 0 { problems.append("\(core.groupCount) groups are left") }
        if !store.groups.isEmpty { problems.append("\(store.groups.count) groups are left in the store") }
        if !store.alerts.isEmpty { problems.append("\(store.alerts.count) alerts are left in the store") }
    }
}
