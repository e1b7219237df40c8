import TestSupport
import YAML

@testable import Daemon

/// Changes configurations in one to three places, in ways that people and generators do.
struct ConfigurationMutator {
    var random: SeededGenerator

    private static let values: [EchoValue] = [
        .plain("null"), .text(""), .plain("0"), .plain("-1"), .plain("5"), .plain("1.5"), .plain("true"), .plain("yes"),
        .text("yes"), .text("x"), .list([]), .map([]), .list([.plain("null")]), .list([.text("x"), .text("x")]),
        .map([("a", .text("b"))]), .text("5m"), .text("0s"), .text("1h5m"), .text("5m1h"), .text("ü"), .text("("),
        .text("{{ x"), .text("a=b"), .text("a=~("), .text("http://x"), .text("..."), .text("a,b"), .text("09:00"),
        .text("monday:friday"), .text("1:5"), .text("-3:-1"), .text("Europe/Berlin"), .text("a"), .text("b"),
        .list([.list([])]), .list([.map([])]), .text("{a=\"b\"}"), .text("\"a b\"=c"), .text("<secret>"),
    ]

    private static let keys = [
        "receiver", "group_by", "continue", "routes", "match", "match_re", "matchers", "group_wait", "group_interval",
        "repeat_interval", "mute_time_intervals", "active_time_intervals", "name", "labels", "webhook_configs",
        "slack_configs", "email_configs", "source_match", "source_match_re", "source_matchers", "target_match",
        "target_match_re", "target_matchers", "equal", "time_intervals", "times", "weekdays", "days_of_month",
        "months", "years", "location", "start_time", "end_time", "http_config", "basic_auth", "authorization",
        "oauth2", "proxy_url", "tls_config", "follow_redirects", "http_headers", "send_resolved", "max_alerts",
        "url", "url_file", "global", "templates", "resolve_timeout", "tracing", "event_recorder", "bearer_token",
        "username", "password", "credentials", "no_proxy", "enable_http2", "foo",
    ]

    /// The text of a mutant.
    mutating func mutant(of value: EchoValue) -> String {
        var value = value
        for _ in 0..<Int.random(in: 1...3, using: &random) { value = changed(value, depth: 0) }
        return value.yaml
    }

    /// Changes one place below `value`.
    private mutating func changed(_ value: EchoValue, depth: Int) -> EchoValue {
        let goesDeeper = Int.random(in: 0..<10, using: &random) < (depth < 2 ? 9 : 7)
        switch value {
        case .map(var members):
            guard !members.isEmpty else { return replacement() }
            let index = Int.random(in: 0..<members.count, using: &random)
            if goesDeeper {
                members[index].value = changed(members[index].value, depth: depth + 1)
                return .map(members)
            }
            switch Int.random(in: 0..<6, using: &random) {
            case 0: members.remove(at: index)
            case 1: members[index].value = replacement()
            case 2: members.append((key(), replacement()))
            case 3: members[index].key = Bool.random(using: &random) ? key() : members[index].key + "x"
            case 4: members.append(members[index])
            default: members.append((key(), members[index].value))
            }
            return .map(members)
        case .list(var items):
            guard !items.isEmpty else { return replacement() }
            let index = Int.random(in: 0..<items.count, using: &random)
            if goesDeeper {
                items[index] = changed(items[index], depth: depth + 1)
                return .list(items)
            }
            switch Int.random(in: 0..<4, using: &random) {
            case 0: items.remove(at: index)
            case 1: items.append(items[index])
            case 2: items[index] = replacement()
            default: items.append(replacement())
            }
            return .list(items)
        default: return replacement()
        }
    }

    private mutating func replacement() -> EchoValue { Self.values.randomElement(using: &random) ?? .text("x") }
    private mutating func key() -> String { Self.keys.randomElement(using: &random) ?? "foo" }
}
