import Glibc
import HTTPTransport
import JSON
import Synchronization
import TestSupport
import Testing

/// Prometheus' own ruler and ruleval in several modes, on the same rules and samples.
///
/// The Prometheus that evaluates is the source of all; what ruleval records goes to another one.
final class RulersSideBySide: Sendable {
    /// ruleval in one mode.
    struct Side: Sendable {
        let mode: String
        let ruleval: Ruleval
        let endpoint: Endpoint
    }

    /// A rule as a ruler shows it, without what depends on the instant.
    struct Shown: Hashable, CustomStringConvertible {
        var rule: String
        var alerts: Set<String>
        var description: String { "\(rule) \(alerts.sorted())" }
    }

    let exporter: Exporter
    let prometheus: RealPrometheus
    let receiver: RealPrometheus
    let theirs: Endpoint
    let sides: [Side]
    private let hasCrashed = Mutex(false)
    /// When all were up, in seconds since 1970.
    private let ready: Int

    /// Starts all; nil, with a loud line, without peers.
    init?(_ rules: String, showing lines: String, modes: [String]) async throws {
        exporter = try Exporter(lines)
        theirs = try Endpoint()
        guard
            let prometheus = try await RealPrometheus.start(
                scraping: exporter.target, every: "500ms", rules: rules, alertmanager: theirs.url),
            let receiver = try await RealPrometheus.start(scraping: "127.0.0.1:1", every: "60s")
        else { return nil }
        self.prometheus = prometheus
        self.receiver = receiver
        var sides: [Side] = []
        for mode in modes {
            let endpoint = try Endpoint()
            let ruleval = try Ruleval(
                configuration: """
                    datasource: {url: '\(prometheus.url)', evaluation: \(mode)}
                    rule_files: [rules/*.yml]
                    evaluation_interval: 1s
                    resend_delay: 1s
                    external_labels: {mode: \(mode)}
                    external_url: \(prometheus.url)
                    remote_write: [{url: '\(receiver.url)/api/v1/write'}]
                    alertmanagers: [{url: '\(endpoint.url)'}]
                    """, rules: ["all.yml": rules])
            try await ruleval.start()
            sides.append(Side(mode: mode, ruleval: ruleval, endpoint: endpoint))
        }
        self.sides = sides
        ready = time(nil)
    }

    /// Puts other rules in force everywhere.
    func reload(_ rules: String) async throws {
        try prometheus.reload(rules: rules)
        for side in sides {
            try side.ruleval.folder.write("rules/all.yml", rules)
            #expect(await side.ruleval.post("/-/reload")?.status == 200)
        }
    }

    /// Kills ruleval in each mode and starts it again on what it kept. For what is pending the time down does not count.
    func crash() async throws {
        hasCrashed.withLock { $0 = true }
        for side in sides {
            await side.ruleval.kill()
            try await side.ruleval.start()
        }
    }

    /// Waits until the last tick of every rule, in Prometheus and in each mode, is so many seconds behind now.
    func haveEvaluated(for seconds: Int) async -> Bool {
        let wanted = time(nil) + seconds
        let peer = Peer(port: prometheus.port)
        return await eventually(within: .seconds(60)) {
            var bodies = [await peer.json("/api/v1/rules")]
            for side in self.sides { bodies.append(await side.ruleval.json("/api/v1/rules")) }
            return bodies.allSatisfy { body in
                let rules = Self.rules(body)
                return !rules.isEmpty
                    && rules.allSatisfy { InstantText.seconds($0.rule["lastEvaluation"]?.string ?? "") >= wanted }
            }
        }
    }

    /// Ends all.
    func stop() async {
        for side in sides { #expect(await side.ruleval.terminate() == 0) }
        await prometheus.kill()
        await receiver.kill()
    }

    /// Waits until each mode shows the rules, alerts and recorded series that Prometheus shows.
    /// - Parameters:
    ///   - named: Rules that must have alerts.
    ///   - step: Names the moment in what is recorded of a difference.
    /// - Returns: how many rules, alerts and series were held against each other.
    func compare(_ step: String, alerts named: [String]) async -> Int {
        var compared = 0
        let peer = Peer(port: prometheus.port)
        let written = Peer(port: receiver.port)
        for side in sides {
            @Sendable func both() async -> (mine: JSONValue?, theirs: JSONValue?) {
                (await side.ruleval.json("/api/v1/rules"), await peer.json("/api/v1/rules"))
            }
            let agrees = await eventually(within: .seconds(25)) {
                let (mine, theirs) = await both()
                let shown = Self.shown(mine)
                return !shown.isEmpty && shown == Self.shown(theirs) && self.apart(mine, theirs).isEmpty
            }
            let (mine, theirs) = await both()
            let shown = Self.shown(mine)
            if !agrees {
                let differing = zip(shown, Self.shown(theirs)).filter { $0 != $1 }.map { "ours \($0)\ntheirs \($1)" }
                Issue.record(
                    "\(step) \(side.mode): \(differing.joined(separator: "\n")) \(apart(mine, theirs))")
            }
            for name in named {
                let alerts = shown.first { $0.rule.contains(" \(name) ") }?.alerts ?? []
                #expect(!alerts.isEmpty, "\(step) \(side.mode): \(name) has no alert")
            }
            compared += shown.reduce(0) { $0 + 1 + $1.alerts.count }
            @Sendable func series() async -> (mine: [String]?, theirs: [String]?) {
                let names = #"__name__=~"rec:.*|ALERTS""#
                return (
                    await written.series("{\(names),mode=\"\(side.mode)\"}", without: "mode"),
                    await peer.series("{\(names)}", without: "mode")
                )
            }
            let isWritten = await eventually(within: .seconds(25)) {
                let (mine, theirs) = await series()
                return mine != nil && mine == theirs
            }
            let (found, expected) = await series()
            #expect(
                isWritten,
                "\(step) \(side.mode): \(Set(expected ?? []).symmetricDifference(found ?? []).sorted())")
            compared += found?.count ?? 0
        }
        return compared
    }

    /// Waits until each mode has told of the alerts that Prometheus told of, and of the same ends.
    func compareTold() async {
        for side in sides {
            let agrees = await eventually(within: .seconds(15)) {
                Self.told(side.endpoint) == Self.told(self.theirs)
            }
            let (mine, theirs) = (Self.told(side.endpoint), Self.told(theirs))
            #expect(agrees, "\(side.mode): \(Set(mine).symmetricDifference(theirs).sorted())")
        }
    }

    // MARK: - What a ruler shows

    private static func rules(_ body: JSONValue?) -> [(group: String, rule: JSONValue)] {
        (body?["data"]?["groups"]?.array ?? []).flatMap { group in
            (group["rules"]?.array ?? []).map { (text(group["name"]) + " " + text(group["limit"]), $0) }
        }
    }

    private static func shown(_ body: JSONValue?) -> [Shown] {
        rules(body).map { group, rule in
            let alerts = (rule["alerts"]?.array ?? []).map { alert in
                let isKept = alert["keepFiringSince"] != nil
                return "\(text(alert["labels"])) \(text(alert["annotations"])) \(text(alert["state"])) "
                    + "\(text(alert["value"])) \(isKept)"
            }
            let head = [
                "name", "query", "health", "type", "state", "duration", "keepFiringFor", "labels", "annotations",
            ]
            return Shown(
                rule: "\(group) " + head.map { text(rule[$0]) }.joined(separator: " ")
                    + (rule["lastError"]?.string ?? ""), alerts: Set(alerts))
        }
    }

    /// Alerts that the two say are active since instants too far apart for rulers that tick at different moments.
    private func apart(_ mine: JSONValue?, _ theirs: JSONValue?) -> [String] {
        let skipsPending = hasCrashed.withLock { $0 }
        func beginnings(_ body: JSONValue?) -> [String: Int] {
            var found: [String: Int] = [:]
            for (group, rule) in Self.rules(body) {
                for alert in rule["alerts"]?.array ?? [] where !skipsPending || alert["state"]?.string == "firing" {
                    found["\(group) \(Self.text(alert["labels"]))"] = InstantText.seconds(
                        alert["activeAt"]?.string ?? "")
                }
            }
            return found
        }
        let other = beginnings(theirs)
        return beginnings(mine).compactMap { key, began in
            // What was over the threshold at the start began when each one started.
            guard let theirs = other[key], theirs > ready + 2, abs(began - theirs) > 4 else { return nil }
            return "\(key) is active \(began - theirs) s later"
        }
    }

    /// A value with the keys of its objects in order.
    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "-" }
        if let members = value.object {
            return "{" + members.map { "\($0.key)=\(text($0.value))" }.sorted().joined(separator: ",") + "}"
        }
        return value.string ?? "\(value)"
    }

    /// The alerts that were told of, each with how its last message leaves it; what was only pending is never told.
    private static func told(_ endpoint: Endpoint) -> [String] {
        var told: [String: Bool] = [:]
        let now = time(nil)
        for call in endpoint.calls("/api/v2/alerts") {
            for alert in call.body.array ?? [] {
                let labels = alert["labels"]?.object?.filter { $0.key != "mode" } ?? []
                let name = labels.map { "\($0.key)=\(text($0.value))" }.sorted().joined(separator: ",")
                let start = alert["startsAt"]?.string ?? ""
                let end = alert["endsAt"]?.string ?? ""
                if start.isEmpty || end <= start { told["\(name) begins \(start) and ends \(end)"] = true }
                told[name] = InstantText.seconds(end) < now
            }
        }
        return told.map { "\($0.key) \($0.value ? "is over" : "fires")" }.sorted()
    }
}

extension Peer {
    /// A document of a peer's API; nil without an answer.
    func json(_ path: String) async -> JSONValue? {
        let request = HTTPRequest("GET", "http://127.0.0.1:\(port)\(path)")
        guard let answer = try? await HTTPClient().send(request) else { return nil }
        return try? JSONValue(parsing: answer.body)
    }

    /// The series that an instant query gives now, each with its value, a label left out; nil without an answer.
    func series(_ expression: String, without label: String) async -> [String]? {
        let query = PercentEncoding.form([("query", expression)])
        guard let result = await json("/api/v1/query?\(query)")?["data"]?["result"]?.array else { return nil }
        return result.map { one in
            let labels =
                one["metric"]?.object?.filter { $0.key != label }.map { "\($0.key)=\($0.value.string ?? "")" } ?? []
            return labels.sorted().joined(separator: ",") + " " + (one["value"]?.array?.last?.string ?? "")
        }.sorted()
    }
}
