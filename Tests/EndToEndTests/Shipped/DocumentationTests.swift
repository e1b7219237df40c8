import TestSupport
import Testing

/// What README and docs show works as it stands there.
@Suite("Documentation")
struct DocumentationTests {
    static let pages = MarkdownPage.all
    static let readme = MarkdownPage("README.md")
    /// Configurations of ruleval, whole or in parts.
    static let configurations = pages.flatMap(\.blocks).filter {
        $0.language == "yaml" && ($0.file.map { $0 == "ruleval.yml" } ?? true) && isConfiguration($0.text)
    }

    @Test func pagesWereFound() {
        #expect(Self.pages.count >= 10)
        #expect(Self.readme.blocks.count { $0.file != nil } >= 3)
        #expect(Self.configurations.count >= 20)
    }

    private static func isConfiguration(_ text: String) -> Bool {
        let keys = topLevelKeys(text)
        return !keys.contains("groups") && !keys.contains("jobs") && !keys.contains("rule_files_tests")
            && !keys.isDisjoint(with: [
                "datasource", "rule_files", "route", "receivers", "global", "templates", "inhibit_rules",
                "time_intervals", "escalation_policies", "external_labels",
            ])
    }

    private static func topLevelKeys(_ text: String) -> Set<String> {
        Set(text.matches(of: #/(?m)^([a-z_]+):/#).map { String($0.output.1) })
    }

    /// An example with what it leaves out.
    private static func completed(_ text: String) -> String {
        let keys = topLevelKeys(text)
        var out = text
        if keys.contains("datasource") != keys.contains("rule_files") {
            out +=
                keys.contains("datasource")
                ? "rule_files: [rules/*.yml]\n" : "datasource: {url: http://localhost:9090}\n"
        }
        if !keys.contains("route") { out += "route: {receiver: team}\n" }
        if !keys.contains("receivers") { out += "receivers: [{name: team}, {name: on-call}]\n" }
        return out
    }

    @Test("a configuration on a page loads", arguments: configurations)
    func loads(_ block: MarkdownPage.Block) async throws {
        let folder = try TemporaryFolder()
        let text = block.file == nil ? Self.completed(block.text) : block.text
        let path = try folder.write("ruleval.yml", text)
        let result = try await ChildProcess.run(Surroundings.binary, ["check", "--strict", path], folder: folder)
        #expect(result.status == 0, "\(block.page):\(block.line)\n\(result.output)\(result.error)")
    }

    @Test("a configuration in the repository loads", arguments: ["examples/ruleval.yml", "packaging/ruleval.yml"])
    func shippedConfigurationLoads(_ name: String) async throws {
        let folder = try TemporaryFolder()
        let path = Surroundings.root + "/" + name
        let result = try await ChildProcess.run(Surroundings.binary, ["check", "--strict", path], folder: folder)
        #expect(result.status == 0, "\(result.output)\(result.error)")
    }

    @Test func theUnitTestsOnTheirPagePass() async throws {
        let blocks = MarkdownPage("docs/unit-tests.md").blocks.filter { $0.file != nil }
        #expect(blocks.count == 2)
        let folder = try TemporaryFolder()
        for block in blocks { try folder.write(block.file ?? "", block.text) }
        let result = try await ChildProcess.run(Surroundings.binary, ["test", folder.path], folder: folder)
        #expect(result == (0, "1 passed, 0 failed\n", ""))
    }

    @Test func theRealAlertmanagerTakesItsConfiguration() async throws {
        let block = try #require(Self.readme.blocks.first { $0.file == "alertmanager.yml" })
        guard let amtool = Surroundings.peer("amtool") else { return }
        let folder = try TemporaryFolder()
        let path = try folder.write("alertmanager.yml", block.text)
        let result = try await ChildProcess.run(amtool, ["check-config", path], folder: folder)
        #expect(result.status == 0, "\(result.output)\(result.error)")
        // It is an alertmanager.yml, so ruleval takes it as well.
        let own = try await ChildProcess.run(Surroundings.binary, ["check", path], folder: folder)
        #expect(own.status == 0, "\(own.output)\(own.error)")
    }

    /// Calls of ruleval in shell blocks, in workflows and in backquotes, without their comments.
    private static var calls: [String] {
        var calls: [String] = []
        for page in pages {
            for block in page.blocks {
                for line in block.text.split(separator: "\n") {
                    let isCommand = block.language == "sh" || line.contains("run: ruleval ")
                    guard isCommand, let start = line.firstRange(of: #/(?:^|run: )ruleval /#) else { continue }
                    calls.append(String(line[start.lowerBound...].trimmingPrefix("run: ")))
                }
            }
            calls += page.prose.matches(of: #/`(ruleval [a-z][^`]*)`/#).map { String($0.output.1) }
        }
        return calls.map { String($0.split(separator: " #", maxSplits: 1).first ?? "") }
    }

    @Test func everyCallOnAPageIsOneThatRulevalUnderstands() async throws {
        let calls = Set(Self.calls)
        #expect(calls.count >= 10)
        let folder = try TemporaryFolder()
        for call in calls.sorted() {
            let words = call.split(separator: " ").map(String.init)
            guard words.count > 1 else { continue }
            let help = try await ChildProcess.run(Surroundings.binary, [words[1], "--help"], folder: folder)
            #expect(help.status == 0, "\(call)")
            for word in words.dropFirst(2) where word.hasPrefix("--") {
                let name = word.prefix { $0 != "=" && $0 != "]" }
                #expect(help.output.contains("\(name)"), "\(call): no \(name)")
            }
        }
    }

    @Test func theCommandsPageKnowsEveryCommandAndOption() async throws {
        let page = TemporaryFolder.text(of: Surroundings.root + "/docs/commands.md")
        let folder = try TemporaryFolder()
        let help = try await ChildProcess.run(Surroundings.binary, ["--help"], folder: folder)
        let commands = help.output.matches(of: #/(?m)^  ([a-z]+)  /#).map { String($0.output.1) }
        #expect(commands.count >= 9)
        for command in commands {
            #expect(page.contains("ruleval \(command)"), "docs/commands.md lacks ruleval \(command)")
            let own = try await ChildProcess.run(Surroundings.binary, [command, "--help"], folder: folder)
            #expect(own.status == 0)
            #expect(own.output.contains("example:"), "\(command) --help shows no example")
            for option in own.output.matches(of: #/(?m)^  (--[a-z-]+)/#).map({ String($0.output.1) }) {
                #expect(page.contains(option), "docs/commands.md lacks \(option) of \(command)")
            }
        }
    }

    @Test func linksLeadSomewhere() {
        for page in Self.pages {
            let folder = page.path.split(separator: "/").dropLast().map(String.init)
            for link in page.links {
                let parts = link.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
                var steps = parts[0].isEmpty ? page.path.split(separator: "/").map(String.init) : folder
                for step in parts[0].split(separator: "/").map(String.init) {
                    if step == ".." { steps.removeLast() } else { steps.append(step) }
                }
                let target = steps.joined(separator: "/")
                let isThere =
                    !TemporaryFolder.bytes(of: "\(Surroundings.root)/\(target)", limit: 1).isEmpty
                    || !TemporaryFolder.names(in: "\(Surroundings.root)/\(target)").isEmpty
                #expect(isThere, "\(page.path): \(link)")
                if parts.count > 1, target.hasSuffix(".md") {
                    #expect(MarkdownPage(target).anchors.contains(parts[1]), "\(page.path): \(link)")
                }
            }
        }
    }

    @Test func everyMakeTargetNamedExistsAndItsScriptsToo() {
        let makefile = TemporaryFolder.text(of: Surroundings.root + "/Makefile")
        let targets = Set(makefile.matches(of: #/(?m)^([a-z]+):/#).map { String($0.output.1) })
        for page in Self.pages {
            for match in page.text.matches(of: #/(?:`|(?m)^)make ([a-z]+)/#) {
                #expect(targets.contains(String(match.output.1)), "\(page.path): make \(match.output.1)")
            }
        }
        let scripts = Set(makefile.matches(of: #/scripts\/([a-z]+)/#).map { String($0.output.1) })
        #expect(scripts.count >= 4)
        for script in scripts {
            let text = TemporaryFolder.text(of: "\(Surroundings.root)/scripts/\(script)")
            #expect(text.hasPrefix("#!"), "scripts/\(script) is missing")
        }
    }

    @Test func theRulesOfTheRepositoryAreCleanAndTested() async throws {
        let folder = try TemporaryFolder()
        let rules = Surroundings.root + "/rules"
        let check = try await ChildProcess.run(Surroundings.binary, ["check", rules], folder: folder)
        #expect(check.status == 0, "\(check.output)\(check.error)")
        #expect(check.output.contains(#/[0-9]+ rules/#))
        let test = try await ChildProcess.run(Surroundings.binary, ["test", rules], folder: folder)
        #expect(test.status == 0, "\(test.output)\(test.error)")
        #expect(test.output.contains(#/[1-9][0-9]* passed, 0 failed\n$/#), "\(test.output)")
    }
}
