import Base
import Daemon
import GoTemplate
import JSON
import Receivers

extension CommandTable {
    static let template = Command(
        name: "template", operands: "render NAME | check FILE...",
        summary: "Render a notification template over given data, or say what is wrong with template files.",
        options: [
            .many("--template", "FILE|GLOB...", "template files, beside the defaults (render)"),
            .one("--config", "FILE", "the templates that this configuration names (render)"),
            .one("--data", "FILE", "JSON with receiver, status, alerts, groupLabels … (render)"),
            .flag("--html", "escape as a mail's HTML is (render)"),
        ],
        example: "ruleval template render --template 'templates/*.tmpl' --data alert.json slack.team.text"
    ) { arguments, _ in
        switch arguments.operands.first {
        case "render": return try renderTemplate(arguments)
        case "check": return try checkTemplates(arguments)
        case let word?: throw UsageError("\(word) is neither render nor check")
        case nil: throw UsageError("say render or check")
        }
    }

    private static func renderTemplate(_ arguments: Arguments) throws -> Int32 {
        var patterns = arguments.all("--template")
        var names = Array(arguments.operands.dropFirst())
        // `--template FILE... NAME`: the option takes all words up to the next one.
        if names.isEmpty, patterns.count > 1 { names = [patterns.removeLast()] }
        guard names.count == 1, let name = names.first else { throw UsageError("name one template") }
        guard let dataPath = arguments.value("--data") else { throw UsageError("--data names the data") }
        if let path = arguments.value("--config") {
            let configuration: DaemonConfiguration
            do throws(Diagnostics) { configuration = try DaemonConfiguration.load(path) } catch {
                Terminal.error("\(error)")
                return ExitStatus.problems
            }
            let named = configuration.dispatch.templates.map(\.name)
            patterns = try configuration.folder.files(matching: named) + patterns
        }
        let files = try templateFiles(patterns)
        let zone = Environment.localZone
        let data: NotificationData
        let bytes = try TextFile.read(dataPath, maximumBytes: 16 << 20)
        do throws(JSONError) {
            data = try NotificationData(json: JSONValue(parsing: bytes), localZone: zone)
        } catch {
            Terminal.error("\(dataPath):\(error.position == nil ? " " : "")\(error)")
            return ExitStatus.problems
        }
        guard files.syntaxProblems.isEmpty else {
            for problem in files.syntaxProblems { Terminal.error("\(problem)") }
            return ExitStatus.problems
        }
        let now = SystemClock().now()
        let environment = TemplateEnvironment(now: ZonedTime(now, zone: zone), localZone: zone)
        do throws(TemplateFiles.Problem) {
            Terminal.out(
                try files.render(name, data: data, asHTML: arguments.has("--html"), environment: environment))
            return ExitStatus.clean
        } catch {
            Terminal.error("\(error)")
            return ExitStatus.problems
        }
    }

    private static func checkTemplates(_ arguments: Arguments) throws -> Int32 {
        for option in ["--template", "--data", "--html", "--config"] where arguments.has(option) {
            throw UsageError("\(option) belongs to render; check takes files as operands")
        }
        let patterns = Array(arguments.operands.dropFirst())
        guard !patterns.isEmpty else { throw UsageError("name template files") }
        let files = try templateFiles(patterns)
        let problems = files.problems
        for problem in problems { Terminal.out("\(problem)\n") }
        if !problems.isEmpty { return ExitStatus.problems }
        Terminal.out("\(files.names.count) \(files.names.count == 1 ? "template" : "templates")\n")
        return ExitStatus.clean
    }

    /// The files that paths and patterns name; a path that is none ends the command.
    private static func templateFiles(_ patterns: [String]) throws -> TemplateFiles {
        var files: [(path: String, text: String)] = []
        for pattern in patterns {
            let paths = PathGlob.isPattern(pattern) ? try PathGlob.expand(pattern) : [pattern]
            if paths.isEmpty { throw UsageError("\(pattern) matches no file") }
            for path in paths {
                files.append((path, String(decoding: try TextFile.read(path, maximumBytes: 4 << 20), as: UTF8.self)))
            }
        }
        return try TemplateFiles(files)
    }
}
