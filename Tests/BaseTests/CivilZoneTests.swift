import Testing

@testable import Base

@Suite("Time zones")
struct CivilZoneTests {
    @Test(
        "know summer time, in the listed years and behind them",
        arguments: [
            ("Europe/Berlin", "2026-03-29T00:59:59Z", 3600), ("Europe/Berlin", "2026-03-29T01:00:00Z", 7200),
            ("Europe/Berlin", "2026-10-25T00:59:59Z", 7200), ("Europe/Berlin", "2026-10-25T01:00:00Z", 3600),
            ("Europe/Berlin", "2090-07-01T00:00:00Z", 7200), ("Europe/Berlin", "2090-01-01T00:00:00Z", 3600),
            ("Australia/Sydney", "2090-01-01T00:00:00Z", 39_600), ("Australia/Sydney", "2090-07-01T00:00:00Z", 36_000),
            ("America/New_York", "2026-11-20T12:00:00Z", -18_000), ("Asia/Kolkata", "2026-11-20T12:00:00Z", 19_800),
            ("UTC", "2026-11-20T12:00:00Z", 0), ("Etc/GMT+5", "2026-11-20T12:00:00Z", -18_000),
        ])
    func offsets(_ name: String, _ time: String, _ expected: Int64) throws {
        let zone = try #require(CivilZone(named: name))
        let instant = try #require(RFC3339.parse(time))
        #expect(zone.offset(atUnixSeconds: instant.milliseconds / 1000) == expected)
    }

    @Test("that do not exist, or whose files are none, are refused")
    func refused() {
        for name in ["Mars", "../etc/passwd", "/etc/passwd", "Europe", "zone.tab", "a\\b"] {
            #expect(CivilZone(named: name) == nil)
        }
        #expect(CivilZone(name: "x", file: Array("TZif2".utf8)) == nil)
        #expect(CivilZone(name: "x", file: Array("TZif2".utf8) + [UInt8](repeating: 0xFF, count: 100)) == nil)
    }
}
