import JSON
import TestSupport
import Testing

/// Files that are no rules and no configuration: a reason on standard error or in the answer, never a crash, a hang or
/// a gigabyte.
@Suite("Hostile files")
struct HostileFileTests {
    /// More than the binary needs for anything these files may cost it.
    static let memory = 400 << 20

    static let good = """
        groups:
          - name: good
            rules:
              - {record: good:one, expr: vector(1)}
        """

    static func configuration(_ prometheus: String) -> String {
        """
        datasource: {url: '\(prometheus)'}
        rule_files: [rules/*.yml]
        evaluation_interval: 1s
        route: {receiver: nobody}
        receivers: [{name: nobody}]
        """
    }

    @Test("check says what is wrong and ends with 1", arguments: HostileFile.all)
    func checked(_ hostile: HostileFile) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/hostile.yml"
        try hostile.make(path)
        defer { HostileFile.remove(path) }
        // A folder is searched for files, so the directory is put where a file is expected.
        let operand = hostile.name == "directory" ? folder.path + "/*.yml" : path
        let result = try await ChildProcess.run(
            Surroundings.binary, ["check", operand], folder: folder, within: .seconds(20))
        let said = result.output + result.error
        #expect(result.status == 1 || result.status == 3, "\(said.prefix(500))")
        #expect(said.utf8.count < 20_000)
        #expect(!said.contains("\u{1B}"))
        if hostile.name != "directory" { #expect(said.contains("hostile.yml"), "\(said.prefix(500))") }
    }

    @Test("run names the reason on standard error and ends with 1", arguments: HostileFile.all)
    func refusedAtStart(_ hostile: HostileFile) async throws {
        let ruleval = try Ruleval(configuration: "")
        let path = ruleval.folder.path + "/ruleval.yml"
        HostileFile.remove(path)
        try hostile.make(path)
        defer { HostileFile.remove(path) }
        try ruleval.launch()
        let process = try #require(ruleval.process)
        #expect(await process.waitForExit(within: .seconds(20)) == 1)
        #expect(process.errorOutput.contains(hostile.reason), "\(process.errorOutput.prefix(500))")
        #expect(process.errorOutput.contains("ruleval.yml"), "\(process.errorOutput.prefix(500))")
    }

    @Test("run names a hostile rule file and ends with 1", arguments: HostileFile.all)
    func rulesRefusedAtStart(_ hostile: HostileFile) async throws {
        let ruleval = try Ruleval(
            configuration: Self.configuration("http://127.0.0.1:9"), rules: ["good.yml": Self.good])
        let path = ruleval.folder.path + "/rules/hostile.yml"
        try hostile.make(path)
        defer { HostileFile.remove(path) }
        try ruleval.launch()
        let process = try #require(ruleval.process)
        #expect(await process.waitForExit(within: .seconds(20)) == 1)
        #expect(process.errorOutput.contains(hostile.rulesReason), "\(process.errorOutput.prefix(500))")
        #expect(process.errorOutput.contains("hostile.yml"), "\(process.errorOutput.prefix(500))")
    }

    @Test func aReloadChangesNothingAndTheDaemonStaysUp() async throws {
        let prometheus = ScriptedPrometheus()
        let text = Self.configuration(prometheus.url)
        let ruleval = try Ruleval(configuration: text, rules: ["good.yml": Self.good])
        try await ruleval.start()
        let process = try #require(ruleval.process)
        #expect(await eventually { await ruleval.rule("good:one")?["health"]?.string == "ok" })
        let status = await ruleval.json("/api/v2/status")?["config"]?["original"]?.string
        let configuration = ruleval.folder.path + "/ruleval.yml"
        let rules = ruleval.folder.path + "/rules/hostile.yml"

        for hostile in HostileFile.all {
            for (path, reason) in [(configuration, hostile.reason), (rules, hostile.rulesReason)] {
                HostileFile.remove(path)
                try hostile.make(path)
                let answer = try #require(await ruleval.post("/-/reload"), "\(hostile.name)")
                #expect(answer.status == 500, "\(hostile.name)")
                let said = answer.text(limit: 2000)
                #expect(said.contains(reason), "\(hostile.name): \(said)")
                HostileFile.remove(path)
                if path == configuration { try ruleval.folder.write("ruleval.yml", text) }
            }
            #expect(await ruleval.get("/-/ready")?.status == 200, "\(hostile.name)")
            #expect(await ruleval.rule("good:one") != nil, "\(hostile.name)")
        }
        #expect(await ruleval.json("/api/v2/status")?["config"]?["original"]?.string == status)
        let seen = await ruleval.rule("good:one")?["lastEvaluation"]?.string
        #expect(await eventually { await ruleval.rule("good:one")?["lastEvaluation"]?.string != seen })
        #expect(Footprint.peak(of: process.id) < Self.memory, "\(Footprint.peak(of: process.id) >> 20) MB")
        #expect(await ruleval.post("/-/reload")?.status == 200)
        #expect(await ruleval.terminate() == 0)
    }

    @Test func aSignalledReloadSaysWhyAndChangesNothing() async throws {
        let prometheus = ScriptedPrometheus()
        let text = Self.configuration(prometheus.url)
        let ruleval = try Ruleval(configuration: text, rules: ["good.yml": Self.good])
        try await ruleval.start()
        let process = try #require(ruleval.process)
        let path = ruleval.folder.path + "/rules/hostile.yml"
        let broken: [(String, String)] = [
            ("groups: [{name: a, name: b}]\n", "is already set"), ("groups:\n\t- x\n", "tab"),
            ("groups: [{name: a, rules: [{record: 'x', expr: 'sum('}]}]\n", "hostile.yml:1:"),
        ]
        for (index, (bad, reason)) in broken.enumerated() {
            try ruleval.folder.write("rules/hostile.yml", bad)
            process.signal(1)
            let isRefused = await eventually {
                let refusals = process.errorOutput.split(separator: "\n").filter { $0.contains("old one stays") }
                return refusals.count == index + 1 && refusals.last?.contains(reason) == true
            }
            #expect(isRefused, "\(process.errorOutput)")
            #expect(await ruleval.get("/-/ready")?.status == 200)
            #expect(await ruleval.rule("good:one") != nil)
        }
        let metrics = await ruleval.get("/metrics")?.text(limit: .max) ?? ""
        #expect(metrics.contains("\nruleval_config_last_reload_successful 0"))

        HostileFile.remove(path)
        try ruleval.folder.write("rules/good.yml", Self.good.replacing("good:one", with: "good:two"))
        process.signal(1)
        #expect(await eventually { await ruleval.rule("good:two") != nil })
        #expect(await ruleval.rule("good:one") == nil)
        #expect(await ruleval.terminate() == 0)
    }
}
