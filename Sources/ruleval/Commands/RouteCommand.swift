import Alerts
import Base
import Daemon
import Dispatching
import JSON
import TimeSeries

extension CommandTable {
    static let route = Command(
        name: "route", operands: "show|test --config FILE [LABEL=VALUE...]",
        summary: "Draw the routing tree of a configuration, or say where an alert with these labels goes.",
        options: [
            .one("--config", "FILE", "ruleval.yml or alertmanager.yml"),
            .one("--verify", "RECEIVER,...", "test: exit 1 unless it goes to exactly these, in this order"),
            .one("--format", "text|json", "how to print (default text)"),
        ],
        example: "ruleval route test --config alertmanager.yml severity=page team=db"
    ) { arguments, _ in
        guard let path = arguments.value("--config") else { throw UsageError("--config FILE is required") }
        let format = arguments.value("--format") ?? "text"
        guard ["text", "json"].contains(format) else { throw UsageError("--format is text or json, not \(format)") }
        let action = arguments.operands.first ?? ""
        guard ["show", "test"].contains(action) else { throw UsageError("say show or test") }
        let words = arguments.operands.dropFirst()
        let tree: RouteTree
        do throws(Diagnostics) {
            guard let root = try DaemonConfiguration.load(path).dispatch.route else {
                Terminal.error("\(path): there is no route: alerts go to `alertmanagers` only")
                return ExitStatus.problems
            }
            tree = RouteTree(root)
        } catch {
            Terminal.error("\(error)")
            return ExitStatus.problems
        }
        if action == "show" {
            if let word = words.first { throw UsageError("unexpected \(word)") }
            Terminal.out(format == "json" ? RouteDrawing(tree: tree).json + "\n" : RouteDrawing(tree: tree).text)
            return ExitStatus.clean
        }
        return try test(Array(words), tree, format, verify: arguments.value("--verify"))
    }

    private static func test(
        _ words: [String], _ tree: RouteTree, _ format: String, verify: String?
    ) throws(UsageError) -> Int32 {
        var pairs: [(String, String)] = []
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw UsageError("give labels as NAME=VALUE, not \(word)")
            }
            pairs.append((parts[0], parts[1]))
        }
        let routes = tree.matching(Labels(pairs)).map { tree.routes[$0] }
        let receivers = routes.map(\.receiver)
        if format == "json" {
            var json = JSONWriter()
            json.beginArray()
            for route in routes { RouteDrawing.write(route, &json) { _ in } }
            json.endArray()
            Terminal.out(json.text + "\n")
        } else {
            Terminal.out(receivers.joined(separator: ",") + "\n")
        }
        guard let verify else { return ExitStatus.clean }
        let wanted = verify.split(separator: ",").map(String.init)
        if wanted == receivers { return ExitStatus.clean }
        Terminal.error(
            "ruleval route test: goes to \(receivers.joined(separator: ",")), not to \(wanted.joined(separator: ","))")
        return ExitStatus.problems
    }
}
