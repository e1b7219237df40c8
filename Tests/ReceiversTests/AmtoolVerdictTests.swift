import TestSupport
import Testing

@testable import Receivers

/// Verdicts that amtool gave, one a line, in Fixtures/verdicts.txt.
@Suite("Integrations, judged as amtool judges them")
struct AmtoolVerdictTests {
    struct Verdict: Sendable, CustomStringConvertible {
        var isAccepted: Bool
        var type: String
        var item: String

        var description: String { "\(type) \(item)" }

        var configuration: String {
            switch type {
            case "global": "global: \(item)\nreceivers: [{name: a}]\n"
            case "email":
                "global: {smtp_smarthost: 'x:25', smtp_from: x@y}\nreceivers:\n- name: a\n  email_configs: [\(item)]\n"
            default: "receivers:\n- name: a\n  \(type)_configs: [\(item)]\n"
            }
        }
    }

    static let all: [Verdict] = {
        let text = TemporaryFolder.text(of: Surroundings.root + "/Tests/ReceiversTests/Fixtures/verdicts.txt")
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
            guard words.count == 3 else { return nil }
            return Verdict(isAccepted: words[0] == "ok", type: String(words[1]), item: String(words[2]))
        }
    }()

    @Test("there are enough of them")
    func count() { #expect(Self.all.count > 290) }

    @Test("are taken and refused alike", arguments: all)
    func verdict(_ verdict: Verdict) throws {
        let problems = try Capture.settings(verdict.configuration).1.map(\.description)
        #expect(problems.isEmpty == verdict.isAccepted, "\(problems.joined(separator: "; "))")
        if !verdict.isAccepted { #expect(problems.allSatisfy { $0.contains("a.yml:") }) }
    }
}
