import Base
import PrometheusAPI

/// A recorded metric that no rule reads.
struct UnusedRecordingCheck: OnlineCheck {
    static let description = CheckDescription(
        "unused-recording", "a recorded metric is read by no rule of this run and by none of the server's",
        reason: """
            A recording costs an evaluation and a series for ever. Dashboards cannot be seen from here, so this is said for information only: switch
            it off where recordings feed dashboards.
            """,
        mode: .online, severity: .info, bad: ["- record: job:up:sum\n  expr: sum by (job) (up)"],
        good: ["- record: job:up:sum\n  expr: sum by (job) (up)\n- alert: Down\n  expr: job:up:sum == 0"])

    func findings(across catalogue: RuleCatalogue, _ server: AskedServer) async throws(PrometheusError) -> [Finding] {
        let used = try await server.metricsUsedByRules()
        return catalogue.unreadRecordings.filter { !used.contains($0.name) }.map { entry in
            finding("no rule reads '\(entry.name)'", at: entry.position)
        }
    }
}
