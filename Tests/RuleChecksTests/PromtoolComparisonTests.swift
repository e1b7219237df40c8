import Base
import JSON
import RuleFiles
import TestSupport
import Testing

@testable import RuleChecks

/// Files of the corpus and of all that a rule file may hold, spoilt at random, judged by the real promtool and by us.
@Suite("Spoilt rule files")
struct PromtoolComparisonTests {
    /// What promtool says of a file.
    private struct Verdict: Equatable {
        var isAccepted: Bool
        /// Rules found; nil when it was refused.
        var rules: Int?
    }

    @Test func areJudgedAndCountedAsPromtoolDoes() async throws {
        guard let corpus = Surroundings.corpus(), let promtool = Surroundings.peer("promtool") else { return }
        let seed: UInt64 = Surroundings.isSoak ? .random(in: 0..<1_000_000) : 1
        Surroundings.say("spoilt rule files: seed \(seed)")
        var spoiler = Spoiler(seed: seed)
        let originals = try Self.originals(corpus)
        #expect(originals.count > 100)
        let folder = try TemporaryFolder()
        var paths: [String] = []
        for number in 0..<(Surroundings.isSoak ? 20_000 : 600) {
            let original = spoiler.number(2) == 0 ? Self.rich : originals[spoiler.number(originals.count)]
            paths.append(try folder.write("\(number).yml", spoiler.spoil(original)))
        }
        var accepted = 0
        for first in stride(from: 0, to: paths.count, by: 100) {
            let part = Array(paths[first..<min(first + 100, paths.count)])
            let result = try await ChildProcess.run(promtool, ["check", "rules", "--lint=none"] + part, folder: folder)
            let verdicts = Self.verdicts(result.output)
            for path in part {
                let (file, diagnostics) = RuleFileLoader.load(path: path)
                let own = Verdict(isAccepted: file != nil, rules: file.map { $0.alertingCount + $0.recordingCount })
                let text = TemporaryFolder.text(of: path)
                #expect(own == verdicts[path], "\(diagnostics.first?.description ?? "")\n\(text)")
                accepted += own.isAccepted ? 1 : 0
            }
        }
        #expect(accepted > paths.count / 20)
    }

    /// One of everything.
    private static let rich = """
        groups:
        - name: g
          interval: 1m
          limit: 5
          query_offset: 1m
          labels: {a: b}
          rules:
          - record: job:x:sum
            expr: sum by (job) (rate(x_total{a="b", c!~"d.*"}[5m])) / 2
            labels: {team: x}
          - alert: Foo
            expr: |
              up{job=~"a|b"} == 0
                and on (job) x offset 5m > bool 1
            for: 5m
            keep_firing_for: 1m
            labels:
              severity: "page"
            annotations:
              summary: "{{ $labels.job }} is {{ $value | humanize }}"
              d: >-
                long {{ range query "up" }}{{ .Value }}{{ end }}
                text

        """

    private static func originals(_ corpus: String) throws -> [String] {
        let verdicts = try JSONValue(parsing: TemporaryFolder.text(of: corpus + "/rules/verdicts.json"))
        let files = try #require(verdicts["files"]?.object)
        return files.filter { $0.value["kind"]?.string == "rules" }
            .map { TemporaryFolder.text(of: "\(corpus)/rules/\($0.key)") }.filter { $0.utf8.count < 20_000 }
    }

    /// promtool prints a file's name, and below it `SUCCESS: N rules found` when nothing is wrong.
    private static func verdicts(_ output: String) -> [String: Verdict] {
        var verdicts: [String: Verdict] = [:]
        var current = ""
        for line in output.split(separator: "\n") {
            if line.hasPrefix("Checking ") {
                current = String(line.dropFirst("Checking ".count))
                verdicts[current] = Verdict(isAccepted: false, rules: nil)
            } else if let start = line.firstRange(of: "SUCCESS: ") {
                let count = line[start.upperBound...].prefix { $0 != " " }
                verdicts[current] = Verdict(isAccepted: true, rules: Int(count))
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

    private static let characters = Array(
        " \t:-#|>{}[]\"'&*!%@,?\n\\~0aé$()=.;^/+`\u{85}\u{2028}\u{FEFF}\u{7F}\r\u{A0}")
    private static let values = [
        "", " ~", " 5", " [a]", " {a: b}", " \"x\"", " |", " >-", " yes", " 1.5", "x", " *a", " &a x", " !!str x",
        " !!int 5",
        " !!binary aGk=", " 5m", " -5m", " 1h30m", " 30m1h", " 0", " 2001-01-01", " .inf", " 0x1F", " 'it''s'",
        " \"\\ud800\"",
        " \"{{ $labels.x }}\"", " \"{{ foo }}\"", " \"{{\"", " \"{{ query `x` | first | value }}\"",
        " \"{{ template `x` }}\"",
        " \"{{ if gt $value 1.0 }}x{{ end }}\"", " \"{{ else }}\"", " \"{{ range $i, $e := query `x` }}{{ end }}\"",
        " up{a=\"b\"}", " sum by (a) (b)", " x[5m:1m]", " x @ start()", " x{a=b}", " {}", " x offset -5m", " x[0s]",
        " x[5]",
        " rate(x)", " topk(1, x)", " count_values(\"a b\", x)", " label_replace(x,\"a\",\"$1\",\"b\",\"(\")", " 1 == 1",
        " x == bool 1", " x or on () y", " x * on(a) group_left(a) y", " (x", " x # c", " histogram_quantile(0.9, x)",
        " bool",
        " '{\"foo.bar\"}'", " a-b", " x:", " é_metric", " 99999999999y", " 1s1ms", " '{\"a b\"=\"c\"}'",
    ]
    private static let keys = [
        "groups", "name", "interval", "limit", "labels", "query_offset", "rules", "record", "alert", "expr", "for",
        "keep_firing_for", "annotations", "partial_response_strategy", "<<", "\"name\"", "? name", "~", "!!str name",
        "severity",
    ]
    /// Not `...` and `%YAML`: amid a document it depends on how far Go's package happens to read ahead.
    private static let lines = [
        "---", "", "# c", "\t", "- ", "  -", " ?", "!!map", "&a", "*a", "\u{FEFF}",
    ]

    mutating func spoil(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let line = number(lines.count)
        switch number(12) {
        case 0: lines.remove(at: line)
        case 1: lines.insert(lines[line], at: line)
        case 2: lines[line] = String(repeating: " ", count: 1 + number(3)) + lines[line]
        case 3: lines[line] = String(lines[line].dropFirst(1 + number(3)))
        case 4: lines.swapAt(line, number(lines.count))
        case 5: lines[line] = lines[line].prefix { $0 != ":" } + ":" + Self.values[number(Self.values.count)]
        case 6:
            let rest = lines[line].drop { $0 != ":" }
            lines[line] =
                lines[line].prefix { $0 == " " || $0 == "-" } + Self.keys[number(Self.keys.count)]
                + (rest.isEmpty ? ":" : rest)
        case 7: lines.insert(Self.lines[number(Self.lines.count)], at: line)
        case 8:
            lines.insert(
                lines[line].prefix { $0 == " " } + Self.keys[number(Self.keys.count)] + ":"
                    + Self.values[number(Self.values.count)],
                at: line)
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
