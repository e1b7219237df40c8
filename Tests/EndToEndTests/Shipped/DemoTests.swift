import TestSupport
import Testing

/// `ruleval demo --once`: what a newcomer sees first.
@Suite("The demo")
struct DemoTests {
    static let stages = [
        "rules evaluated", "an alert pending", "an alert firing", "alerts grouped", "delivered to Slack",
        "delivered as mail", "delivered to a webhook", "escalated, for nobody acknowledged", "resolved",
    ]

    private func demo(_ more: [String]) async throws -> (status: Int32, output: String, error: String) {
        let folder = try TemporaryFolder()
        return try await ChildProcess.run(
            Surroundings.binary, ["demo", "--once", "--listen", "127.0.0.1:0"] + more, folder: folder,
            within: .seconds(90))
    }

    @Test func showsEveryStageWithin90Seconds() async throws {
        let result = try await demo([])
        #expect(result.status == 0, "\(result.output.suffix(2000))\(result.error)")
        for stage in Self.stages {
            #expect(result.output.contains("[\(stage)]"), "\(stage) was not told")
            #expect(result.output.contains("✔ \(stage)\n"), "\(stage) is not in the end")
        }
        #expect(!result.output.contains("✘"))
    }

    @Test(
        "names the stage that a broken receiver keeps from happening",
        arguments: [("slack", "delivered to Slack"), ("mail", "delivered as mail")])
    func broken(_ sink: String, _ stage: String) async throws {
        let result = try await demo(["--break", sink])
        #expect(result.status == 1, "\(result.error)")
        #expect(result.output.contains("✘ \(stage)\n"), "\(result.output.suffix(2000))")
        #expect(result.output.contains("did not happen: \(stage)\n"), "\(result.output.suffix(2000))")
        for other in Self.stages where other != stage { #expect(result.output.contains("✔ \(other)\n"), "\(other)") }
    }
}
