import Alerts
import Base
import Dispatching
import JSON

/// The routing tree for people and for machines.
struct RouteDrawing {
    let tree: RouteTree

    /// A line a route, children below their parent.
    var text: String {
        guard let root = tree.routes.first else { return "" }
        var lines = [line(root)]
        draw(root, indent: "", &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    /// Nested objects.
    var json: String {
        var json = JSONWriter()
        if let root = tree.routes.first { write(root, &json) }
        return json.text
    }

    private func draw(_ route: Route, indent: String, _ lines: inout [String]) {
        for (index, child) in route.children.enumerated() {
            let isLast = index == route.children.count - 1
            lines.append(indent + (isLast ? "└── " : "├── ") + line(tree.routes[child]))
            draw(tree.routes[child], indent: indent + (isLast ? "    " : "│   "), &lines)
        }
    }

    private func line(_ route: Route) -> String {
        let conditions = route.matchers.map(\.description).joined(separator: ",")
        return (route.parent == nil ? "default-route" : "{\(conditions)}") + (route.continues ? "  continue: true" : "")
            + "  receiver: \(route.receiver)"
            + (route.escalationPolicy.map { "  escalation_policy: \($0)" } ?? "")
    }

    private func write(_ route: Route, _ json: inout JSONWriter) {
        Self.write(route, &json) { json in
            json.key("routes")
            json.beginArray()
            for child in route.children { write(tree.routes[child], &json) }
            json.endArray()
        }
    }

    static func write(_ route: Route, _ json: inout JSONWriter, _ more: (inout JSONWriter) -> Void) {
        func texts(_ key: String, _ texts: [String]) {
            json.key(key)
            json.beginArray()
            for text in texts { json.string(text) }
            json.endArray()
        }
        json.beginObject()
        json.key("receiver")
        json.string(route.receiver)
        texts("matchers", route.matchers.map(\.description))
        texts("groupBy", route.groupBy.map(\.names) ?? ["..."])
        json.key("continue")
        json.bool(route.continues)
        for (key, value) in [
            ("groupWait", route.groupWait), ("groupInterval", route.groupInterval),
            ("repeatInterval", route.repeatInterval),
        ] {
            json.key(key)
            json.string(PrometheusDuration.string(value))
        }
        texts("muteTimeIntervals", route.muteTimeIntervals)
        texts("activeTimeIntervals", route.activeTimeIntervals)
        more(&json)
        json.endObject()
    }
}
