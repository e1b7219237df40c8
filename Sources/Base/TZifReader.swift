/// Reads the bytes of a TZif file.
///
/// - Source: RFC 8536, section 3.
struct TZifReader {
    struct Content {
        var transitions: [Int64] = []
        var periods: [TimeZoneRules.Period] = []
        var first = TimeZoneRules.Period(offset: 0, abbreviation: "UTC")
        var footer: PosixTimeZone?
    }

    private struct Header {
        var version: UInt8
        var isUTC, isStandard, leaps, times, types, characters: Int
    }

    let bytes: [UInt8]
    private var index = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func read() -> Content? {
        guard let old = header() else { return nil }
        if old.version == 0 { return body(old, timeSize: 4) }
        // Version 2 and later repeat everything with 64 bit times behind the first block.
        index += old.times * 5 + old.types * 6 + old.characters + old.leaps * 8 + old.isStandard + old.isUTC
        guard let header = header(), var content = body(header, timeSize: 8) else { return nil }
        index += header.leaps * 12 + header.isStandard + header.isUTC
        guard index < bytes.count, bytes[index] == 0x0A else { return content }
        let line = bytes[(index + 1)...].prefix { $0 != 0x0A }
        content.footer = PosixTimeZone(String(decoding: line, as: UTF8.self))
        return content
    }

    private mutating func header() -> Header? {
        guard index + 44 <= bytes.count, bytes[index..<index + 4].elementsEqual("TZif".utf8) else { return nil }
        let version = bytes[index + 4]
        index += 20
        var counts: [Int] = []
        for _ in 0..<6 { counts.append(Int(number(4))) }
        guard counts.allSatisfy({ $0 >= 0 && $0 < 100_000 }) else { return nil }
        return Header(
            version: version, isUTC: counts[0], isStandard: counts[1], leaps: counts[2], times: counts[3],
            types: counts[4], characters: counts[5])
    }

    private mutating func body(_ header: Header, timeSize: Int) -> Content? {
        let size = header.times * (timeSize + 1) + header.types * 6 + header.characters
        guard header.types > 0, index + size <= bytes.count else { return nil }
        var content = Content()
        for _ in 0..<header.times { content.transitions.append(number(timeSize)) }
        var kinds: [Int] = []
        for _ in 0..<header.times { kinds.append(Int(number(1) & 0xFF)) }
        var types: [(offset: Int, isDaylight: Bool, name: Int)] = []
        for _ in 0..<header.types {
            types.append((Int(number(4)), number(1) != 0, Int(number(1) & 0xFF)))
        }
        let names = bytes[index..<index + header.characters]
        index += header.characters
        var all: [TimeZoneRules.Period] = []
        for type in types {
            guard type.name < names.count else { return nil }
            let name = names[(names.startIndex + type.name)...].prefix { $0 != 0 }
            all.append(
                .init(
                    offset: type.offset, abbreviation: String(decoding: name, as: UTF8.self),
                    isDaylight: type.isDaylight))
        }
        for kind in kinds {
            guard kind < all.count else { return nil }
            content.periods.append(all[kind])
        }
        content.first = all.first { !$0.isDaylight } ?? all[0]
        return content
    }

    private mutating func number(_ size: Int) -> Int64 {
        var value = Int64(Int8(bitPattern: bytes[index]))
        for offset in 1..<max(1, size) { value = value << 8 | Int64(bytes[index + offset]) }
        index += size
        return value
    }
}
