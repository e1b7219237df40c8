import Base
import Receivers
import TestSupport
import Testing
import YAML

@testable import Daemon

/// A configuration and what amtool says of it.
struct ConfigurationCase: Sendable, CustomStringConvertible {
    let name: String
    let isAccepted: Bool
    let text: String
    var description: String { name }

    /// The cases in Tests/DaemonTests/Configurations.
    static let all: [ConfigurationCase] = {
        let path = Surroundings.root + "/Tests/DaemonTests/Configurations/cases.txt"
        guard let bytes = try? TextFile.read(path, maximumBytes: 1 << 20) else { return [] }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.components(separatedBy: "\n=== ").dropFirst().compactMap { part in
            guard let end = part.firstIndex(of: "\n") else { return nil }
            let words = part[..<end].split(separator: " ")
            guard words.count == 2 else { return nil }
            return ConfigurationCase(
                name: String(words[0]), isAccepted: words[1] == "accepted",
                text: String(part[part.index(after: end)...]) + "\n")
        }
    }()
}

/// What ruleval says of a configuration.
struct OwnVerdict {
    /// The errors; none when it is accepted.
    let problems: [Diagnostic]

    var isAccepted: Bool { problems.isEmpty }
    /// Whether it is refused because of something that Alertmanager has and ruleval has not.
    var isUnsupported: Bool {
        problems.contains { $0.message.contains("not supported") }
    }

    init(_ text: String, path: String = "alertmanager.yml") {
        do throws(Diagnostics) {
            let document = try YAMLDocument(parsing: Array(text.utf8), file: path)
            _ = try DaemonConfiguration(document: document, path: path).readTemplates()
            problems = []
        } catch {
            problems = error.all.filter { $0.severity == .error }
        }
    }
}

@Suite("Configurations beside amtool check-config")
struct ConfigurationVerdictTests {
    @Test func casesWereFound() { #expect(ConfigurationCase.all.count > 400) }

    @Test("have the same verdict, and errors say where", arguments: ConfigurationCase.all)
    func verdict(_ one: ConfigurationCase) {
        let own = OwnVerdict(one.text)
        if own.isUnsupported { return }
        #expect(own.isAccepted == one.isAccepted, "\(one.text)\(own.problems)")
        #expect(own.problems.allSatisfy { $0.position != nil }, "\(own.problems)")
    }

    @Test("are judged by amtool as it is written down", .enabled(if: Surroundings.hasPeer("amtool")))
    func isWrittenDownRightly() async throws {
        let cases = ConfigurationCase.all
        guard let amtool = try AmtoolVerdict() else { return }
        let verdicts = try await amtool.accepts(cases.map(\.text))
        for (one, verdict) in zip(cases, verdicts) { #expect(verdict == one.isAccepted, "\(one.name)") }
    }

    @Test("of the corpus are judged as amtool judges them")
    func corpus() async throws {
        guard let corpus = Surroundings.corpus(), let amtool = try AmtoolVerdict() else { return }
        let paths = try PathGlob.expand(corpus + "/**/*.y*ml").sorted()
        var texts: [(path: String, text: String)] = []
        for path in paths {
            guard let bytes = try? TextFile.read(path, maximumBytes: 1 << 20) else { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            if text.contains("\nreceivers:") || text.contains("\nroute:") || text.hasPrefix("route:") {
                texts.append((path, text))
            }
        }
        #expect(!texts.isEmpty)
        for (one, verdict) in zip(texts, try await amtool.accepts(texts.map(\.text))) {
            let own = OwnVerdict(one.text, path: one.path)
            #expect(own.isAccepted == verdict || own.isUnsupported, "\(one.path): \(own.problems)")
        }
    }

    @Test("are read whatever their encoding of lines is")
    func linesAndMarks() {
        let text = "route: {receiver: a}\nreceivers: [{name: a}]\n"
        #expect(OwnVerdict("\u{FEFF}" + text).isAccepted)
        #expect(OwnVerdict(text.split(separator: "\n").joined(separator: "\r\n") + "\r\n").isAccepted)
    }

    @Test("name the nearest key")
    func hints() {
        let problems = OwnVerdict("route: {reciever: a}\nreceivers: [{name: a}]\n").problems.map(\.description)
        #expect(
            problems.contains(
                "alertmanager.yml:1:9: error: unknown key 'reciever' in route (did you mean 'receiver'?)"),
            "\(problems)")
    }
}
