/// A time zone of the IANA database: how far local time is from UTC at any instant.
///
/// - Source: RFC 8536; the files stand under /usr/share/zoneinfo.
public struct CivilZone: Hashable, Sendable {
    /// The name, such as `Europe/Berlin`.
    public let name: String
    private var transitions: [Int64] = []
    private var offsets: [Int64] = []
    private var firstOffset: Int64 = 0
    private var rule: PosixZoneRule?

    /// Coordinated universal time.
    public static let utc = CivilZone(fixed: "UTC", offset: 0)

    /// A zone that is always `offset` seconds east of UTC.
    public init(fixed name: String, offset: Int64) {
        self.name = name
        firstOffset = offset
    }

    /// Reads a zone's file.
    /// - Returns: nil when there is no such zone; `Local` is the machine's own; names with `..`, absolute paths and backslashes are none.
    public init?(named name: String, folder: String = "/usr/share/zoneinfo") {
        if name.isEmpty || name == "UTC" {
            self = .utc
            return
        }
        if name == "Local" {
            let bytes = (try? TextFile.read("/etc/localtime", maximumBytes: 1 << 20)) ?? []
            self = CivilZone(name: name, file: bytes) ?? .utc
            return
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !name.contains("\\"), !name.contains("\0"), !parts.contains(where: { $0 == ".." || $0.isEmpty }) else {
            return nil
        }
        guard let bytes = try? TextFile.read("\(folder)/\(name)", maximumBytes: 1 << 20) else { return nil }
        self.init(name: name, file: bytes)
    }

    /// Reads the contents of a zone's file; nil when it is none.
    public init?(name: String, file bytes: [UInt8]) {
        self.name = name
        var reader = Reader(bytes: bytes)
        guard var header = reader.header() else { return nil }
        if header.version >= 2 {
            reader.skip(header.bodySize(timeSize: 4))
            guard let second = reader.header() else { return nil }
            header = second
        }
        let timeSize = header.version >= 2 ? 8 : 4
        guard bytes.count - reader.index >= header.bodySize(timeSize: timeSize), header.types > 0 else { return nil }
        transitions = (0..<header.times).map { _ in reader.integer(timeSize) }
        let kinds = (0..<header.times).map { _ in Int(reader.integer(1) & 0xFF) }
        var kindOffsets: [Int64] = []
        var isSummer: [Bool] = []
        for _ in 0..<header.types {
            kindOffsets.append(reader.integer(4))
            isSummer.append(reader.integer(1) != 0)
            reader.skip(1)
        }
        guard kinds.allSatisfy({ $0 < header.types }) else { return nil }
        offsets = kinds.map { kindOffsets[$0] }
        firstOffset = kindOffsets[isSummer.firstIndex(of: false) ?? 0]
        reader.skip(header.characters + header.leaps * (timeSize + 4) + header.standard + header.universal)
        if header.version >= 2, let footer = reader.footer() { rule = PosixZoneRule(footer) }
    }

    /// Seconds that local time is ahead of UTC at Unix second `seconds`. O(log n).
    public func offset(atUnixSeconds seconds: Int64) -> Int64 {
        guard let last = transitions.last else { return rule?.offset(atUnixSeconds: seconds) ?? firstOffset }
        if seconds >= last, let rule { return rule.offset(atUnixSeconds: seconds) }
        var low = 0
        var high = transitions.count
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? firstOffset : offsets[low - 1]
    }

    /// The civil time of an instant in this zone.
    public func civilDate(_ time: Timestamp) -> CivilDate {
        let milliseconds = time.milliseconds
        let seconds = milliseconds >= 0 ? milliseconds / 1000 : -((-milliseconds + 999) / 1000)
        return CivilDate(unixSeconds: seconds, offset: offset(atUnixSeconds: seconds))
    }

    private struct Header {
        var version = 0
        var universal = 0
        var standard = 0
        var leaps = 0
        var times = 0
        var types = 0
        var characters = 0

        func bodySize(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + standard + universal
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        mutating func skip(_ count: Int) { index = min(bytes.count, index + max(0, count)) }

        /// A signed big-endian number.
        mutating func integer(_ size: Int) -> Int64 {
            guard index + size <= bytes.count else {
                index = bytes.count
                return 0
            }
            var value: UInt64 = bytes[index] & 0x80 != 0 && size > 1 ? .max : 0
            for _ in 0..<size {
                value = value << 8 | UInt64(bytes[index])
                index += 1
            }
            return Int64(bitPattern: value)
        }

        mutating func header() -> Header? {
            guard index + 44 <= bytes.count, bytes[index..<index + 4].elementsEqual("TZif".utf8) else { return nil }
            var header = Header()
            header.version = bytes[index + 4] == 0 ? 1 : Int(bytes[index + 4]) - 0x30
            index += 20
            let counts = (0..<6).map { _ in Int(integer(4)) }
            guard counts.allSatisfy({ 0...100_000 ~= $0 }) else { return nil }
            (header.universal, header.standard, header.leaps) = (counts[0], counts[1], counts[2])
            (header.times, header.types, header.characters) = (counts[3], counts[4], counts[5])
            return header
        }

        mutating func footer() -> String? {
            guard index < bytes.count, bytes[index] == 0x0A else { return nil }
            let line = bytes[(index + 1)...].prefix { $0 != 0x0A }
            return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
        }
    }
}
