import TestSupport
import Testing

@Suite("check --changed-since, fmt and test --watch")
struct ChangedSinceTests {
    private static let rules = """
        groups:
          - name: g
            rules:
              - {record: a, expr: x / x}
              - {record: b, expr: y / y}

        """

    private func repository() async throws -> CheckingFolder {
        let folder = try CheckingFolder(["deep/rules.yml": Self.rules])
        let made = try await folder.bash("git init -q -b main && git add -A && git commit -qm one")
        #expect(made.status == 0, "\(made.error)")
        return folder
    }

    @Test func onlyChangedRulesAreTold() async throws {
        let folder = try await repository()
        let check = "ruleval check --strict --changed-since HEAD"
        #expect(try await folder.bash("\(check) deep").status == 0)
        try folder.write("deep/rules.yml", Self.rules.replacing("y / y", with: "(y) / y"))
        try folder.write("deep/new.yml", Self.rules)
        let changed = try await folder.bash("\(check) deep/rules.yml")
        #expect(changed.status == 1)
        #expect(changed.output.contains("rules.yml:5:"))
        #expect(!changed.output.contains("rules.yml:4:"))
        // Also from within the folder, and by an absolute path.
        #expect(try await folder.bash("cd deep && \(check) rules.yml").output.contains("rules.yml:5:"))
        #expect(try await folder.bash("\(check) \"$PWD\"/deep/rules.yml").output.contains("1 warning"))
        // A file that was not there is all new.
        #expect(try await folder.bash("\(check) deep/new.yml").output.contains("2 warnings"))
    }

    @Test("a reference that is none is said", arguments: ["nothing", "--upload-pack=x", "", "HEAD~9", "HEAD:deep"])
    func unknownReference(_ reference: String) async throws {
        let folder = try await repository()
        let result = try await folder.bash("ruleval check '--changed-since=\(reference)' deep")
        #expect(result.status == 3)
        #expect(result.output.isEmpty)
        #expect(result.error.contains("--changed-since: git knows no commit '\(reference)'"), "\(result.error)")
    }

    @Test func outsideOfARepositoryThatIsSaid() async throws {
        let folder = try CheckingFolder(["rules.yml": Self.rules])
        let result = try await folder.bash(
            "ruleval check --changed-since HEAD rules.yml",
            environment: ["GIT_CEILING_DIRECTORIES": folder.folder.path])
        #expect(result.status == 3)
        #expect(result.error.contains("this folder is in no git repository"), "\(result.error)")
    }

    @Test func fmtRewritesInPlaceAndKeepsPermissions() async throws {
        let folder = try CheckingFolder(["a.yml": "groups: [{name: g, rules: [{record: a, expr: sum(x)by(y)}]}]\n"])
        let check = try await folder.bash("chmod 640 a.yml; ln -s a.yml b.yml; ruleval fmt --check b.yml")
        #expect(check.status == 1 && check.output == "b.yml\n1 file: 1 to be formatted\n", "\(check)")
        let done = try await folder.bash("ruleval fmt b.yml && stat -c '%a %F' a.yml b.yml && ruleval fmt --check .")
        #expect(done.status == 0)
        #expect(done.output.contains("640 regular file\n"))
        #expect(done.output.contains("symbolic link\n"))
        #expect(folder.text("a.yml") == "groups: [{name: g, rules: [{record: a, expr: sum by (y) (x)}]}]\n")
        let piped = try await folder.bash("echo 'groups: [{name: g, rules: [{record: a, expr: a+b}]}]' | ruleval fmt -")
        #expect(piped.status == 0 && piped.output == "groups: [{name: g, rules: [{record: a, expr: a + b}]}]\n")
        try folder.write("broken.yml", "groups: [{name: g, rules: [{record: a, expr: 'sum('}]}]\n")
        let broken = try await folder.bash("ruleval fmt broken.yml")
        #expect(broken.status == 1 && broken.error.contains("broken.yml:1:"), "\(broken)")
        let none = try await folder.bash("ruleval fmt nothing.yml")
        #expect(none.status == 3 && none.error.contains("nothing.yml: no such file"), "\(none)")
    }

    @Test func watchRunsAgainWhatAChangedFileTouches() async throws {
        let tests =
            "rule_files: [%.yml]\ntests: [{name: '%', input_series: [{series: x, values: '1x5'}], "
            + "promql_expr_test: [{expr: r, eval_time: 1m, exp_samples: [{labels: r, value: 1}]}]}]\n"
        let rules = "groups: [{name: g, rules: [{record: r, expr: x}]}]\n"
        let folder = try CheckingFolder([
            "a.yml": rules, "b.yml": rules, "a_test.yml": tests.replacing("%", with: "a"),
            "b_test.yml": tests.replacing("%", with: "b"),
        ])
        let process = try ChildProcess(
            Surroundings.binary, ["test", "--watch", folder.path], environment: folder.variables(),
            folder: folder.folder)
        #expect(await eventually { process.output == "2 passed, 0 failed\n" }, "\(process.output)")
        #expect(await eventually { process.errorOutput.contains("watching 2 files") })
        try folder.write("a.yml", rules.replacing("expr: x", with: "expr: x * 2"))
        #expect(await eventually { process.output.hasSuffix("0 passed, 1 failed\n") }, "\(process.output)")
        #expect(process.output.contains("a_test.yml:2: a: expr: \"r\", time: 1m\n  r: expected 1, got 2\n"))
        try folder.write("c_test.yml", tests.replacing("%", with: "b"))
        #expect(await eventually { process.output.hasSuffix("1 passed, 0 failed\n") }, "\(process.output)")
        process.signal(15)
        #expect(await process.waitForExit() == 0)
    }

    @Test func longRunsSayOnATerminalHowFarTheyAre() async throws {
        guard isInstalled("/usr/bin/script") else { return }
        let rules = (0..<400).map { "      - {record: 'r\($0)', expr: 'sum by (job) (rate(x\($0)[5m]))'}\n" }.joined()
        let folder = try CheckingFolder()
        for number in 0..<60 {
            try folder.write("rules/\(number).yml", "groups:\n  - name: g\n    rules:\n" + rules)
        }
        let shown = try await folder.bash("script -qec 'ruleval check rules' /dev/null")
        #expect(shown.status == 0)
        #expect(shown.output.contains(#/\u{1B}\[K\d+ of 60: /#), "\(shown.output.suffix(500))")
        let piped = try await folder.bash("ruleval check rules")
        #expect(piped.error.isEmpty && !piped.output.contains("of 60: "))
    }
}
