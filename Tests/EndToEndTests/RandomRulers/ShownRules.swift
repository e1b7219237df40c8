import Glibc
import JSON

/// What `/api/v1/rules` shows of one group at one tick, comparable between rulers.
struct ShownGroup: Equatable {
    /// The second of the evaluation that all rules show; nil while one is under way.
    var tick: Int?
    /// Each rule with its alerts, in order.
    var rules: [String] = []

    /// All groups by what their names begin with, in the order shown.
    /// - Parameter withBeginnings: Whether it counts since when alerts are active.
    static func all(_ body: JSONValue?, withBeginnings: Bool = true) -> [(start: String, group: ShownGroup)] {
        (body?["data"]?["groups"]?.array ?? []).map { group in
            let rules = group["rules"]?.array ?? []
            let ticks = Set(rules.map { InstantText.seconds($0["lastEvaluation"]?.string ?? "") })
            let head = "\(text(group["interval"])) \(text(group["limit"]))"
            return (
                String((group["name"]?.string ?? "").prefix { $0 != "-" }),
                ShownGroup(
                    tick: ticks.count == 1 ? ticks.first : nil,
                    rules: rules.map { "\(head) \(shown($0, withBeginnings))" })
            )
        }
    }

    /// The names of rules without a result.
    static func failing(_ body: JSONValue?) -> Set<String> {
        let rules = (body?["data"]?["groups"]?.array ?? []).flatMap { $0["rules"]?.array ?? [] }
        return Set(rules.filter { $0["health"]?.string == "err" }.compactMap { $0["name"]?.string })
    }

    /// Since when pending alerts are active, by their labels.
    static func pending(_ body: JSONValue?) -> [String: Int] {
        var found: [String: Int] = [:]
        for rule in (body?["data"]?["groups"]?.array ?? []).flatMap({ $0["rules"]?.array ?? [] }) {
            for alert in rule["alerts"]?.array ?? [] where alert["state"]?.string == "pending" {
                found[text(alert["labels"])] = InstantText.seconds(alert["activeAt"]?.string ?? "")
            }
        }
        return found
    }

    private static let keys = [
        "type", "name", "query", "health", "lastError", "state", "duration", "keepFiringFor", "labels", "annotations",
    ]

    private static func shown(_ rule: JSONValue, _ withBeginnings: Bool) -> String {
        var out = keys.filter { rule[$0] != nil }.map { "\($0)=\(ordered(text(rule[$0])))" }.joined(separator: " ")
        let alerts = (rule["alerts"]?.array ?? []).map { alert($0, withBeginnings) }
        for alert in alerts.sorted() { out += "\n    \(alert)" }
        return out
    }

    /// Which of several groups and series are named in an error depends on the order of Prometheus' storage.
    private static func ordered(_ text: String) -> String {
        guard let start = text.firstRange(of: "for the match group {"), let end = text.firstRange(of: "}];many-to-many")
        else {
            return text
        }
        return text[..<start.upperBound] + "one: two" + text[end.lowerBound...]
    }

    /// One alert, with instants to the millisecond.
    private static func alert(_ alert: JSONValue, _ withBeginnings: Bool) -> String {
        let value = Double(alert["value"]?.string ?? "").map(Rounded.text) ?? "\(text(alert["value"]))"
        var out = "\(text(alert["labels"])) \(ordered(text(alert["annotations"]))) \(text(alert["state"])) \(value)"
        for key in ["activeAt", "keepFiringSince"] where alert[key] != nil && withBeginnings {
            out += " \(key)=\(instant(alert[key]?.string ?? ""))"
        }
        return out
    }

    /// A value with the keys of its objects in order.
    static func text(_ value: JSONValue?) -> String {
        guard let value else { return "-" }
        if let members = value.object {
            return "{" + members.map { "\($0.key)=\(text($0.value))" }.sorted().joined(separator: ",") + "}"
        }
        return value.string ?? value.double.map { "\($0)" } ?? "\(value)"
    }

    /// An RFC 3339 text in UTC without what is smaller than a millisecond.
    static func instant(_ text: String) -> String {
        let parts = text.dropLast().split(separator: ".")
        guard parts.count == 2 else { return text }
        let fraction = (parts[1] + "000").prefix(3)
        return fraction == "000" ? "\(parts[0])Z" : "\(parts[0]).\(fraction)Z"
    }
}
