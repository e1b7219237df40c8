import TestSupport
import Testing

/// What a daemon needs of its surroundings, said when it is not there.
@Suite("Start and stop of the daemon")
struct StartAndStopTests {
    static let configuration = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"

    private func run(_ folder: TemporaryFolder, _ more: [String]) async throws -> (status: Int32, error: String) {
        let path = try folder.write("ruleval.yml", Self.configuration)
        let result = try await ChildProcess.run(
            Surroundings.binary, ["run", "--config", path] + more, folder: folder, within: .seconds(20))
        return (result.status, result.error)
    }

    @Test("A state folder that cannot be written ends it with 3", arguments: ["/proc/ruleval", "FILE/state", "FILE"])
    func noState(_ path: String) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("file", "not a folder\n")
        let state = path.replacing("FILE", with: file)
        let result = try await run(folder, ["--listen", "127.0.0.1:0", "--state", state])
        #expect(result.status == 3)
        #expect(result.error.contains("--state"), "\(result.error)")
        #expect(result.error.contains(path.hasPrefix("FILE") ? file : path), "\(result.error)")
    }

    @Test func aSecondDaemonOnTheSameFolderIsRefused() async throws {
        let ruleval = try Ruleval(configuration: Self.configuration)
        try await ruleval.start()
        let second = try await ChildProcess.run(
            Surroundings.binary,
            [
                "run", "--config", ruleval.folder.path + "/ruleval.yml", "--listen", "127.0.0.1:0", "--state",
                ruleval.folder.path + "/state",
            ], folder: ruleval.folder, within: .seconds(20))
        #expect(second.status == 3)
        #expect(second.error.contains("in use by another ruleval"), "\(second.error)")
        #expect(await ruleval.get("/-/ready")?.status == 200)
        // The lock dies with its process.
        await ruleval.kill()
        try await ruleval.start()
        #expect(await ruleval.terminate(within: .seconds(5)) == 0)
    }

    @Test func aTakenPortEndsItWith3() async throws {
        let ruleval = try Ruleval(configuration: Self.configuration)
        try await ruleval.start()
        let address = "127.0.0.1:\(ruleval.port)"
        let folder = try TemporaryFolder()
        let result = try await run(folder, ["--listen", address, "--state", folder.path + "/state"])
        #expect(result.status == 3)
        #expect(result.error.contains("\(ruleval.port)"), "\(result.error)")
        #expect(await ruleval.terminate(within: .seconds(5)) == 0)
    }

    @Test func wrongUsageEndsWith2() async throws {
        let folder = try TemporaryFolder()
        for words in [
            ["run"], ["run", "--config"], ["run", "--confg", "x"], ["frobnicate"],
            ["run", "--config", "x", "--listen", "9"],
            ["check"], ["check", "--format", "xml", "x"], ["silence"], [],
        ] {
            let result = try await ChildProcess.run(Surroundings.binary, words, folder: folder)
            #expect(result.status == 2, "\(words): \(result.error)")
            #expect(!result.error.isEmpty && result.output.isEmpty, "\(words)")
        }
    }

    @Test func healthTellsWhetherADaemonIsReady() async throws {
        let ruleval = try Ruleval(configuration: Self.configuration)
        try await ruleval.start()
        let up = try await ChildProcess.run(
            Surroundings.binary, ["health", "--url", ruleval.url], folder: ruleval.folder)
        #expect(up.status == 0, "\(up.error)")
        #expect(await ruleval.terminate(within: .seconds(5)) == 0)
        let down = try await ChildProcess.run(
            Surroundings.binary, ["health", "--url", ruleval.url], folder: ruleval.folder)
        #expect(down.status != 0)
        #expect(down.error.contains(ruleval.url), "\(down.error)")
    }
}
