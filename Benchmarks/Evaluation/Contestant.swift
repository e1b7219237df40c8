import HTTPTransport
import TestSupport

/// A program that evaluates the rules against the source.
enum Contestant: String, CaseIterable {
    case vmalert
    case prometheus
    case remote
    case local
    case auto

    /// Starts it; nil when the source itself evaluates.
    func start(_ arena: Arena) async throws -> ChildProcess? {
        let folder = try TemporaryFolder()
        arena.keep(folder)
        try folder.write("rules.yml", arena.rules)
        switch self {
        case .prometheus:
            try await arena.evaluateInSource(true)
            return nil
        case .vmalert:
            guard let program = Surroundings.peer("vmalert") else { throw ArenaError("no vmalert: make peers") }
            return try ChildProcess(
                program,
                [
                    "-rule=\(folder.path)/rules.yml", "-datasource.url=\(arena.sourceURL)",
                    "-notifier.url=http://\(arena.catcher.target)", "-evaluationInterval=\(arena.interval)",
                    // Without it it waits half a minute more, for a source that takes samples late.
                    "-rule.evalDelay=0s",
                    "-httpListenAddr=127.0.0.1:\(try Surroundings.freePort())", "-loggerLevel=ERROR",
                ], folder: folder)
        case .remote, .local, .auto:
            try folder.write(
                "ruleval.yml",
                """
                datasource: {url: '\(arena.sourceURL)', evaluation: \(rawValue)}
                rule_files: [rules.yml]
                evaluation_interval: \(arena.interval)
                alertmanagers: [{url: 'http://\(arena.catcher.target)'}]
                """)
            return try ChildProcess(
                arena.binary,
                [
                    "run", "--config", folder.path + "/ruleval.yml", "--listen",
                    "127.0.0.1:\(try Surroundings.freePort())", "--state", folder.path + "/state",
                ], folder: folder)
        }
    }
}

struct ArenaError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
