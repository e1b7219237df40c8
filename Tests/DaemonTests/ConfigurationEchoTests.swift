import Base
import JSON
import TestSupport
import Testing
import YAML

@testable import Daemon

@Suite("The configuration written out again")
struct ConfigurationEchoTests {
    private static func echo(_ text: String) throws -> String {
        let document = try YAMLDocument(parsing: Array(text.utf8), file: "/etc/x/alertmanager.yml")
        return try DaemonConfiguration(document: document, path: "/etc/x/alertmanager.yml").text
    }

    @Test("has the defaults, and no secret")
    func defaults() throws {
        let text = try Self.echo(
            """
            route: {receiver: a, routes: [{matchers: [ 'a=b', '"ü x"=~c' ], group_wait: 90s}]}
            receivers:
            - name: a
              webhook_configs: [{url: 'http://u:hunter2@h/hunter2', http_config: {bearer_token: hunter2}}]
            templates: [x.tmpl]
            """)
        #expect(!text.contains("hunter2"))
        let root = try #require(try YAMLDocument(parsing: Array(text.utf8), file: "t").root)
        #expect(root["global"]?["resolve_timeout"]?.scalar?.text == "5m")
        #expect(root["global"]?["smtp_require_tls"]?.scalar?.boolean == true)
        #expect(root["route"]?["routes"]?.sequence?[0]["group_wait"]?.scalar?.text == "1m30s")
        #expect(
            root["route"]?["routes"]?.sequence?[0]["matchers"]?.sequence?.map { $0.scalar?.text ?? "" }
                == [#"a="b""#, #""ü x"=~"c""#])
        #expect(root["templates"]?.sequence?[0].scalar?.text == "/etc/x/x.tmpl")
        let webhook = root["receivers"]?.sequence?[0]["webhook_configs"]?.sequence?[0]
        #expect(webhook?["url"]?.scalar?.text == "<secret>")
        #expect(webhook?["http_config"]?["authorization"]?["credentials"]?.scalar?.text == "<secret>")
        #expect(webhook?["send_resolved"]?.scalar?.boolean == true)
    }

    /// Written out by Alertmanager in a form that it does not read again: empty names, empty secrets and the word null.
    private static let unreadable: Set<String> = [
        "rec_nullitem", "route_m_quotedempty", "ti_nullitem", "ti_t_dmnull", "ti_t_monull", "ti_t_nul", "ti_t_wdnull",
        "ti_t_yenull", "events_07", "events_12", "rocket_own0", "rocket_own1", "rocket_own2", "rocket_global0",
        "rocket_global1", "rocket_global2", "slack_action_null", "slack_field_null", "mattermost_field_null",
        "null_incidentio14",
    ]

    @Test("is accepted as a configuration again")
    func isReadAgain() throws {
        for one in ConfigurationCase.all
        where one.isAccepted && OwnVerdict(one.text).isAccepted && !Self.unreadable.contains(one.name) {
            let text = try Self.echo(one.text)
            let again = OwnVerdict(text, path: "/etc/x/alertmanager.yml")
            // A hidden secret in the place of an address, and the number of a month above 12, are read again as well.
            #expect(again.isAccepted || again.isUnsupported, "\(one.name): \(again.problems)\n\(text)")
        }
    }
}
