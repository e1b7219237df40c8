import Base
import RuleTests
import TestSupport
import Testing

/// The corpus' unit tests, each with a small change, judged by the real promtool and by us.
@Suite("Changed unit tests of the corpus")
struct MutatedCorpusTests {
    @Test func areJudgedAsByPromtool() async throws {
        guard let corpus = Surroundings.corpus(), let promtool = Surroundings.peer("promtool") else { return }
        let seed: UInt64 = Surroundings.isSoak ? .random(in: 0..<1_000_000) : 3
        Surroundings.say("changed unit tests of the corpus: seed \(seed)")
        var choices = SeededChoices(seed: seed)
        let folder = try TemporaryFolder()
        _ = try await ChildProcess.run("/bin/cp", ["-r", corpus + "/rules", folder.path], folder: folder)
        _ = try await ChildProcess.run("/bin/chmod", ["-R", "u+w", folder.path], folder: folder)
        // Files of many cases take promtool long.
        let limit = Surroundings.isSoak ? 200_000 : 12_000
        let originals = UnitTestRunnerTests.verdicts.compactMap { verdict -> (path: String, text: String)? in
            let text = TemporaryFolder.text(of: verdict.path)
            guard text.utf8.count < limit, let below = verdict.path.firstRange(of: "/rules/") else { return nil }
            return ("rules/" + verdict.path[below.upperBound...], text)
        }
        #expect(originals.count >= 10)
        var (compared, failed, slow) = (0, 0, 0)
        for number in 0..<(Surroundings.isSoak ? 600 : 8) {
            let original = choices.pick(originals)
            let text = Self.change(original.text, &choices)
            let path = try folder.write("\(original.path).\(number).yml", text)
            let ours = UnitTestRunner().run(path: path).report
            // Without an order of groups promtool takes any: what one of three runs says counts.
            var agrees = false
            var told = ""
            var isTooSlow = false
            for _ in 0..<3 where !agrees && !isTooSlow {
                // A digit more makes promtool evaluate for minutes.
                let theirs = try? await ChildProcess.run(
                    promtool, ["test", "rules", path], folder: folder, within: .seconds(60))
                guard let theirs else {
                    isTooSlow = true
                    continue
                }
                agrees = (theirs.status == 0) == (ours.failed == 0)
                told = theirs.output + theirs.error
            }
            if isTooSlow {
                slow += 1
                continue
            }
            #expect(agrees, "\(path)\nours: \(ours.failures)\npromtool: \(told.suffix(2000))\n\(text)")
            compared += 1
            if ours.failed > 0 { failed += 1 }
        }
        Surroundings.say("changed unit tests of the corpus: \(compared) compared, \(failed) fail, \(slow) too slow")
        #expect(failed > 0 && failed < compared)
    }

    /// One small change: a digit, a word, a line.
    private static func change(_ text: String, _ choices: inout SeededChoices) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let place = choices.number(lines.count)
        switch choices.number(8) {
        case 0: lines.remove(at: place)
        case 1: lines.insert(lines[place], at: place)
        case 2: lines.swapAt(place, choices.number(lines.count))
        default:
            // A line that has a digit or a word between quotes.
            for offset in 0..<lines.count {
                let index = (place + offset) % lines.count
                if let changed = changed(lines[index], &choices) {
                    lines[index] = changed
                    break
                }
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func changed(_ line: String, _ choices: inout SeededChoices) -> String? {
        var characters = Array(line)
        let digits = characters.indices.filter { characters[$0].isWholeNumber }
        let letters = characters.indices.filter { characters[$0].isLetter }
        if choices.chance(70), let index = digits.isEmpty ? nil : choices.pick(digits) {
            characters[index] = Character("\(choices.number(10))")
            return String(characters)
        }
        // Keys stay keys: only what stands behind the first colon is changed.
        guard let colon = characters.firstIndex(of: ":") else { return nil }
        let values = letters.filter { $0 > colon }
        guard !values.isEmpty else { return nil }
        characters[choices.pick(values)] = choices.pick(["a", "x", "s", "m"])
        return String(characters)
    }
}
