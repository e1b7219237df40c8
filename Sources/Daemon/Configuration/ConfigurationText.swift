import Alerts
import Base
import Dispatching
import JSON

/// The configuration in force written out again, for `/api/v2/status`: routes, inhibition and intervals as they were
/// written, and the receivers' names.
///
/// What receivers hold beside their names stays inside: it is full of secrets, and no client reads it.
enum ConfigurationText {
    /// YAML that amtool parses (`config routes show`, `config routes test`).
    static func yaml(_ settings: DispatchSettings, receivers: [String]) -> String {
        var lines = ["global:", "  resolve_timeout: \(PrometheusDuration.string(settings.resolveTimeout))"]
        if let root = settings.route { lines += ["route:"] + route(root, indent: "  ") }
        lines += list("inhibit_rules", settings.inhibitRules.map(inhibition), indent: "")
        // Without a route of its own the configuration has one to a receiver that tells nobody.
        let names = receivers.isEmpty ? [settings.route?.receiver ?? "null"] : receivers
        lines += ["receivers:"] + names.map { "- name: \(scalar($0))" }
        lines += texts("templates", settings.templates.map(\.name), indent: "")
        let intervals = settings.timeIntervals.sorted { $0.key < $1.key }
        lines += list("time_intervals", intervals.map { named($0.key, $0.value) }, indent: "")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func route(_ route: RouteConfiguration, indent: String) -> [String] {
        var lines: [String] = []
        if let receiver = route.receiver { lines.append(indent + "receiver: \(scalar(receiver))") }
        switch route.grouping {
        case nil: break
        case .allLabels: lines += texts("group_by", ["..."], indent: indent)
        case .labels(let names): lines += texts("group_by", names, indent: indent)
        }
        lines += texts("matchers", route.matchers.map(\.description), indent: indent)
        lines += texts("mute_time_intervals", route.muteTimeIntervals, indent: indent)
        lines += texts("active_time_intervals", route.activeTimeIntervals, indent: indent)
        lines.append(indent + "continue: \(route.continues)")
        lines += list("routes", route.routes.map { Self.route($0, indent: "") }, indent: indent)
        for (key, value) in [
            ("group_wait", route.groupWait), ("group_interval", route.groupInterval),
            ("repeat_interval", route.repeatInterval),
        ] {
            if let value { lines.append(indent + "\(key): \(PrometheusDuration.string(value))") }
        }
        return lines
    }

    private static func inhibition(_ rule: InhibitRule) -> [String] {
        (rule.name.isEmpty ? [] : ["name: \(scalar(rule.name))"])
            + texts("source_matchers", rule.sourceMatchers.map(\.description), indent: "")
            + texts("target_matchers", rule.targetMatchers.map(\.description), indent: "")
            + texts("equal", rule.equal, indent: "")
    }

    private static func named(_ name: String, _ intervals: [TimeInterval]) -> [String] {
        ["name: \(scalar(name))"] + list("time_intervals", intervals.map(interval), indent: "")
    }

    private static func interval(_ interval: TimeInterval) -> [String] {
        func clock(_ minutes: Int) -> String {
            [minutes / 60, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        }
        func ranges(_ key: String, _ parts: [(Int, Int)], _ name: (Int) -> String = { String($0) }) -> [String] {
            parts.isEmpty
                ? []
                : [
                    "\(key): ["
                        + parts.map { "'" + ($0.0 == $0.1 ? name($0.0) : "\(name($0.0)):\(name($0.1))") + "'" }
                        .joined(separator: ", ") + "]"
                ]
        }
        let days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
        let times = interval.times.map { range in
            ["start_time: \"\(clock(range.lowerBound))\"", "end_time: \"\(clock(range.upperBound))\""]
        }
        let lines =
            list("times", times, indent: "")
            + ranges("weekdays", interval.weekdays.map { ($0.lowerBound, $0.upperBound) }, { days[$0 % 7] })
            + ranges("days_of_month", interval.daysOfMonth.map { ($0.first, $0.last) })
            + ranges("months", interval.months.map { ($0.lowerBound, $0.upperBound) })
            + ranges("years", interval.years.map { ($0.lowerBound, $0.upperBound) })
            + (interval.location == .utc ? [] : ["location: \(scalar(interval.location.name))"])
        return lines.isEmpty ? ["{}"] : lines
    }

    /// A key with a list of mappings, each given by its lines; nothing for an empty list.
    private static func list(_ key: String, _ items: [[String]], indent: String) -> [String] {
        if items.isEmpty { return [] }
        var lines = [indent + key + ":"]
        for item in items {
            for (index, line) in item.enumerated() { lines.append(indent + (index == 0 ? "- " : "  ") + line) }
        }
        return lines
    }

    /// A key with a list of texts; nothing for an empty list.
    private static func texts(_ key: String, _ items: [String], indent: String) -> [String] {
        items.isEmpty ? [] : [indent + key + ":"] + items.map { indent + "- " + scalar($0) }
    }

    /// A plain word as it is, anything else in JSON's double quotes, which are YAML's too.
    static func scalar(_ text: String) -> String {
        func isPlain(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            default: false
            }
        }
        let meansMore = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(text.lowercased())
        if !text.isEmpty, !meansMore, text.utf8.allSatisfy(isPlain) { return text }
        var writer = JSONWriter(escaping: .plain)
        writer.string(text)
        return writer.text
    }
}
