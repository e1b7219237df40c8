import Base
import JSON
import TestSupport
import Testing

/// The same configuration, posts and times: the same notifications, field by field.
@Suite(
    "Notifications beside a real Alertmanager", .serialized,
    .enabled(if: Surroundings.hasPeer("prometheus-alertmanager")))
struct NotificationComparisonTests {
    /// Between two rounds: more than two group intervals.
    private static let gap = Duration.milliseconds(2600)

    private static func configuration(_ url: String) -> String {
        var routes = ""
        var receivers = ""
        var inhibitions = ""
        for scenario in NotificationScenario.all {
            let name = scenario.name
            routes += "  - receiver: \(name)\n    matchers: [case=\"\(name)\"]\n"
            if !scenario.route.isEmpty { routes += "    \(scenario.route.replacing("$r", with: name))\n" }
            let more = scenario.webhook.isEmpty ? "" : ", \(scenario.webhook)"
            let integrations = scenario.integrations.replacing("$url", with: "\(url)/\(name)")
            receivers += "- name: \(name)\n  "
            receivers += integrations.isEmpty ? "webhook_configs: [{url: '\(url)/\(name)'\(more)}]" : integrations
            receivers += "\n"
            for other in scenario.others {
                receivers += "- name: \(name).\(other)\n  webhook_configs: [{url: '\(url)/\(name)/\(other)'\(more)}]\n"
            }
            for rule in scenario.inhibitions { inhibitions += "- \(rule.replacing("$r", with: name))\n" }
            if let rule = scenario.inhibition {
                inhibitions += """
                    - source_matchers: [case="\(name)", \(rule.source)]
                      target_matchers: [case="\(name)", \(rule.target)]
                      equal: [\(rule.equal)]

                    """
            }
        }
        return """
            global: {resolve_timeout: 1h}
            route:
              receiver: default
              group_wait: 200ms
              group_interval: 1s
              repeat_interval: 1h
              routes:
            \(routes)
            time_intervals:
            - {name: always, time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]}
            - {name: never, time_intervals: [{years: ['1990']}]}
            - {name: eachday, time_intervals: [{weekdays: ['sunday:saturday'], location: Europe/Berlin}]}
            - {name: eachmonth, time_intervals: [{years: ['1990']}, {months: ['1:6', 'july:december'], days_of_month: ['1:31', '-31:-1']}]}
            mute_time_intervals:
            - {name: oldstyle, time_intervals: [{years: ['2000:3000'], times: [{start_time: '00:00', end_time: '12:00'}, {start_time: '12:00', end_time: '24:00'}]}]}
            inhibit_rules:
            \(inhibitions)
            receivers:
            - name: default
            \(receivers)
            """
    }

    /// What one side is told; remembers the identifiers of its silences.
    private struct Teller {
        let side: SideBySide.Side
        let base: Timestamp
        var identifiers: [String: String] = [:]
        /// The answers about silences, by scenario: one that is changed too late is refused by both.
        var answers: [String: [Int]] = [:]

        mutating func tell(round: Int) async throws {
            for scenario in NotificationScenario.all where round < scenario.rounds.count {
                var alerts: [String] = []
                var posted: Set<String> = []
                for step in scenario.rounds[round] {
                    if case .resolve(let labels) = step, posted.contains(labels) { try await post(&alerts, scenario) }
                    switch step {
                    case .fire(let labels, let annotations, let since, let ends):
                        let end = base + .seconds(ends ?? 36_000)
                        let start = since.map { base + .seconds($0) } ?? time(of: round) + .milliseconds(500)
                        if !posted.insert(labels).inserted { try await post(&alerts, scenario) }
                        alerts.append(alert(scenario, labels, annotations, start, end))
                    case .resolve(let labels):
                        alerts.append(alert(scenario, labels, "", base - .seconds(10), time(of: round)))
                        posted.insert(labels)
                    case .end(let labels):
                        if !posted.insert(labels).inserted { try await post(&alerts, scenario) }
                        alerts.append(alert(scenario, labels, "", nil, time(of: round)))
                    case .silence(let key, let matchers, let from, let to):
                        try await silence(scenario, key, matchers, from, to, id: nil)
                    case .update(let key, let matchers, let from, let to):
                        try await silence(scenario, key, matchers, from, to, id: identifiers[scenario.name + key])
                    case .expire(let key):
                        let id = identifiers[scenario.name + key] ?? ""
                        let answer = try await side.call("DELETE", "/api/v2/silence/\(id)")
                        answers[scenario.name, default: []].append(answer.status)
                    }
                }
                try await post(&alerts, scenario)
            }
        }

        private func post(_ alerts: inout [String], _ scenario: NotificationScenario) async throws {
            if alerts.isEmpty { return }
            let answer = try await side.call("POST", "/api/v2/alerts", "[\(alerts.joined(separator: ","))]")
            #expect(answer.status == 200, "\(scenario.name): \(answer.text())")
            alerts = []
        }

        func time(of round: Int) -> Timestamp { base + NotificationComparisonTests.gap * round }

        private func alert(
            _ scenario: NotificationScenario, _ labels: String, _ annotations: String, _ start: Timestamp?,
            _ end: Timestamp
        ) -> String {
            let since = start.map { "\"startsAt\":\"\(RFC3339.string($0))\"," } ?? ""
            return alert(scenario, labels, annotations, since, end)
        }

        private func alert(
            _ scenario: NotificationScenario, _ labels: String, _ annotations: String, _ since: String,
            _ end: Timestamp
        ) -> String {
            func object(_ pairs: String) -> String {
                pairs.split(separator: ",").map { pair in
                    let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
                    return "\"\(parts[0])\":\"\(parts[1])\""
                }.joined(separator: ",")
            }
            return """
                {"labels":{"alertname":"N","case":"\(scenario.name)",\(object(labels))},"annotations":{\(object(annotations))},\
                \(since)"endsAt":"\(RFC3339.string(end))","generatorURL":"http://g/x"}
                """
        }

        private mutating func silence(
            _ scenario: NotificationScenario, _ key: String, _ matchers: String, _ from: Int, _ to: Int, id: String?
        ) async throws {
            var texts: [String] = [#"{"name":"case","value":"\#(scenario.name)","isRegex":false}"#]
            for word in matchers.split(separator: ",") {
                let name = word.prefix { !"=!".contains($0) }
                let operation = word.dropFirst(name.count).prefix { "=!~".contains($0) }
                let value = word.dropFirst(name.count + operation.count)
                texts.append(
                    #"{"name":"\#(name)","value":"\#(value)","isRegex":\#(operation.contains("~")),"#
                        + #""isEqual":\#(!operation.contains("!"))}"#)
            }
            let body = """
                {"matchers":[\(texts.joined(separator: ","))],"createdBy":"t","comment":"c"\
                \(id.map { ",\"id\":\"\($0)\"" } ?? ""),"startsAt":"\(RFC3339.string(base + .seconds(from)))",\
                "endsAt":"\(RFC3339.string(base + .seconds(to)))"}
                """
            let answer = try await side.call("POST", "/api/v2/silences", body)
            answers[scenario.name, default: []].append(answer.status)
            identifiers[scenario.name + key] = (try? JSONValue(parsing: answer.body))?["silenceID"]?.string
        }
    }

    /// Which of the two is told first by how much is the machine's doing: where a round arrives late, Alertmanager flushes a
    /// new group between two alerts of one post. So what differs is played again, and must be the same then.
    @Test func areTheSame() async throws {
        var differing = Set(NotificationScenario.all.map(\.name))
        for attempt in 1...3 where !differing.isEmpty {
            differing.formIntersection(try await play(isLast: attempt == 3 ? differing : []))
        }
        #expect(differing.isEmpty)
    }

    /// Plays all scenarios on both and returns the names of those that differ; for those in `isLast` the difference is shown.
    private func play(isLast shown: Set<String>) async throws -> Set<String> {
        let both = try await SideBySide(Self.configuration)
        let clock = SystemClock()
        // At the beginning of a second: a silence may be changed in place as long as its start is of the same second.
        let base = Timestamp(milliseconds: (clock.now().milliseconds / 1000 + 1) * 1000)
        let rounds = NotificationScenario.all.map(\.rounds.count).max() ?? 0
        var answers: [[String: [Int]]] = []
        try await withThrowingTaskGroup(of: [String: [Int]].self) { group in
            for side in both.sides {
                group.addTask {
                    var teller = Teller(side: side, base: base)
                    for round in 0..<rounds {
                        // The scenarios are about times: both programs are told at the same ones.
                        try await clock.sleep(until: teller.time(of: round))
                        try await teller.tell(round: round)
                    }
                    try await clock.sleep(until: teller.time(of: rounds) + .milliseconds(500))
                    return teller.answers
                }
            }
            for try await each in group { answers.append(each) }
        }
        var told = 0
        var differing: Set<String> = []
        for scenario in NotificationScenario.all {
            var ours = Self.told(scenario, both.ours)
            var theirs = Self.told(scenario, both.theirs)
            told += theirs.count
            if !scenario.isCounted, abs(ours.count - theirs.count) == 1 {
                let count = min(ours.count, theirs.count)
                ours = Array(ours.prefix(count))
                theirs = Array(theirs.prefix(count))
            }
            if ours != theirs { differing.insert(scenario.name) }
            if shown.contains(scenario.name) { #expect(ours == theirs, "\(scenario.name)") }
        }
        #expect(told > NotificationScenario.all.count)
        let (ourGroups, theirGroups) = (try await Self.groups(both.ours), try await Self.groups(both.theirs))
        let (ourSilences, theirSilences) = (try await Self.silences(both.ours), try await Self.silences(both.theirs))
        for name in NotificationScenario.all.map(\.name) {
            let said = answers.map { $0[name] ?? [] }
            let isSame =
                ourGroups[name] == theirGroups[name] && ourSilences[name] == theirSilences[name]
                && said.allSatisfy { $0.allSatisfy { $0 == 200 } }
            if !isSame { differing.insert(name) }
            if shown.contains(name) {
                #expect(said.allSatisfy { $0.allSatisfy { $0 == 200 } }, "answers to \(name): \(said)")
                #expect(ourGroups[name] == theirGroups[name], "groups of \(name)")
                #expect(ourSilences[name] == theirSilences[name], "silences of \(name)")
            }
        }
        await both.stop()
        return differing
    }

    /// What a receiver was told, in order for each group.
    private static func told(_ scenario: NotificationScenario, _ side: SideBySide.Side) -> [String] {
        var groups: [String: [String]] = [:]
        for call in side.endpoint.calls()
        where call.path == "/\(scenario.name)" || call.path.hasPrefix("/\(scenario.name)/") {
            let key = call.path + " " + (call.body["groupKey"]?.string ?? "")
            groups[key, default: []].append(call.path + " " + text(call.body, without: side.url))
        }
        return groups.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    /// A body without the sender's own address.
    private static func text(_ body: JSONValue, without url: String) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        for member in body.object?.members ?? [] where member.key != "externalURL" {
            writer.key(member.key)
            writer.value(member.value)
        }
        writer.endObject()
        return writer.text.replacing(url, with: "http://here")
    }

    /// What `/api/v2/alerts/groups` says of the alerts of each scenario, identifiers counted only.
    private static func groups(_ side: SideBySide.Side) async throws -> [String: [String]] {
        let answer = try await side.call("GET", "/api/v2/alerts/groups")
        var texts: [String: [String]] = [:]
        for group in try JSONValue(parsing: answer.body).array ?? [] {
            for alert in group["alerts"]?.array ?? [] {
                let keys = ["silencedBy", "inhibitedBy", "mutedBy"]
                let counts = keys.map { "\($0) \(alert["status"]?[$0]?.array?.count ?? -1)" }.joined(separator: " ")
                let fields = [group["receiver"], alert["labels"], alert["startsAt"], alert["status"]?["state"]]
                texts[alert["labels"]?["case"]?.string ?? "", default: []].append(text(fields) + " " + counts)
            }
        }
        return texts
    }

    /// What `/api/v2/silences` says of the silences of each scenario, without identifiers and times of its own.
    private static func silences(_ side: SideBySide.Side) async throws -> [String: [String]] {
        let answer = try await side.call("GET", "/api/v2/silences")
        var texts: [String: [String]] = [:]
        for silence in try JSONValue(parsing: answer.body).array ?? [] {
            let scenario = silence["matchers"]?.array?.first { $0["name"]?.string == "case" }
            texts[scenario?["value"]?.string ?? "", default: []].append(text([silence["status"], silence["matchers"]]))
        }
        return texts.mapValues { $0.sorted() }
    }

    private static func text(_ fields: [JSONValue?]) -> String {
        var writer = JSONWriter()
        writer.beginArray()
        for field in fields { writer.value(field ?? .null) }
        writer.endArray()
        return writer.text
    }
}
