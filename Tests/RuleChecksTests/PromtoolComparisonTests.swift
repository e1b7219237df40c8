import Base
import JSON
import RuleFiles
import TestSupport
import Testing

@testable import RuleChecks

/// Files of the corpus, spoilt at random, judged by the real promtool and by us.
@Suite("Spoilt rule files")
struct PromtoolComparisonTests {
    @Test func areJudgedAsPromtoolDoes() async throws {
        guard let corpus = Surroundings.corpus(), let promtool = Surroundings.peer("promtool") else { return }
        let seed: UInt64 = Surroundings.isSoak ? .random(in: 0..<1_000_000) : 1
        Surroundings.say("spoilt rule files: seed \(seed)")
        var spoiler = Spoiler(seed: seed)
        let originals = try Self.originals(corpus)
        #expect(originals.count > 100)
        let folder = try TemporaryFolder()
        var paths: [String] = []
        for number in 0..<(Surroundings.isSoak ? 5000 : 300) {
            paths.append(try folder.write("\(number).yml", spoiler.spoil(originals[spoiler.number(originals.count)])))
        }
        var compared = 0
        for first in stride(from: 0, to: paths.count, by: 100) {
            let part = Array(paths[first..<min(first + 100, paths.count)])
            let result = try await ChildProcess.run(promtool, ["check", "rules"] + part, folder: folder)
            let verdicts = Self.verdicts(result.output + result.error)
            for path in part {
                let accepted = verdicts[path]
                let (file, diagnostics) = RuleFileLoader.load(path: path)
                let text = TemporaryFolder.text(of: path)
                #expect((file != nil) == accepted, "\(diagnostics.first?.description ?? "")\n\(text)")
                compared += 1
            }
        }
        #expect(compared == paths.count)
    }

    private static func originals(_ corpus: String) throws -> [String] {
        let verdicts = try JSONValue(parsing: TemporaryFolder.text(of: corpus + "/rules/verdicts.json"))
        let files = try #require(verdicts["files"]?.object)
        return files.filter { $0.value["kind"]?.string == "rules" }
            .map { TemporaryFolder.text(of: "\(corpus)/rules/\($0.key)") }.filter { $0.utf8.count < 20_000 }
    }

    /// Whether each file was accepted; promtool prints a file's name, then `SUCCESS` or `FAILED`, where a duplicate
    /// rule alone is `FAILED` too but no error.
    private static func verdicts(_ output: String) -> [String: Bool] {
        var verdicts: [String: Bool] = [:]
        // What is said of a file goes partly to standard error, in the order of the files there too.
        var current: String?
        for line in output.split(separator: "\n") {
            if line.hasPrefix("Checking ") {
                current = String(line.dropFirst("Checking ".count))
                if let current { verdicts[current] = verdicts[current] ?? true }
            } else if let start = line.firstRange(of: "/"), let end = line.firstRange(of: ".yml: ") {
                verdicts[String(line[start.lowerBound..<end.lowerBound]) + ".yml"] = false
            }
        }
        return verdicts
    }
}

/// Makes small mistakes, the same ones for the same seed.
struct Spoiler {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    /// From 0 up to `limit`, not included.
    mutating func number(_ limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return limit < 1 ? 0 : Int(state % UInt64(limit))
    }

    private static let characters = Array(" \t:-#|>{}[]\"'&*!%@,?\n\\~0aé$")
    private static let values = [
        "", " ~", " 5", " [a]", " {a: b}", " \"x\"", " |", " yes", " 1.5", "x", " *a", " &a x", " !!str x", " 5m",
        " 'it''s'", " \"{{ $labels.x }}\"", " \"{{ foo }}\"", " \"{{\"", " up{a=\"b\"}", " sum by (a) (b)",
    ]

    mutating func spoil(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let line = number(lines.count)
        switch number(8) {
        case 0: lines.remove(at: line)
        case 1: lines.insert(lines[line], at: line)
        case 2: lines[line] = String(repeating: " ", count: 1 + number(3)) + lines[line]
        case 3: lines[line] = String(lines[line].dropFirst(1 + number(3)))
        case 4: lines.swapAt(line, number(lines.count))
        case 5: lines[line] = lines[line].prefix { $0 != ":" } + ":" + Self.values[number(Self.values.count)]
        default:
            var characters = Array(lines[line])
            let place = number(characters.count + 1)
            if number(2) == 0, place < characters.count { characters.remove(at: place) }
            if number(3) > 0 {
                characters.insert(Self.characters[number(Self.characters.count)], at: min(place, characters.count))
            }
            lines[line] = String(characters)
        }
        return lines.joined(separator: "\n")
    }
}
