import Base
import Testing

@Suite("Times read by Go's layouts")
struct GoTimeParserTests {
    private static let berlin = TimeZoneRules(named: "Europe/Berlin")

    private func shown(_ text: String, _ layout: String, _ zone: TimeZoneRules = .utc) -> String {
        do throws(GoTimeError) {
            return GoTimeLayout.string(try GoTimeParser.parse(text, layout: layout, zone: zone))
        } catch { return error.description }
    }

    @Test(
        "are what the text shows",
        arguments: [
            ("2006-01-02", "2017-12-31", "2017-12-31 00:00:00 +0000 UTC"),
            ("2006-01-02T15:04:05Z07:00", "2026-11-28T08:09:10.25Z", "2026-11-28 08:09:10.25 +0000 UTC"),
            ("2006-01-02T15:04:05Z07:00", "2026-11-28T08:09:10+05:30", "2026-11-28 08:09:10 +0530 +0530"),
            ("Mon Jan _2 15:04:05 2006", "Sat Nov  8 08:09:10 2026", "2026-11-08 08:09:10 +0000 UTC"),
            (
                "January 2, 2006 at 3:04PM", "FEBRUARY 3, 2013 at 7:54pm",
                #"parsing time "FEBRUARY 3, 2013 at 7:54pm" as "January 2, 2006 at 3:04PM": cannot parse "pm" as "PM""#
            ),
            ("January 2, 2006 at 3:04PM", "february 3, 2013 at 7:54PM", "2013-02-03 19:54:00 +0000 UTC"),
            ("3:04PM", "12:05AM", "0000-01-01 00:05:00 +0000 UTC"),
            ("06-1-2", "68-2-29", "2068-02-29 00:00:00 +0000 UTC"), ("06", "69", "1969-01-01 00:00:00 +0000 UTC"),
            ("2006-002", "2024-366", "2024-12-31 00:00:00 +0000 UTC"),
            ("2006-01-02 15:04:05.000", "2026-01-02 03:04:05.678", "2026-01-02 03:04:05.678 +0000 UTC"),
            ("2006-01-02 15:04:05.999", "2026-01-02 03:04:05", "2026-01-02 03:04:05 +0000 UTC"),
            ("2006-01-02 MST", "2026-01-02 CET", "2026-01-02 00:00:00 +0000 CET"),
            ("15:04 -0700 MST", "10:00 +0200 EET", "0000-01-01 10:00:00 +0200 EET"),
        ])
    func isRead(layout: String, text: String, expected: String) { #expect(shown(text, layout) == expected) }

    @Test(
        "or are refused in Go's words",
        arguments: [
            ("2006-01-02", "soon", #"parsing time "soon" as "2006-01-02": cannot parse "soon" as "2006""#),
            ("2006-01-02", "2026-13-01", #"parsing time "2026-13-01": month out of range"#),
            ("2006-01-02", "2026-02-30", #"parsing time "2026-02-30": day out of range"#),
            ("2006-01-02", "2026-02-03x", #"parsing time "2026-02-03x": extra text: "x""#),
            ("2006-01-02", "2026/02/03", #"parsing time "2026/02/03" as "2006-01-02": cannot parse "/02/03" as "-""#),
            ("15:04", "24:00", #"parsing time "24:00": hour out of range"#),
            ("2006", "", #"parsing time "" as "2006": cannot parse "" as "2006""#),
            ("Z07:00", "+25:00", #"parsing time "+25:00": time zone offset hour out of range"#),
        ])
    func isRefused(layout: String, text: String, expected: String) { #expect(shown(text, layout) == expected) }

    @Test func aTextWithoutAZoneIsOfTheZoneGiven() throws {
        let berlin = try #require(Self.berlin)
        #expect(shown("2026-07-01 12:00", "2006-01-02 15:04", berlin) == "2026-07-01 12:00:00 +0200 CEST")
        #expect(shown("2026-07-01 12:00 CEST", "2006-01-02 15:04 MST", berlin) == "2026-07-01 12:00:00 +0200 CEST")
        #expect(shown("2026-07-01 12:00 UTC", "2006-01-02 15:04 MST", berlin) == "2026-07-01 12:00:00 +0000 UTC")
    }

    @Test func whatWasWrittenIsReadAgain() throws {
        let layout = "Monday, 02-Jan-06 15:04:05.000000000 -07:00"
        for seconds: Int64 in stride(from: 0, to: 2_000_000_000, by: 123_456_789) {
            let time = ZonedTime(unixSeconds: seconds, nanoseconds: Int(seconds % 999_999_999))
            let again = try GoTimeParser.parse(GoTimeLayout.format(time, layout: layout), layout: layout)
            #expect(again.unixSeconds == time.unixSeconds && again.nanoseconds == time.nanoseconds)
        }
    }
}
