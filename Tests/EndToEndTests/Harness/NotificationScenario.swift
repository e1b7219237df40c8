/// What happens in one scenario, round by round; both sides are told the same and must tell their receivers the same.
struct NotificationScenario: Sendable {
    enum Step: Sendable {
        /// The alert begins, or goes on; times in seconds after the start of the test: it begins with the round and its end is
        /// far away unless given.
        case fire(String, annotations: String = "", since: Int? = nil, ends: Int? = nil)
        /// The alert is over.
        case resolve(String)
        /// The alert is over, told without a start.
        case end(String)
        /// A silence by a name of the test; conditions with commas between; times in seconds after the start of the test.
        case silence(String, matchers: String, from: Int = 0, to: Int = 3600)
        /// The same silence posted again with its identifier.
        case update(String, matchers: String, from: Int = 0, to: Int = 3600)
        /// The silence is ended.
        case expire(String)
    }

    /// The label `case` of all its alerts, and its receiver.
    let name: String
    /// More lines of its route, indented by four; `$r` stands for the name.
    var route = ""
    /// More keys of its webhook.
    var webhook = ""
    /// The integrations of its receiver instead of one webhook; `$url` stands for the endpoint's address.
    var integrations = ""
    /// More receivers, `name.other`, each a webhook at the path `/name/other`.
    var others: [String] = []
    /// An item of `inhibit_rules`; `case` is added to its matchers.
    var inhibition: (source: String, target: String, equal: String)?
    /// Items of `inhibit_rules` as they are written.
    var inhibitions: [String] = []
    /// Whether the machine decides if there is one message more or less.
    var isCounted = true
    let rounds: [[Step]]

    /// All scenarios; rounds are two group intervals and more apart.
    static let all = basics + routing + grouping + intervals + inhibiting + silencing + delivering

    /// What every team meets.
    static let basics: [NotificationScenario] = [
        .init(name: "plain", rounds: [[.fire("a=1")], [], [.resolve("a=1")], [], [.fire("a=1")]]),
        .init(
            name: "group",
            rounds: [
                [.fire("a=1"), .fire("a=2")], [.resolve("a=1")], [.fire("a=3")], [.resolve("a=2"), .resolve("a=3")],
            ]),
        .init(
            name: "grouped", route: "group_by: [a]",
            rounds: [[.fire("a=1,b=1"), .fire("a=2"), .fire("a=1,b=2"), .fire("b=3")], [.resolve("a=1,b=1")]]),
        .init(
            name: "everyone", route: "group_by: ['...']", rounds: [[.fire("a=1"), .fire("a=2")], [.resolve("a=1")]]),
        .init(name: "quickend", rounds: [[.fire("a=1"), .resolve("a=1")], [.fire("a=2")]]),
        .init(name: "bornended", rounds: [[.resolve("a=1")], [.fire("a=2")], [.resolve("a=2")]]),
        .init(name: "flap", rounds: [[.fire("a=1")], [.resolve("a=1"), .fire("a=1")], []]),
        .init(
            name: "annotated",
            rounds: [[.fire("a=1", annotations: "s=x")], [.fire("a=1", annotations: "s=y")], [.fire("a=2")]]),
        .init(
            name: "unsent", webhook: "send_resolved: false",
            rounds: [
                [.fire("a=1"), .fire("a=2")], [.resolve("a=1")], [.resolve("a=2")], [.fire("a=1")],
            ]),
        .init(name: "most", webhook: "max_alerts: 1", rounds: [[.fire("a=1"), .fire("a=2"), .fire("a=3")]]),
        .init(name: "ending", rounds: [[.fire("a=1", ends: 4), .fire("a=2")], [], []]),
        .init(name: "muted", route: "mute_time_intervals: [always]", rounds: [[.fire("a=1")], [.resolve("a=1")]]),
        .init(name: "notmuted", route: "mute_time_intervals: [never]", rounds: [[.fire("a=1")], [.resolve("a=1")]]),
        .init(name: "inactive", route: "active_time_intervals: [never]", rounds: [[.fire("a=1")], [.resolve("a=1")]]),
        .init(
            name: "active", route: "active_time_intervals: [never, always]",
            rounds: [[.fire("a=1")], [.resolve("a=1")]]),
        .init(
            name: "muteandactive", route: "mute_time_intervals: [always]\n    active_time_intervals: [always]",
            rounds: [[.fire("a=1")]]),
        .init(
            name: "silenced",
            rounds: [
                [.silence("s", matchers: "a=1"), .fire("a=1"), .fire("a=2")], [], [.expire("s")], [], [.resolve("a=1")],
            ]),
        .init(
            name: "silencedlater",
            rounds: [
                [.fire("a=1")], [.silence("s", matchers: "a=~1|2")], [.resolve("a=1")], [.expire("s")], [.fire("a=2")],
            ]),
        .init(
            name: "silenceends",
            rounds: [[.silence("s", matchers: "a=1", to: 4), .fire("a=1")], [], []]),
        .init(
            name: "silencebegins",
            rounds: [
                [.silence("s", matchers: "a!=9", from: 4), .fire("a=1")], [], [], [.fire("a=2")], [.resolve("a=1")],
            ]),
        .init(
            name: "silencechanged",
            rounds: [
                [.silence("s", matchers: "a=1"), .fire("a=1"), .fire("a=2")], [.update("s", matchers: "a=2")],
                [.resolve("a=2")], [.expire("s")],
            ]),
        .init(
            name: "silencemoved",
            rounds: [
                [.silence("s", matchers: "a=1", from: 1000), .fire("a=1")], [.update("s", matchers: "a=1", to: 9)],
                [.fire("a=1,b=2")], [],
            ]),
        .init(
            name: "silencegroup",
            rounds: [
                [.fire("a=1"), .fire("a=2")], [.silence("s", matchers: "a=1,b!~x")], [.resolve("a=2")],
                [.resolve("a=1")],
            ]),
        .init(
            name: "inhibited", inhibition: ("sev=crit", "sev=warn", "host"),
            rounds: [
                [.fire("sev=crit,host=1"), .fire("sev=warn,host=1"), .fire("sev=warn,host=2")], [],
                [.resolve("sev=crit,host=1")], [], [.resolve("sev=warn,host=1")],
            ]),
        .init(
            name: "inhibitedend", inhibition: ("sev=crit", "sev=warn", "host, none"),
            rounds: [
                [.fire("sev=warn,host=1")], [.fire("sev=crit,host=1")], [.resolve("sev=warn,host=1")],
                [.resolve("sev=crit,host=1")],
            ]),
        .init(
            name: "inhibitedbysilenced", inhibition: ("sev=crit", "sev=warn", ""),
            rounds: [
                [.silence("s", matchers: "sev=crit"), .fire("sev=crit,host=1")], [.fire("sev=warn,host=1")],
                [.expire("s")], [.resolve("sev=crit,host=1")],
            ]),
        .init(
            name: "inhibitedboth", inhibition: ("sev=crit", "kind=t", ""),
            rounds: [
                [.fire("sev=crit,kind=t,host=1"), .fire("sev=crit,kind=t,host=2")], [.fire("sev=crit,host=3")],
                [.resolve("sev=crit,host=3")],
            ]),
        .init(name: "repeated", route: "repeat_interval: 1500ms", isCounted: false, rounds: [[.fire("a=1")]]),
    ]
}
