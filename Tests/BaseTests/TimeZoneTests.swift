import Base
import Testing

@Suite("Time zones and Go's layouts")
struct TimeZoneTests {
    @Test(
        "follow the rules of their place",
        arguments: [
            ("Europe/Berlin", 1_767_323_045, "2026-01-02 04:04:05 +0100 CET"),
            ("Europe/Berlin", 1_774_745_999, "2026-03-29 01:59:59 +0100 CET"),
            ("Europe/Berlin", 1_774_746_000, "2026-03-29 03:00:00 +0200 CEST"),
            ("America/New_York", 1_793_512_799, "2026-11-01 01:59:59 -0400 EDT"),
            ("America/New_York", 1_793_512_800, "2026-11-01 01:00:00 -0500 EST"),
            ("Asia/Kolkata", 0, "1970-01-01 05:30:00 +0530 IST"),
            ("Australia/Lord_Howe", 4_102_444_800, "2100-01-01 11:00:00 +1100 +11"),
            ("America/Sao_Paulo", -1_767_225_600, "1913-12-31 20:53:32 -0306 LMT"),
            ("UTC", -62_135_596_800, "0001-01-01 00:00:00 +0000 UTC"),
        ] as [(String, Int64, String)])
    func periods(_ name: String, _ seconds: Int64, _ text: String) throws {
        let zone = try #require(TimeZoneRules(named: name))
        #expect(GoTimeLayout.string(ZonedTime(unixSeconds: seconds, zone: zone)) == text)
        let civil = CivilDate(unixSeconds: seconds, offset: Int64(zone.period(at: seconds).offset))
        let counted = CivilDate.unixSeconds(
            year: civil.year, month: civil.month, day: civil.day, hour: civil.hour, minute: civil.minute,
            second: civil.second)
        // An hour shown twice may come back as either of the two.
        #expect([0, 3600].contains(abs(zone.unixSeconds(civil: counted) - seconds)))
    }

    @Test(
        "that are none are refused", arguments: ["No/Where", "../../etc/passwd", "/etc/passwd", "Europe", "zone.tab"])
    func refused(_ name: String) { #expect(TimeZoneRules(named: name) == nil) }

    @Test func damagedFilesAreRefused() {
        #expect(TimeZoneRules(name: "x", tzif: []) == nil)
        #expect(TimeZoneRules(name: "x", tzif: Array("TZif2".utf8)) == nil)
        #expect(TimeZoneRules(name: "x", tzif: Array("TZif2".utf8) + [UInt8](repeating: 0xFF, count: 200)) == nil)
    }

    @Test(
        "layouts",
        arguments: [
            ("2006-01-02T15:04:05Z07:00", "2026-01-02T03:04:05Z"),
            ("Mon Jan _2 3:4:5PM .000", "Fri Jan  2 3:4:5AM .123"),
            ("Monday, January 2 06 pm", "Friday, January 2 26 am"),
            ("002 __2 .999999 ,000000000", "002   2 .123 ,123000000"),
            ("-0700 -07:00 -07 Z0700", "+0000 +00:00 +00 Z"),
            ("01/02 03h04m05s MST _2006", "01/02 03h04m05s UTC _2026"),
            ("plain é", "plain é"), ("", ""), ("Month Janet", "Month Janet"),
        ])
    func layouts(_ layout: String, _ text: String) {
        let time = ZonedTime(unixSeconds: 1_767_323_045, nanoseconds: 123_000_000)
        #expect(GoTimeLayout.format(time, layout: layout) == text)
    }
}
