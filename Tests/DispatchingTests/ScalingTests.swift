import Alerts
import Base
import TestSupport
import Testing
import TimeSeries

@testable import Dispatching

/// Work grows with alerts, not with routes times alerts.
@Suite("Dispatching at size", .serialized)
struct ScalingTests {
    /// A route a team, as generated configurations have them.
    private static func configuration(routes: Int) -> DispatchConfiguration {
        var root = RouteConfiguration()
        root.receiver = "r"
        root.grouping = .labels(["team"])
        root.groupWait = .seconds(1)
        for index in 0..<routes {
            var route = RouteConfiguration()
            route.matchers = [AlertMatcher("team", equals: "t\(index)")]
            if let severity = try? AlertMatcher("severity", .matches, "page|ticket") { route.matchers.append(severity) }
            root.routes.append(route)
        }
        let profile = IntegrationProfile(
            id: IntegrationID(receiver: "r", type: "webhook", index: 0), sendsResolved: true)
        return DispatchConfiguration(tree: RouteTree(root), receivers: ["r": [profile]])
    }

    /// How long it takes to take `alerts` in and to flush their groups.
    private static func time(routes: Int, alerts count: Int) -> Duration {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        var core = DispatchCore(configuration(routes: routes), at: now)
        let alerts = (0..<count).compactMap { index in
            try? PostedAlert(labels: ["alertname": "A", "team": "t\(index % 20)", "severity": "page", "i": "\(index)"])
                .accepted(at: now, resolveTimeout: .seconds(300))
        }
        return ContinuousClock().measure {
            _ = core.apply(.alerts(alerts), at: now)
            _ = core.apply(.tick, at: now + .seconds(2))
        }
    }

    @Test("a hundred times the routes cost about the same")
    func routes() {
        func best(_ routes: Int) -> Duration {
            (0..<3).map { _ in Self.time(routes: routes, alerts: 2000) }.min() ?? .zero
        }
        let few = best(20)
        let many = best(2000)
        #expect(many < few * 4, "20 routes \(few), 2000 routes \(many)")
    }
}
