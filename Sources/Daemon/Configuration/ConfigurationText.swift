import Base
import Dispatching
import JSON

/// The configuration in force written out again, for `/api/v2/status`: routes with their defaults and the receivers' names.
///
/// What receivers hold beside their names stays inside: it is full of secrets, and no client reads it.
enum ConfigurationText {
    /// YAML that amtool parses (`config routes show`, `config routes test`).
    static func yaml(_ configuration: DispatchConfiguration, receivers: [String]) -> String {
        var lines = [
            "global:", "  resolve_timeout: \(PrometheusDuration.string(configuration.resolveTimeout))", "route:",
        ]
        if let root = configuration.tree.routes.first { lines += route(root, configuration.tree, indent: "  ") }
        lines.append("receivers:")
        lines += receivers.map { "- name: \(quoted($0))" }
        if !configuration.timeIntervals.isEmpty {
            lines.append("time_intervals:")
            lines += configuration.timeIntervals.keys.sorted().map { "- name: \(quoted($0))\n  time_intervals: []" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func route(_ route: Route, _ tree: RouteTree, indent: String) -> [String] {
        var lines = [indent + "receiver: \(quoted(route.receiver))"]
        let groups = route.groupBy.map(\.names) ?? ["..."]
        if !groups.isEmpty {
            lines.append(indent + "group_by:")
            lines += groups.map { indent + "- \(quoted($0))" }
        }
        lines.append(indent + "continue: \(route.continues)")
        if !route.matchers.isEmpty {
            lines.append(indent + "matchers:")
            lines += route.matchers.map { indent + "- \(quoted($0.description))" }
        }
        for (key, names) in [
            ("mute_time_intervals", route.muteTimeIntervals), ("active_time_intervals", route.activeTimeIntervals),
        ] where !names.isEmpty {
            lines.append(indent + "\(key):")
            lines += names.map { indent + "- \(quoted($0))" }
        }
        if !route.children.isEmpty {
            lines.append(indent + "routes:")
            for child in route.children {
                var nested = Self.route(tree.routes[child], tree, indent: indent + "  ")
                nested[0] = indent + "- " + nested[0].drop { $0 == " " }
                lines += nested
            }
        }
        lines.append(indent + "group_wait: \(PrometheusDuration.string(route.groupWait))")
        lines.append(indent + "group_interval: \(PrometheusDuration.string(route.groupInterval))")
        lines.append(indent + "repeat_interval: \(PrometheusDuration.string(route.repeatInterval))")
        return lines
    }

    /// JSON's double quotes are YAML's too.
    private static func quoted(_ text: String) -> String {
        var writer = JSONWriter(escaping: .plain)
        writer.string(text)
        return writer.text
    }
}
