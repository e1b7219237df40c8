extension NotificationScenario {
    /// Which receivers hear of an alert.
    static let routing: [NotificationScenario] = [
        .init(
            name: "nested",
            route: """
                routes:
                    - matchers: [a=1]
                      receiver: $r.one
                      routes: [{matchers: [b=2], receiver: $r.two}]
                    - {matchers: [a=2], receiver: $r.three}
                """,
            others: ["one", "two", "three"],
            rounds: [
                [.fire("a=1"), .fire("a=1,b=2"), .fire("a=2"), .fire("a=3")],
                [.resolve("a=1,b=2"), .resolve("a=3")],
            ]),
        .init(
            name: "continued",
            route:
                "routes: [{matchers: [a=1], receiver: $r.one, continue: true}, {matchers: [a=~'1|2'], receiver: $r.two}]",
            others: ["one", "two"],
            rounds: [[.fire("a=1"), .fire("a=2")], [.resolve("a=1")], [.resolve("a=2")]]),
        .init(
            name: "siblingsonly",
            route: """
                routes:
                    - matchers: [a=1]
                      receiver: $r.one
                      routes: [{matchers: [b=1], receiver: $r.two, continue: true}]
                    - {matchers: [a=1], receiver: $r.three}
                """, others: ["one", "two", "three"], rounds: [[.fire("a=1,b=1"), .fire("a=1,b=2")]]),
        .init(
            name: "samereceiver",
            route: "routes: [{matchers: [a=1], receiver: $r.one, continue: true}, {matchers: [b=1], receiver: $r.one}]",
            others: ["one"], rounds: [[.fire("a=1,b=1")], [.resolve("a=1,b=1")]]),
        .init(
            name: "twins",
            route: "routes: [{matchers: [a=1], receiver: $r.one, continue: true}, {matchers: [a=1], receiver: $r.two}]",
            others: ["one", "two"], rounds: [[.fire("a=1")], [.resolve("a=1")]]),
        .init(
            name: "anchored", route: "routes: [{matchers: ['a=~\"b.\"'], receiver: $r.one}]", others: ["one"],
            rounds: [[.fire("a=bc"), .fire("a=xbc"), .fire("a=bcd")]]),
        .init(
            name: "oldstyle",
            route:
                "routes: [{match: {a: '1'}, match_re: {b: 'x|y'}, receiver: $r.one}, {match_re: {b: ''}, receiver: $r.two}]",
            others: ["one", "two"], rounds: [[.fire("a=1,b=x"), .fire("a=1,b=xy"), .fire("a=1")]]),
        .init(
            name: "absent",
            route:
                "routes: [{matchers: ['b=\"\"'], receiver: $r.one}, {matchers: ['b!=1', 'c!~\"x\"'], receiver: $r.two}]",
            others: ["one", "two"],
            rounds: [[.fire("a=1"), .fire("a=1,b=1"), .fire("a=1,b=2"), .fire("a=1,b=2,c=x"), .fire("a=2,b=")]]),
        .init(
            name: "utf8names",
            route: """
                group_by: ['ü x', 'a']
                    routes: [{matchers: ['"ü x"="1"'], receiver: $r.one}, {matchers: ['{"ü x"=~"2|3", a!="9"}'], receiver: $r.two}]
                """, others: ["one", "two"], rounds: [[.fire("a=1,ü x=1"), .fire("a=1,ü x=3"), .fire("a=9,ü x=3")]]),
        .init(
            name: "classicsyntax",
            route: "routes: [{matchers: [a==b], receiver: $r.one}, {matchers: [foo=], receiver: $r.two}]",
            others: ["one", "two"], rounds: [[.fire("a==b"), .fire("a=b,foo=1"), .fire("a=c")]]),
    ]
}
