extension NotificationScenario {
    /// What stands together in a message, and when it is told again.
    static let grouping: [NotificationScenario] = [
        .init(
            name: "inherited",
            route:
                "group_by: [a]\n    routes: [{matchers: [b=1], receiver: $r.one}, {matchers: [b=2], receiver: $r.two, group_by: []}]",
            others: ["one", "two"],
            rounds: [
                [.fire("a=1,b=1"), .fire("a=2,b=1"), .fire("a=1,b=2"), .fire("a=2,b=2"), .fire("a=1"), .fire("a=2")]
            ]),
        .init(
            name: "alllabelsbelow",
            route: "group_by: ['...']\n    routes: [{matchers: [b=1], receiver: $r.one, group_by: [b]}]",
            others: ["one"], rounds: [[.fire("a=1,b=1"), .fire("a=2,b=1"), .fire("a=1,b=2")]]),
        .init(
            name: "common",
            rounds: [
                [
                    .fire("a=1,b=1,c=x", annotations: "s=same,t=1"), .fire("a=2,b=1,c=x", annotations: "s=same,t=2"),
                    .fire("a=3,b=1", annotations: "s=same"),
                ], [.resolve("a=3,b=1")],
            ]),
        .init(
            name: "sorted",
            rounds: [
                [
                    .fire("job=b,instance=1"), .fire("job=a,instance=2"), .fire("job=a,instance=1"), .fire("z=1"),
                    .fire("job=a"), .fire("instance=0"), .fire("job=a,instance=1,a=1"),
                ]
            ]),
        .init(
            name: "many", webhook: "max_alerts: 3",
            rounds: [(1...12).map { .fire("a=\($0)") }, [.resolve("a=1"), .resolve("a=2")], [.resolve("a=3")]]),
        .init(name: "joined", rounds: [[.fire("a=1")], [.fire("a=2")], [.fire("a=3")], [.resolve("a=1")]]),
        .init(name: "rejoined", rounds: [[.fire("a=1"), .fire("a=2")], [.resolve("a=1")], [], [.fire("a=1")], []]),
        .init(
            name: "changed",
            rounds: [[.fire("a=1")], [.resolve("a=1"), .fire("a=2")], [.resolve("a=2"), .fire("a=1")]]),
        .init(name: "again", rounds: [[.fire("a=1")], [.fire("a=1")], [.fire("a=1")], [.fire("a=1")]]),
        .init(name: "endedtwice", rounds: [[.fire("a=1")], [.resolve("a=1")], [.resolve("a=1")], [.resolve("a=1")]]),
        .init(name: "emptyvalue", route: "group_by: [b]", rounds: [[.fire("a=1,b="), .fire("a=2")]]),
        .init(name: "longwait", route: "group_wait: 3s", rounds: [[.fire("a=1")], [.fire("a=2")], []]),
        .init(
            name: "unheard", route: "group_wait: 6s",
            rounds: [[.fire("a=1"), .fire("a=2")], [.resolve("a=1")], [], []]),
        .init(
            name: "oldjoins", route: "group_wait: 6s",
            rounds: [[.fire("a=1")], [.fire("a=2", since: -100)], [.fire("a=3")], [], []]),
        .init(
            name: "oldbegins", route: "group_wait: 6s",
            rounds: [[.fire("a=1", since: -100)], [.fire("a=2")], [], []]),
        .init(
            name: "endbegins", route: "group_wait: 3s",
            rounds: [[.end("a=1"), .fire("a=2")], [.end("a=3")], [.end("a=4")], [.resolve("a=2")]]),
        .init(
            name: "endedagain", route: "group_wait: 1500ms",
            rounds: [[.fire("a=1")], [.resolve("a=1")], [], [.end("a=1"), .fire("a=2")], [.end("a=1")]]),
        .init(
            name: "seldom", route: "group_interval: 6s",
            rounds: [[.fire("a=1")], [.fire("a=2")], [.resolve("a=1")], [], []]),
        .init(name: "oftener", route: "repeat_interval: 500ms", isCounted: false, rounds: [[.fire("a=1")], []]),
        .init(
            name: "repeatafternews", route: "repeat_interval: 2500ms", isCounted: false,
            rounds: [[.fire("a=1")], [.fire("a=2")], []]),
    ]

    /// Times in which nothing is sent.
    static let intervals: [NotificationScenario] = [
        .init(
            name: "mutedconsumes",
            route:
                "routes: [{matchers: [a=1], receiver: $r.one, mute_time_intervals: [always]}, {matchers: [a=~'.+'], receiver: $r.two}]",
            others: ["one", "two"], rounds: [[.fire("a=1"), .fire("a=2")], [.resolve("a=1")]]),
        .init(
            name: "mutedcontinues",
            route:
                "routes: [{matchers: [a=1], receiver: $r.one, mute_time_intervals: [always], continue: true}, {matchers: [a=1], receiver: $r.two}]",
            others: ["one", "two"], rounds: [[.fire("a=1")], [.resolve("a=1")]]),
        .init(name: "mutedeveryday", route: "mute_time_intervals: [never, eachday]", rounds: [[.fire("a=1")]]),
        .init(
            name: "activeeverymonth", route: "active_time_intervals: [eachmonth]",
            rounds: [[.fire("a=1")], [.resolve("a=1")]]),
        .init(name: "mutedbyold", route: "mute_time_intervals: [oldstyle]", rounds: [[.fire("a=1")]]),
        .init(
            name: "childrenactive",
            route: "mute_time_intervals: [always]\n    routes: [{matchers: [a=1], receiver: $r.one}]", others: ["one"],
            rounds: [[.fire("a=1"), .fire("a=2")]]),
    ]
}
