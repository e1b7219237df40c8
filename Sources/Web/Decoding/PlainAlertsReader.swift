import Alerts
import Base
import JSON
import TimeSeries

/// Reads the bodies that servers post, in one pass over the bytes and without a tree.
///
/// It gives up on whatever is out of the ordinary (other keys, repeated keys, other types, odd escapes, broken UTF-8): the
/// full decoder then reads the body, or says what is wrong with it.
struct PlainAlertsReader {
    private typealias Text = UnsafeBufferPointer<UInt8>

    /// What the alert before had: neighbours mostly share times, annotations and the address they come from.
    private struct Before {
        var times: [(text: Range<Int>, time: Timestamp)] = []
        var annotations = Labels.empty
        /// Where the annotations stand in the body.
        var annotationsText = 0..<0
        var generatorURL = ""
        var generatorURLText = 0..<0
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0
    private var collector = LabelsCollector()
    private var scratch: [UInt8] = []
    private var before = Before()

    private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// The alerts of `body`; nil when the full decoder must look at it.
    static func read(_ body: [UInt8]) -> [PostedAlert]? {
        body.withUnsafeBufferPointer { bytes in
            var reader = PlainAlertsReader(bytes)
            return reader.alerts()
        }
    }

    private mutating func alerts() -> [PostedAlert]? {
        guard take("[") else { return nil }
        var alerts: [PostedAlert] = []
        alerts.reserveCapacity(bytes.count / 512 + 1)
        if !take("]") {
            repeat {
                guard let alert = alert() else { return nil }
                alerts.append(alert)
            } while take(",")
            guard take("]") else { return nil }
        }
        skipSpace()
        return at == bytes.count ? alerts : nil
    }

    private mutating func alert() -> PostedAlert? {
        guard take("{") else { return nil }
        var labels: Labels?
        var annotations: Labels?
        var startsAt: Timestamp?
        var endsAt: Timestamp?
        var generatorURL: String?
        repeat {
            guard let key = key() else { return nil }
            switch key {
            case .labels:
                guard labels == nil, let found = pairs(keepingEmpty: false) else { return nil }
                labels = found
            case .annotations:
                guard annotations == nil, let found = annotationPairs() else { return nil }
                annotations = found
            case .startsAt:
                guard startsAt == nil, let found = time() else { return nil }
                startsAt = found
            case .endsAt:
                guard endsAt == nil, let found = time() else { return nil }
                endsAt = found
            case .generatorURL:
                guard generatorURL == nil, let found = address() else { return nil }
                generatorURL = found
            }
        } while take(",")
        guard take("}"), let labels else { return nil }
        return PostedAlert(
            labels: labels, annotations: annotations ?? .empty, startsAt: startsAt, endsAt: endsAt,
            generatorURL: generatorURL ?? "")
    }

    private enum Key: String, CaseIterable { case labels, annotations, startsAt, endsAt, generatorURL }

    /// The next key; nil when it is another.
    private mutating func key() -> Key? {
        guard let range = plainString(), take(":") else { return nil }
        return Key.allCases.first { $0.rawValue.utf8.elementsEqual(bytes[range]) }
    }

    private mutating func pairs(keepingEmpty: Bool) -> Labels? {
        guard take("{") else { return nil }
        if take("}") { return .empty }
        repeat {
            guard let name = plainString(), take(":"), take("\"") else { return nil }
            guard let isEscaped = skipString() else { return nil }
            let value = isEscaped.range
            if isEscaped.escaped {
                guard unescape(value) else { return nil }
                scratch.withUnsafeBufferPointer { collector.append(name: Text(rebasing: bytes[name]), value: $0) }
            } else {
                // Empty values of annotations are kept: not this reader's business.
                if keepingEmpty, value.isEmpty { return nil }
                collector.append(name: Text(rebasing: bytes[name]), value: Text(rebasing: bytes[value]))
            }
        } while take(",")
        guard take("}") else { return nil }
        return collector.finish()
    }

    /// Annotations; those of the alert before once more where the text is the same.
    private mutating func annotationPairs() -> Labels? {
        if takeAgain(before.annotationsText) { return before.annotations }
        let start = at
        guard let found = pairs(keepingEmpty: true) else { return nil }
        if found != before.annotations { before.annotations = found }
        before.annotationsText = start..<at
        return before.annotations
    }

    private mutating func time() -> Timestamp? {
        skipSpace()
        for known in before.times where takeAgain(known.text) { return known.time }
        let start = at
        guard let range = plainString(), let time = PostedTime.parse(String(decoding: bytes[range], as: UTF8.self))
        else { return nil }
        if before.times.count >= 4 { before.times.removeFirst() }
        before.times.append((start..<at, time))
        return time
    }

    /// Goes over the text that stands at `known` when it stands here once more.
    private mutating func takeAgain(_ known: Range<Int>) -> Bool {
        guard !known.isEmpty, known.count <= bytes.count - at else { return false }
        let raw = UnsafeRawBufferPointer(bytes)
        var offset = 0
        while offset + 8 <= known.count {
            let one = raw.loadUnaligned(fromByteOffset: known.lowerBound + offset, as: UInt64.self)
            if one != raw.loadUnaligned(fromByteOffset: at + offset, as: UInt64.self) { return false }
            offset += 8
        }
        while offset < known.count {
            if bytes[known.lowerBound + offset] != bytes[at + offset] { return false }
            offset += 1
        }
        at += known.count
        return true
    }

    private mutating func address() -> String? {
        if takeAgain(before.generatorURLText) { return before.generatorURL }
        let start = at
        guard take("\""), let found = skipString() else { return nil }
        let text: String
        if found.escaped {
            guard unescape(found.range) else { return nil }
            text = String(decoding: scratch, as: UTF8.self)
        } else {
            text = String(decoding: bytes[found.range], as: UTF8.self)
        }
        guard RequestURI.isValid(text) else { return nil }
        if before.generatorURL != text { before.generatorURL = text }
        before.generatorURLText = start..<at
        return before.generatorURL
    }

    // MARK: - Bytes

    private mutating func skipSpace() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 {
            at += 1
        }
    }

    private mutating func take(_ wanted: Unicode.Scalar) -> Bool {
        skipSpace()
        guard at < bytes.count, bytes[at] == UInt8(ascii: wanted) else { return false }
        at += 1
        return true
    }

    /// A string without escapes, quotes taken too.
    private mutating func plainString() -> Range<Int>? {
        guard take("\""), let found = skipString(), !found.escaped else { return nil }
        return found.range
    }

    /// From behind the first quote to behind the last; nil for control characters, broken UTF-8 or no end.
    private mutating func skipString() -> (range: Range<Int>, escaped: Bool)? {
        let start = at
        var escaped = false
        var isASCII = true
        while at < bytes.count {
            if at + 8 <= bytes.count {
                let word = UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: at, as: UInt64.self)
                if ByteWord.unplain(word) == 0 {
                    at += 8
                    continue
                }
            }
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                let range = start..<at
                at += 1
                if !isASCII, String(validating: bytes[range], as: UTF8.self) == nil { return nil }
                return (range, escaped)
            }
            if byte < 0x20 { return nil }
            if byte == UInt8(ascii: "\\") {
                escaped = true
                at += 1
            }
            if byte >= 0x80 { isASCII = false }
            at += 1
        }
        return nil
    }

    /// The text behind the escapes, into ``scratch``; false for escapes that are rare.
    private mutating func unescape(_ range: Range<Int>) -> Bool {
        scratch.removeAll(keepingCapacity: true)
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\\") else {
                scratch.append(byte)
                index += 1
                continue
            }
            switch bytes[index + 1] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(bytes[index + 1])
            case UInt8(ascii: "n"): scratch.append(0x0A)
            case UInt8(ascii: "t"): scratch.append(0x09)
            case UInt8(ascii: "r"): scratch.append(0x0D)
            case UInt8(ascii: "u"):
                // What Go's encoder escapes beside these: `<`, `>`, `&`.
                guard index + 6 <= range.upperBound,
                    let unit = UInt8(String(decoding: bytes[index + 2..<index + 6], as: UTF8.self), radix: 16),
                    unit < 0x80, unit > 0
                else { return false }
                scratch.append(unit)
                index += 4
            default: return false
            }
            index += 2
        }
        return true
    }
}
