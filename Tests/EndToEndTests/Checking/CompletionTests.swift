import TestSupport
import Testing

/// Completions and manual page of the built binary, in the shells themselves.
@Suite("Completions and manual page")
struct CompletionTests {
    /// What bash offers behind these words; the last one is being typed.
    private func offered(_ words: [String]) async throws -> [String] {
        let folder = try CheckingFolder(["rules.yml": "groups: []\n", "other.yml": ""])
        let list = words.map { "'\($0)'" }.joined(separator: " ")
        let result = try await folder.bash(
            """
            source <(ruleval completions bash)
            COMP_WORDS=(\(list)); COMP_CWORD=\(words.count - 1)
            _ruleval
            printf '%s\\n' "${COMPREPLY[@]}"
            """)
        #expect(result.status == 0 && result.error.isEmpty, "\(result.error)")
        return result.output.split(separator: "\n").map(String.init)
    }

    @Test func bashOffersCommandsOptionsValuesAndFiles() async throws {
        #expect(try await offered(["ruleval", "che"]) == ["check"])
        #expect(try await offered(["ruleval", ""]).contains("test"))
        #expect(try await offered(["ruleval", "check", "--form"]) == ["--format"])
        #expect(try await offered(["ruleval", "check", "--"]).contains("--changed-since"))
        #expect(try await offered(["ruleval", "check", "--format", "s"]) == ["sarif"])
        #expect(try await offered(["ruleval", "check", "--format", "=", "j"]) == ["json", "junit"])
        #expect(try await offered(["ruleval", "check", "--format", "="]).contains("gitlab"))
        #expect(try await offered(["ruleval", "check", "rul"]) == ["rules.yml"])
        #expect(try await offered(["ruleval", "run", "--config", "ot"]) == ["other.yml"])
        #expect(try await offered(["ruleval", "silence", "ex"]) == ["expire", "export"])
        #expect(try await offered(["ruleval", "completions", "z"]) == ["zsh"])
        #expect(try await offered(["ruleval", "template", ""]) == ["render", "check"])
        #expect(try await offered(["ruleval", "help", "expl"]) == ["explain"])
    }

    @Test(
        "the script is one that the shell reads",
        arguments: [("bash", "/bin/bash"), ("zsh", "/usr/bin/zsh"), ("fish", "/usr/bin/fish")])
    func shellsReadTheirScript(_ name: String, _ shell: String) async throws {
        guard isInstalled(shell) else { return }
        let folder = try CheckingFolder()
        let result = try await folder.bash("ruleval completions \(name) > script && \(shell) -n script")
        #expect(result == (0, "", ""))
    }

    @Test func fishOffersCommandsAndValues() async throws {
        guard isInstalled("/usr/bin/fish") else { return }
        let folder = try CheckingFolder()
        let result = try await folder.bash(
            "ruleval completions fish > c.fish && fish -c 'source c.fish; complete -C \"ruleval che\"; "
                + "complete -C \"ruleval check --format sa\"; complete -C \"ruleval silence imp\"'")
        let words = result.output.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        #expect(words == ["check", "sarif", "import"], "\(result)")
    }

    @Test func everyCommandIsOnTheManualPage() async throws {
        guard isInstalled("/usr/bin/man") else { return }
        let folder = try CheckingFolder()
        let help = try await folder.bash("ruleval --help")
        let shown = try await folder.bash(
            "ruleval man > ruleval.1 && man --warnings=w -l ruleval.1", environment: ["MANWIDTH": "200"])
        #expect(shown.status == 0 && shown.error.isEmpty, "\(shown.error)")
        let page = shown.output.replacing(#/.\u{8}/#, with: "")
        for command in help.output.matches(of: #/(?m)^  ([a-z]+)  /#).map({ String($0.output.1) }) {
            #expect(page.contains("ruleval \(command)"), "\(command)")
            let own = try await folder.bash("ruleval \(command) --help")
            for option in own.output.matches(of: #/(?m)^  (--[a-z-]+)/#).map({ String($0.output.1) }) {
                #expect(page.contains(option), "\(command) \(option)")
            }
        }
    }
}
