internal import Glibc

/// When a place on earth changed its clocks, and to what: one file of /usr/share/zoneinfo.
///
/// - Source: RFC 8536 (TZif), with the rule of its footer (POSIX TZ) for times after the last transition.
public struct TimeZoneRules: Hashable, Sendable {
    /// What clocks show during a period.
    public struct Period: Hashable, Sendable {
        /// Seconds east of UTC.
        public var offset: Int
        /// The abbreviation, for example `CEST`.
        public var abbreviation: String
        /// Whether it is daylight saving time.
        public var isDaylight: Bool

        /// A period.
        public init(offset: Int, abbreviation: String, isDaylight: Bool = false) {
            self.offset = offset
            self.abbreviation = abbreviation
            self.isDaylight = isDaylight
        }
    }

    /// The name it was asked for by, for example `Europe/Berlin`.
    public let name: String
    private let transitions: [Int64]
    private let periods: [Period]
    private let first: Period
    private let footer: PosixTimeZone?

    /// Coordinated universal time.
    public static let utc = TimeZoneRules(fixedOffset: 0, name: "UTC")

    /// A zone that never changes.
    public init(fixedOffset: Int, name: String) {
        self.name = name
        transitions = []
        periods = []
        first = Period(offset: fixedOffset, abbreviation: name)
        footer = nil
    }

    /// The zone of that name in `directory`; nil when there is none or its file is damaged.
    ///
    /// `UTC` and the empty name are UTC; names that leave the directory are refused.
    public init?(named name: String, directory: String = "/usr/share/zoneinfo") {
        if name.isEmpty || name == "UTC" {
            self = .utc
            return
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.hasPrefix("/"), !name.contains("\\"), !name.contains("\0"), !parts.contains(".."),
            let bytes = Self.contents(of: directory + "/" + name)
        else { return nil }
        self.init(name: name, tzif: bytes)
    }

    /// The zone of the file `path`, named `name`, as the machine's own zone in /etc/localtime.
    public init?(file path: String, name: String) {
        guard let bytes = Self.contents(of: path) else { return nil }
        self.init(name: name, tzif: bytes)
    }

    /// Reads a TZif file; nil when it is damaged.
    public init?(name: String, tzif bytes: [UInt8]) {
        var reader = TZifReader(bytes: bytes)
        guard let content = reader.read() else { return nil }
        self.name = name
        transitions = content.transitions
        periods = content.periods
        first = content.first
        footer = content.footer
    }

    /// What clocks show at a second since the epoch. O(log n).
    public func period(at unixSeconds: Int64) -> Period {
        guard let start = transitions.first, unixSeconds >= start else {
            return transitions.isEmpty ? footer?.period(at: unixSeconds) ?? first : first
        }
        if let last = transitions.last, unixSeconds >= last, let footer { return footer.period(at: unixSeconds) }
        var low = 0
        var high = transitions.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if transitions[middle] <= unixSeconds { low = middle } else { high = middle }
        }
        return periods[low]
    }

    /// The second since the epoch at which clocks show this civil time, given as seconds counted as if in UTC.
    ///
    /// A time that the clocks skip or show twice is taken with one of the two offsets, as Go takes it.
    public func unixSeconds(civil seconds: Int64) -> Int64 {
        let offset = Int64(period(at: seconds).offset)
        let there = Int64(period(at: seconds - offset).offset)
        return seconds - there
    }

    private static func contents(of path: String) -> [UInt8]? {
        guard let file = fopen(path, "rb") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 18)
        let count = fread(&bytes, 1, bytes.count, file)
        return count > 0 && count < bytes.count ? Array(bytes.prefix(count)) : nil
    }
}
