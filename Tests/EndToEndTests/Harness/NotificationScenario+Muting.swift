extension NotificationScenario {
    /// Alerts that keep others quiet.
    static let inhibiting: [NotificationScenario] = [
        .init(
            name: "twosources", inhibition: ("sev=crit", "sev=warn", "host"),
            rounds: [
                [.fire("sev=crit,host=1,n=1"), .fire("sev=crit,host=1,n=2")], [.fire("sev=warn,host=1")],
                [.resolve("sev=crit,host=1,n=2")], [], [.fire("sev=crit,host=1,n=1"), .fire("sev=warn,host=1,b=1")],
            ]),
        .init(
            name: "firstsourceends", inhibition: ("sev=crit", "sev=warn", "host"),
            rounds: [
                [.fire("sev=crit,host=1,n=1"), .fire("sev=crit,host=1,n=2"), .fire("sev=warn,host=1")],
                [.resolve("sev=crit,host=1,n=1")], [], [.resolve("sev=crit,host=1,n=2")],
            ]),
        .init(
            name: "longersource", inhibition: ("sev=crit", "sev=warn", "host"),
            rounds: [
                [.fire("sev=crit,host=1,n=1", ends: 40_000), .fire("sev=crit,host=1,n=2")],
                [.fire("sev=warn,host=1")], [.resolve("sev=crit,host=1,n=1")], [], [],
            ]),
        .init(
            name: "sourceistarget",
            inhibitions: [
                "{source_matchers: [case=$r, sev=~'crit|mid'], target_matchers: [case=$r, sev=~'mid|warn'], equal: [host]}"
            ],
            rounds: [
                [.fire("sev=crit,host=1"), .fire("sev=mid,host=1"), .fire("sev=warn,host=1")],
                [.resolve("sev=crit,host=1")], [.resolve("sev=mid,host=1")],
            ]),
        .init(
            name: "chain",
            inhibitions: [
                "{source_matchers: [case=$r, s=1], target_matchers: [case=$r, s=2]}",
                "{source_matchers: [case=$r, s=2], target_matchers: [case=$r, s=3]}",
            ],
            rounds: [
                [.fire("s=1"), .fire("s=2"), .fire("s=3")], [.resolve("s=1")], [.resolve("s=2")], [.resolve("s=3")],
            ]),
        .init(
            name: "missinglabel", inhibition: ("sev=crit", "sev=warn", "host, rack"),
            rounds: [
                [
                    .fire("sev=crit,host=1"), .fire("sev=warn,host=1"), .fire("sev=warn,host=1,rack=1"),
                    .fire("sev=warn"),
                ]
            ]),
        .init(
            name: "oldinhibition",
            inhibitions: [
                "{source_match: {case: $r, sev: crit}, target_match: {case: $r}, target_match_re: {sev: 'warn|info'}, equal: [host]}",
                "{name: second, source_match_re: {case: $r, sev: none}, target_matchers: [case=$r]}",
            ],
            rounds: [
                [
                    .fire("sev=crit,host=1"), .fire("sev=warn,host=1"), .fire("sev=info,host=1"),
                    .fire("sev=debug,host=1"),
                ],
                [.resolve("sev=crit,host=1")],
            ]),
        .init(
            name: "sourceexpires", inhibition: ("sev=crit", "sev=warn", ""),
            rounds: [[.fire("sev=crit", ends: 4), .fire("sev=warn")], [], []]),
        .init(
            name: "inhibitedingroup", inhibition: ("sev=crit", "sev=warn", ""),
            rounds: [
                [.fire("sev=warn,a=1"), .fire("sev=info,a=1")], [.fire("sev=crit,a=1")],
                [.resolve("sev=warn,a=1"), .resolve("sev=info,a=1")], [.resolve("sev=crit,a=1")], [],
            ]),
        .init(
            name: "inhibitedbyother",
            route: "routes: [{matchers: [sev=crit], receiver: $r.one, mute_time_intervals: [always]}]",
            others: ["one"], inhibition: ("sev=crit", "sev=warn", ""),
            rounds: [[.fire("sev=crit"), .fire("sev=warn")], [.resolve("sev=crit")]]),
    ]

    /// Silences.
    static let silencing: [NotificationScenario] = [
        .init(
            name: "twosilences",
            rounds: [
                [.silence("s", matchers: "a=1"), .silence("t", matchers: "a=~1|2"), .fire("a=1"), .fire("a=2")],
                [.expire("s")], [.expire("t")],
            ]),
        .init(
            name: "endsquietly",
            rounds: [
                [.fire("a=1"), .fire("a=2")], [.silence("s", matchers: "a=1")], [.resolve("a=1")], [], [.expire("s")],
                [],
            ]),
        .init(
            name: "silenceshorter",
            // The end is far enough behind the update for a late machine.
            rounds: [
                [.silence("s", matchers: "a=1"), .fire("a=1")], [.update("s", matchers: "a=1", to: 9)], [], [], [],
            ]),
        .init(
            name: "endedwhilesilenced",
            rounds: [
                [.fire("a=1"), .fire("a=2")], [.silence("s", matchers: "a=1"), .resolve("a=2")],
                [.end("a=3")], [.expire("s")], [.resolve("a=1")],
            ]),
        .init(
            name: "silenceabsent",
            rounds: [[.silence("s", matchers: "b!=1,a=~.+"), .fire("a=1"), .fire("a=1,b=1")], [.expire("s")]]),
        .init(
            name: "silenceallofgroup",
            rounds: [
                [.silence("s", matchers: "a=~.+"), .fire("a=1"), .fire("a=2")], [.resolve("a=1")], [.expire("s")],
                [.resolve("a=2")],
            ]),
    ]
}
