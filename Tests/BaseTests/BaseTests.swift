import Base
import Testing

@Suite("Durations")
struct DurationTests {
    @Test(
        "are read as Prometheus reads them",
        arguments: [("5m", 300_000), ("1h30m", 5_400_000), ("0", 0), ("500ms", 500), ("1y2w3d", 33_004_800_000)]
            as [(String, Int64)])
    func parse(_ text: String, _ milliseconds: Int64) {
        #expect(PrometheusDuration.parse(text) == .milliseconds(milliseconds))
    }

    @Test("of other forms are refused", arguments: ["", "5", "m", "1m1h", "1m1m", "-5m", "1.5h", " 5m", "99999999y"])
    func refused(_ text: String) { #expect(PrometheusDuration.parse(text) == nil) }

    @Test(
        "print as Prometheus prints them",
        arguments: [(0, "0s"), (5_400_000, "1h30m"), (86_400_000, "1d"), (90_000_000, "1d1h"), (1500, "1s500ms")]
            as [(Int64, String)])
    func print(_ milliseconds: Int64, _ text: String) {
        #expect(PrometheusDuration.string(.milliseconds(milliseconds)) == text)
    }

    @Test(
        "print as Go prints them",
        arguments: [(0, "0s"), (5_400_000, "1h30m0s"), (1500, "1.5s"), (300, "300ms"), (60_000, "1m0s")]
            as [(Int64, String)])
    func go(_ milliseconds: Int64, _ text: String) { #expect(GoDuration.string(.milliseconds(milliseconds)) == text) }
}

@Suite("Numbers print as Go's")
struct GoFloatTests {
    @Test(
        "shortest, without exponent",
        arguments: [
            (0.1, "0.1"), (1e21, "1000000000000000000000"), (-0.0, "-0"), (1.5e-7, "0.00000015"),
            (123456.789, "123456.789"),
            (.infinity, "+Inf"), (1e-7, "0.0000001"), (100, "100"),
        ] as [(Double, String)])
    func fixed(_ value: Double, _ text: String) { #expect(GoFloat.string(value, .fixed) == text) }

    @Test(
        "shortest, general",
        arguments: [
            (1e21, "1e+21"), (1e20, "1e+20"), (1e6, "1e+06"), (999999, "999999"), (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.25e-300, "1.25e-300"),
        ] as [(Double, String)])
    func general(_ value: Double, _ text: String) { #expect(GoFloat.string(value, .general) == text) }

    @Test func precisionCountsAsInGo() {
        #expect(GoFloat.string(1234.5678, .general, precision: 4) == "1235")
        #expect(GoFloat.string(0.125, .fixed, precision: 2) == "0.12")
    }
}

@Suite("Times")
struct TimeTests {
    @Test(
        "are read and printed",
        arguments: ["2026-01-02T15:04:05.678Z", "1969-12-31T23:59:59.999Z", "2024-02-29T00:00:00Z"])
    func roundTrip(_ text: String) { #expect(RFC3339.parse(text).map(RFC3339.string) == text) }

    @Test func zonesAreTakenOff() {
        #expect(RFC3339.parse("2026-01-02T15:04:05+02:00") == RFC3339.parse("2026-01-02T13:04:05Z"))
    }

    @Test("that are none are refused", arguments: ["2026-02-30T00:00:00Z", "2026-01-02", "2026-01-02T15:04:05", "x"])
    func refused(_ text: String) { #expect(RFC3339.parse(text) == nil) }

    @Test func everyDayOfFourCenturiesComesBack() {
        for day in stride(from: Int64(-200_000), to: 200_000, by: 97) {
            let date = CivilDate(unixSeconds: day * 86_400)
            #expect(CivilDate.dayNumber(year: date.year, month: date.month, day: date.day) == day)
        }
    }

    @Test func aManualClockWakesWhoIsDue() async throws {
        let clock = ManualClock()
        async let slept: Void = clock.sleep(until: Timestamp(milliseconds: 5000))
        while clock.sleeperCount == 0 { await Task.yield() }
        clock.advance(by: .seconds(5))
        try await slept
        #expect(clock.sleeperCount == 0)
    }
}

@Suite("Secrets and suggestions")
struct SmallPartsTests {
    @Test func aSecretNeverShows() {
        let secret = Secret("hunter2")
        #expect("\(secret)" == "<secret>")
        #expect(String(reflecting: secret) == "<secret>")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }

    @Test func nearMisses() {
        #expect(NearMiss.best(for: "serverity", among: ["severity", "summary"]) == "severity")
        #expect(NearMiss.best(for: "xyz", among: ["severity"]) == nil)
    }

    @Test func positionsCountFromOne() {
        #expect(SourcePosition(offset: 4, in: "ab\ncd") == SourcePosition(line: 2, column: 2))
    }
}
