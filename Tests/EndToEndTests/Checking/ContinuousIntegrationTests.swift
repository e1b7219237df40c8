import TestSupport
import Testing

/// The examples for CI, run as far as a machine can: their scripts in bash, in a repository of git.
@Suite("Examples for CI")
struct ContinuousIntegrationTests {
    private static let good = """
        groups:
          - name: api
            rules:
              - alert: Down
                expr: up == 0
                for: 5m

        """

    private static let tests = """
        rule_files: [api.yml]
        tests:
          - name: down
            input_series: [{series: 'up{job="a"}', values: '0x10'}]
            alert_rule_test: [{eval_time: 6m, alertname: Down, exp_alerts: [{exp_labels: {job: a}}]}]
          - name: not down
            input_series: [{series: 'up{job="a"}', values: '1x10'}]
            alert_rule_test: [{eval_time: 6m, alertname: Down}]

        """

    /// A repository with a branch `main` that holds good rules and their tests.
    private func repository() async throws -> CheckingFolder {
        let folder = try CheckingFolder(["rules/api.yml": Self.good, "rules/api_test.yml": Self.tests])
        let result = try await folder.bash(
            "git init -q -b main && git add -A && git commit -qm one && git update-ref refs/remotes/origin/main main")
        #expect(result.status == 0, "\(result.error)")
        return folder
    }

    /// The lines under `script:` or `run:` of an example that call ruleval.
    private static func calls(_ name: String) -> [String] {
        TemporaryFolder.text(of: Surroundings.root + "/examples/ci/" + name).split(separator: "\n").compactMap { line in
            guard let match = line.firstMatch(of: #/^ *(?:- |run: )+(ruleval .*)$/#) else { return nil }
            return String(match.output.1)
        }
    }

    private static let bad = good.replacing("up == 0", with: "up==0").replacing(
        "for: 5m", with: "for: 5m\n        foo: x")

    @Test("each call passes on good rules and finds what is wrong", arguments: ["github-actions.yml", "gitlab-ci.yml"])
    func callsWork(_ example: String) async throws {
        let calls = Self.calls(example)
        #expect(calls.count >= 4)
        let folder = try await repository()
        for call in calls {
            let result = try await folder.bash(call, environment: ["GITHUB_BASE_REF": "main"])
            #expect(result.status == 0, "\(call)\n\(result.output)\(result.error)")
        }
        try folder.write("rules/api.yml", Self.bad)
        for call in calls where !call.hasSuffix("|| true") {
            let result = try await folder.bash(call, environment: ["GITHUB_BASE_REF": "main"])
            #expect(result.status == 1, "\(call)\n\(result.output)\(result.error)")
        }
    }

    @Test func reportsAreWhereTheExamplesSay() async throws {
        let folder = try await repository()
        for call in Self.calls("gitlab-ci.yml") + Self.calls("github-actions.yml") {
            _ = try await folder.bash(call, environment: ["GITHUB_BASE_REF": "main"])
        }
        for file in ["gl-code-quality-report.json", "junit.xml"] {
            #expect(!folder.text(file).isEmpty, "\(file)")
            #expect(TemporaryFolder.text(of: Surroundings.root + "/examples/ci/gitlab-ci.yml").contains(file))
        }
        #expect(folder.text("junit.xml").contains("<testsuites tests=\"2\" failures=\"0\""))
        #expect(folder.text("ruleval.sarif").contains("\"version\":\"2.1.0\""))
        // GitLab finds the percentage by this pattern.
        let coverage = try await folder.bash("ruleval test --coverage rules/")
        #expect(coverage.output.contains(#/coverage: .* (\d+\.\d+)%/#), "\(coverage.output)")
    }

    @Test func theHookOfGitRefusesWhatIsStaged() async throws {
        let folder = try await repository()
        let hook = Surroundings.root + "/examples/ci/pre-commit"
        let copied = try await folder.bash("cp '\(hook)' .git/hooks/pre-commit && git config ruleval.rules rules")
        #expect(copied.status == 0, "\(copied.error)")
        try folder.write("rules/api.yml", Self.bad)
        let refused = try await folder.bash("git add -A && git commit -qm two")
        #expect(refused.status != 0)
        #expect((refused.output + refused.error).contains("unknown key 'foo'"))
        // What counts is what is staged: the working tree may be broken.
        try folder.write("rules/api.yml", Self.good + "# more\n")
        let staged = try await folder.bash("git add -A")
        #expect(staged.status == 0)
        try folder.write("rules/api.yml", Self.bad)
        let taken = try await folder.bash("git commit -qm three")
        #expect(taken.status == 0, "\(taken)")
        // A test that fails holds the commit up too.
        try folder.write("rules/api.yml", Self.good.replacing("up == 0", with: "up == 1"))
        let failing = try await folder.bash("git add -A && git commit -qm four")
        #expect(failing.status != 0 && (failing.output + failing.error).contains("2 failed"))
        // Other folders are no business of the hook.
        let other = try await folder.bash(
            "git reset -q --hard && echo x > other.yml && git add -A && git commit -qm five")
        #expect(other.status == 0, "\(other)")
    }

    @Test func hooksOfPreCommitNameCallsThatWork() async throws {
        let text = TemporaryFolder.text(of: Surroundings.root + "/.pre-commit-hooks.yaml")
        let entries = text.matches(of: #/(?m)^  entry: (.*)$/#).map { String($0.output.1) }
        let names = text.matches(of: #/(?m)^- id: (.*)$/#).map { String($0.output.1) }
        #expect(entries.count == 3 && names.count == 3)
        let config = TemporaryFolder.text(of: Surroundings.root + "/examples/ci/pre-commit-config.yaml")
        for name in names { #expect(config.contains("- id: \(name)\n")) }
        let folder = try await repository()
        for entry in entries {
            let files = entry.hasSuffix("/") ? "" : " rules/api.yml rules/api_test.yml"
            let result = try await folder.bash(entry + files)
            #expect(result.status == 0, "\(entry)\n\(result.output)\(result.error)")
        }
    }
}
