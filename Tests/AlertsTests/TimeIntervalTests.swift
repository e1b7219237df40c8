import Base
import Testing
import YAML

@testable import Alerts

@Suite("Time intervals")
struct TimeIntervalTests {
    private func read(_ yaml: String) throws -> (intervals: [TimeInterval], problems: [Diagnostic]) {
        let document = try YAMLDocument(parsing: "- {name: n, time_intervals: [\(yaml)]}", file: "t.yml")
        let decoding = YAMLDecoding()
        var found: [String: [TimeInterval]] = [:]
        if let root = document.root {
            TimeInterval.decode(root, key: "time_intervals", in: decoding, into: &found)
        }
        return (found["n"] ?? [], decoding.diagnostics)
    }

    @Test(
        "hold when each of their parts does",
        arguments: [
            ("{}", "2026-02-28T10:00:00Z", true),
            ("{times: [{start_time: '09:00', end_time: '17:00'}]}", "2026-02-28T09:00:00Z", true),
            ("{times: [{start_time: '09:00', end_time: '17:00'}]}", "2026-02-28T17:00:00Z", false),
            ("{times: [{start_time: '09:00', end_time: '24:00'}]}", "2026-02-28T23:59:59Z", true),
            ("{weekdays: ['monday:friday']}", "2026-02-28T12:00:00Z", false),
            ("{weekdays: [Sunday, saturday]}", "2026-02-28T12:00:00Z", true),
            ("{days_of_month: ['-1']}", "2026-02-28T12:00:00Z", true),
            ("{days_of_month: ['-3:-1']}", "2026-02-25T12:00:00Z", false),
            ("{days_of_month: ['-31:-28']}", "2026-02-01T12:00:00Z", true),
            ("{days_of_month: ['29:31']}", "2026-02-28T12:00:00Z", false),
            ("{months: ['13']}", "2026-02-28T12:00:00Z", false),
            ("{months: ['january:march', '7']}", "2026-02-28T12:00:00Z", true),
            ("{years: ['2020:2025']}", "2026-02-28T12:00:00Z", false),
            (
                "{times: [{start_time: '13:00', end_time: '14:00'}], location: Europe/Berlin}", "2026-07-01T11:30:00Z",
                true
            ),
            (
                "{times: [{start_time: '13:00', end_time: '14:00'}], location: Europe/Berlin}", "2026-01-01T11:30:00Z",
                false
            ),
            (
                "{times: [{start_time: '13:00', end_time: '14:00'}], location: Europe/Berlin}", "2060-07-01T11:30:00Z",
                true
            ),
        ])
    func holds(_ yaml: String, _ time: String, _ expected: Bool) throws {
        let (intervals, problems) = try read(yaml)
        #expect(problems.isEmpty)
        let instant = try #require(RFC3339.parse(time))
        #expect(try #require(intervals.first).contains(instant) == expected)
    }

    @Test(
        "that can never hold or are misspelt are refused",
        arguments: [
            ("{weekdays: ['friday:monday']}", "t.yml:1:42: error: start day cannot be before end day"),
            ("{weekdays: ['mondy']}", "'mondy' is not a valid day or range of them (did you mean 'monday'?)"),
            ("{weekdays: ['1']}", "'1' is not a valid day"), ("{days_of_month: ['0']}", "out of range"),
            ("{days_of_month: ['31:-1']}", "end day -1 is always before start day 31"),
            ("{days_of_month: ['1:-28']}", "end day -28 is always before start day 1"),
            ("{days_of_month: ['-1:5']}", "end day must be negative if start day is negative"),
            ("{months: ['3:2']}", "end month is before start month"), ("{location: Mars}", "unknown time zone Mars"),
            ("{location: ../../etc/passwd}", "unknown time zone"),
            ("{times: [{start_time: '9:00', end_time: '10:00'}]}", "couldn't parse timestamp 9:00, invalid format"),
            ("{times: [{start_time: '10:00', end_time: '10:00'}]}", "start time cannot be equal or greater"),
            ("{times: [{start_time: '10:00'}]}", "both start and end times must be provided"),
            ("{time: []}", "unknown key 'time' in time interval entry (did you mean 'times'?)"),
        ])
    func refused(_ yaml: String, _ message: String) throws {
        let problems = try read(yaml).problems.map(\.description).joined(separator: "\n")
        #expect(problems.contains(message))
    }
}
