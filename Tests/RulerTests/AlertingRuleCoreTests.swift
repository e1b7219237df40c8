import Base
import Testing
import TimeSeries

@testable import Ruler

@Suite("The life of an alert")
struct AlertingRuleCoreTests {
    private static let labels: Labels = ["alertname": "Down", "job": "api"]

    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_000_000_000 + seconds * 1000) }

    private func sample(_ value: Double = 1, _ labels: Labels = Self.labels) -> AlertSample {
        AlertSample(labels: labels, annotations: ["summary": "value \(value)"], value: value)
    }

    @Test func withoutForFiresAtOnce() throws {
        var core = AlertingRuleCore(holdDuration: .zero, keepFiringFor: .zero)
        let changes = try core.apply([sample()], at: at(0))
        #expect(core.state == .firing)
        #expect(changes.updated.first?.firedAt == at(0))
    }

    @Test func withForWaitsAndForgetsWhatDoesNotLast() throws {
        var core = AlertingRuleCore(holdDuration: .seconds(60), keepFiringFor: .zero)
        _ = try core.apply([sample()], at: at(0))
        #expect(core.state == .pending)
        _ = try core.apply([sample()], at: at(59))
        #expect(core.state == .pending)
        let gone = try core.apply([], at: at(60))
        #expect(core.alerts.isEmpty)
        #expect(gone.removed == [Self.labels])
        _ = try core.apply([sample()], at: at(70))
        _ = try core.apply([sample()], at: at(130))
        #expect(core.state == .firing)
        #expect(core.active.first?.activeAt == at(70))
        #expect(core.active.first?.firedAt == at(130))
    }

    @Test func newestValueAndAnnotationsAreKept() throws {
        var core = AlertingRuleCore(holdDuration: .zero, keepFiringFor: .zero)
        _ = try core.apply([sample(1)], at: at(0))
        let changes = try core.apply([sample(7)], at: at(15))
        #expect(changes.isEmpty)
        #expect(core.active.first?.value == 7)
        #expect(core.active.first?.annotations["summary"] == "value 7.0")
    }

    @Test func endsAreKeptFifteenMinutesAndSentAgain() throws {
        var core = AlertingRuleCore(holdDuration: .zero, keepFiringFor: .zero)
        _ = try core.apply([sample()], at: at(0))
        #expect(core.takeDue(at: at(0), interval: .seconds(15), resendDelay: .seconds(60)).count == 1)
        _ = try core.apply([], at: at(15))
        #expect(core.state == .inactive)
        let ended = core.takeDue(at: at(15), interval: .seconds(15), resendDelay: .seconds(60))
        #expect(ended.first?.resolvedAt == at(15))
        #expect(core.takeDue(at: at(30), interval: .seconds(15), resendDelay: .seconds(60)).isEmpty)
        #expect(core.takeDue(at: at(90), interval: .seconds(15), resendDelay: .seconds(60)).count == 1)
        _ = try core.apply([], at: at(15 + 900))
        #expect(core.alerts.count == 1)
        _ = try core.apply([], at: at(15 + 901))
        #expect(core.alerts.isEmpty)
    }

    @Test func isSentAgainOnlyWhenMoreThanTheDelayHasPassed() throws {
        var core = AlertingRuleCore(holdDuration: .zero, keepFiringFor: .zero)
        _ = try core.apply([sample()], at: at(0))
        let first = core.takeDue(at: at(0), interval: .seconds(15), resendDelay: .seconds(60))
        #expect(first.first?.validUntil == at(240))
        #expect(core.takeDue(at: at(60), interval: .seconds(15), resendDelay: .seconds(60)).isEmpty)
        #expect(core.takeDue(at: at(61), interval: .seconds(15), resendDelay: .seconds(60)).count == 1)
    }

    @Test func anEndedAlertBeginsAnew() throws {
        var core = AlertingRuleCore(holdDuration: .seconds(30), keepFiringFor: .zero)
        for second in [0, 30] as [Int64] { _ = try core.apply([sample()], at: at(second)) }
        _ = try core.apply([], at: at(45))
        _ = try core.apply([sample()], at: at(60))
        #expect(core.state == .pending)
        #expect(core.active.first?.activeAt == at(60))
        #expect(core.active.first?.resolvedAt == nil)
    }

    @Test func keepFiringForBridgesGaps() throws {
        var core = AlertingRuleCore(holdDuration: .zero, keepFiringFor: .seconds(60))
        _ = try core.apply([sample()], at: at(0))
        _ = try core.apply([], at: at(15))
        #expect(core.state == .firing)
        #expect(core.active.first?.keepFiringSince == at(15))
        _ = try core.apply([sample()], at: at(30))
        #expect(core.active.first?.keepFiringSince == nil)
        _ = try core.apply([], at: at(45))
        _ = try core.apply([], at: at(104))
        #expect(core.state == .firing)
        _ = try core.apply([], at: at(105))
        #expect(core.state == .inactive)
    }

    @Test func doublesAreAnErrorThatChangesNothing() throws {
        var core = AlertingRuleCore(holdDuration: .zero, keepFiringFor: .zero)
        _ = try core.apply([sample()], at: at(0))
        let before = core.alerts
        #expect(throws: RuleFailure.duplicateLabels(isAlert: true)) {
            try core.apply([sample(), sample(2)], at: at(15))
        }
        #expect(core.alerts == before)
    }

    @Test func overTheLimitAllAreDropped() throws {
        var core = AlertingRuleCore(holdDuration: .zero, keepFiringFor: .zero, limit: 1)
        _ = try core.apply([sample()], at: at(0))
        #expect(throws: RuleFailure.tooManyAlerts(limit: 1, count: 2)) {
            try core.apply([sample(), sample(1, ["alertname": "Down", "job": "b"])], at: at(15))
        }
        #expect(core.alerts.isEmpty)
    }

    @Test func restoredPendingAlertsDoNotCountTheTimeDown() throws {
        var core = AlertingRuleCore(holdDuration: .seconds(3600), keepFiringFor: .zero)
        let record = ActiveAlert(labels: Self.labels, annotations: .empty, value: 1, activeAt: at(0))
        core.restore([record], downSince: at(600), at: at(900), policy: .init(gracePeriod: .seconds(60)))
        _ = try core.apply([sample()], at: at(900))
        #expect(core.active.first?.activeAt == at(300))
    }

    @Test func restoredPendingAlertsWaitTheGracePeriod() throws {
        var core = AlertingRuleCore(holdDuration: .seconds(1200), keepFiringFor: .zero)
        let record = ActiveAlert(labels: Self.labels, annotations: .empty, value: 1, activeAt: at(0))
        core.restore([record], downSince: at(1150), at: at(1200), policy: .init(gracePeriod: .seconds(600)))
        _ = try core.apply([sample()], at: at(1799))
        #expect(core.state == .pending)
        _ = try core.apply([sample()], at: at(1800))
        #expect(core.state == .firing)
    }

    @Test func firingAlertsAreRestoredFiringAndLongOutagesForgetPendingOnes() throws {
        var core = AlertingRuleCore(holdDuration: .seconds(60), keepFiringFor: .zero)
        let firing = ActiveAlert(
            labels: Self.labels, annotations: .empty, value: 1, state: .firing, activeAt: at(0), firedAt: at(60))
        let pending = ActiveAlert(
            labels: ["alertname": "Down", "job": "b"], annotations: .empty, value: 1, activeAt: at(0))
        core.restore([firing, pending], downSince: at(70), at: at(7200), policy: .init())
        #expect(core.alerts.count == 1)
        #expect(core.state == .firing)
        _ = try core.apply([], at: at(7200))
        #expect(
            core.takeDue(at: at(7200), interval: .seconds(15), resendDelay: .seconds(60)).first?.resolvedAt == at(7200))
    }

    @Test func alertsBecomeSeries() throws {
        var core = AlertingRuleCore(holdDuration: .zero, keepFiringFor: .zero)
        _ = try core.apply([sample()], at: at(0))
        let samples = RuleSeries.samples(of: core.active, at: at(0))
        #expect(
            samples.map(\.labels.description) == [
                "ALERTS{alertname=\"Down\", alertstate=\"firing\", job=\"api\"}",
                "ALERTS_FOR_STATE{alertname=\"Down\", job=\"api\"}",
            ])
        #expect(samples.last?.value == .float(1_000_000))
    }
}

@Suite("The schedule of a group")
struct GroupScheduleTests {
    private let schedule = GroupSchedule(interval: .seconds(15), file: "a.yml", name: "g")

    @Test func ticksAreAlignedAndDifferByGroup() {
        let tick = schedule.tick(atOrBefore: Timestamp(milliseconds: 1_000_000_000_000))
        #expect(tick <= Timestamp(milliseconds: 1_000_000_000_000))
        #expect(schedule.tick(after: tick) == tick + .seconds(15))
        #expect(schedule.tick(atOrBefore: tick) == tick)
        let offsets = Set(
            (0..<50).map {
                GroupSchedule(interval: .seconds(15), file: "a.yml", name: "g\($0)").tick(atOrBefore: .zero)
            })
        #expect(offsets.count > 40)
    }

    @Test func missedTicksAreCountedNotQueued() {
        let first = schedule.tick(after: .zero)
        #expect(schedule.next(after: first, now: first + .seconds(3)) == (first + .seconds(15), 0))
        #expect(schedule.next(after: first, now: first + .seconds(50)) == (first + .seconds(45), 2))
    }
}
