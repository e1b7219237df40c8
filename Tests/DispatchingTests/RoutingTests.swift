import Alerts
import Base
import Testing
import TimeSeries
import YAML

@testable import Dispatching

@Suite("Routes")
struct RoutingTests {
    static func settings(_ yaml: String) throws -> (DispatchSettings, [Diagnostic]) {
        let document = try YAMLDocument(parsing: yaml, file: "a.yml")
        let decoding = YAMLDecoding()
        guard let root = document.root, let reader = decoding.mapping(root, as: "configuration") else {
            return (DispatchSettings(), decoding.diagnostics)
        }
        let global = reader.mapping("global")
        let settings = DispatchSettings(reader, global: global, in: decoding)
        let names = (reader.list("receivers") ?? []).compactMap { $0["name"]?.scalar?.text }
        settings.check(receivers: names, policies: ["oncall"], in: decoding)
        reader.finish()
        return (settings, decoding.diagnostics)
    }

    private static let tree = """
        route:
          receiver: root
          group_by: [alertname]
          routes:
          - receiver: one
            matchers: [team="a"]
            continue: true
            routes:
            - {receiver: deep, matchers: ['sev=~"crit|page"'], group_by: [sev]}
            - {receiver: deeper, matchers: ['sev="page"'], continue: true}
          - {receiver: two, match: {team: a}, group_by: ['...']}
          - {receiver: three, match_re: {team: 'a|b'}, group_by: []}
          - {receiver: four, matchers: ['team=""', 'x!="y"']}
        receivers: [{name: root}, {name: one}, {name: two}, {name: three}, {name: four}, {name: deep}, {name: deeper}]
        """

    @Test(
        "are taken depth first, siblings only after `continue`",
        arguments: [
            (["team": "a"], ["one", "two"]), (["team": "a", "sev": "crit"], ["deep", "two"]),
            (["team": "a", "sev": "page"], ["deep", "two"]), (["team": "b"], ["three"]), (["team": "c"], ["root"]),
            (.empty, ["four"]), (["x": "y"], ["root"]),
        ] as [(Labels, [String])])
    func matching(_ labels: Labels, _ receivers: [String]) throws {
        let (settings, problems) = try Self.settings(Self.tree)
        #expect(problems.isEmpty)
        let tree = RouteTree(try #require(settings.route))
        #expect(tree.matching(labels).map { tree.routes[$0].receiver } == receivers)
    }

    @Test("inherit, group, and have keys that last")
    func inheriting() throws {
        let tree = RouteTree(try #require(try Self.settings(Self.tree).0.route))
        let labels: Labels = ["alertname": "X", "sev": "crit", "team": "a"]
        let keys = tree.routes.map { GroupKey(routeKey: $0.key, groupLabels: $0.groupLabels(of: labels)).text }
        #expect(
            keys == [
                #"{}:{alertname="X"}"#, #"{}/{team="a"}:{alertname="X"}"#,
                #"{}/{team="a"}/{sev=~"crit|page"}:{sev="crit"}"#, #"{}/{team="a"}/{sev="page"}:{alertname="X"}"#,
                #"{}/{team="a"}:{alertname="X", sev="crit", team="a"}"#, #"{}/{team=~"^(?:a|b)$"}:{}"#,
                #"{}/{team="",x!="y"}:{alertname="X"}"#,
            ])
        #expect(Set(tree.routes.map(\.id)).count == tree.routes.count)
        #expect(tree.routes[1].groupWait == .seconds(30) && tree.routes[1].repeatInterval == .seconds(14_400))
    }

    @Test(
        "that make no sense are refused with their place",
        arguments: [
            ("route: {receiver: r, matchers: [a=b]}", "a.yml:1:8: error: root route must not have any matchers"),
            ("route: {receiver: r, continue: true}", "cannot have continue in root route"),
            ("route: {group_wait: 1s}", "root route must specify a default receiver"),
            ("route: {receiver: rr}", "a.yml:1:19: error: undefined receiver \"rr\" used in route (did you mean 'r'?)"),
            ("route: {receiver: r, group_by: [a, a]}", "duplicated label \"a\" in group_by"),
            ("route: {receiver: r, group_by: ['']}", "invalid label name \"\" in group_by list"),
            ("route: {receiver: r, group_by: [a, '...']}", "cannot have wildcard group_by"),
            ("route: {receiver: r, group_interval: 0s}", "group_interval cannot be zero"),
            ("route: {receiver: r, group_wait: 5}", "must be a duration"),
            (
                "route: {receiver: r, routes: [{mute_time_intervals: [x]}]}",
                "undefined time interval \"x\" used in route"
            ),
            ("route: {receiver: r, routes: [{matchers: ['a']}]}", "a.yml:1:43: error: bad matcher format: a"),
            ("route: {receiver: r, routes: [{match: {'1a': b}}]}", "invalid label name \"1a\""),
            ("route: {receiver: r, routes: [{match_re: {a: '('}}]}", "error parsing regexp: missing"),
            ("route: {receiver: r, groupby: [a]}", "unknown key 'groupby' in route (did you mean 'group_by'?)"),
            ("route: {receiver: r, escalation_policy: oncal}", "undefined escalation policy \"oncal\""),
            (
                "route: {receiver: r}\ninhibit_rules: [{sources: [{matchers: [a=b]}], equal: [x]}]",
                "sources cannot be combined with source_match"
            ),
            (
                "route: {receiver: r}\ninhibit_rules: [{sources: [{matchers: []}]}]",
                "matchers of a source must not be empty"
            ),
            (
                "route: {receiver: r}\ninhibit_rules: [{sources: [{matchers: ['a=\"\"']}]}]",
                "at least one matcher of a source must not match the empty string"
            ),
            ("route: {receiver: r}\ninhibit_rules: [{sources: [{matcher: [a=b]}]}]", "did you mean 'matchers'?"),
            ("route: {receiver: r}\ninhibit_rules: [{equal: ['']}]", "invalid label name \"\" in equal list"),
            ("route: {receiver: r}\ninhibit_rules: [{source: x}]", "unknown key 'source' in inhibit rule"),
            ("route: {receiver: r}\ntime_intervals: [{name: a}, {name: a}]", "time interval \"a\" is not unique"),
        ])
    func refused(_ yaml: String, _ message: String) throws {
        let problems = try Self.settings(yaml + "\nreceivers: [{name: r}]").1.map(\.description)
        #expect(problems.joined(separator: "\n").contains(message))
    }
}
