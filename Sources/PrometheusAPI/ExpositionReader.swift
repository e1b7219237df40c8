import Base
import TimeSeries

/// Walks the lines of an exposition.
struct ExpositionReader {
    /// One line with a value.
    struct Sample {
        var labels: Labels
        var time: Int64
        var value: Double
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let file: String
    private let now: Int64
    private let isOpenMetrics: Bool
    private var at = 0
    private var line = 1
    private var lineStart = 0
    private var types: [String: String] = [:]
    private var hasEnded = false

    init(_ bytes: UnsafeBufferPointer<UInt8>, file: String, now: Int64) {
        self.bytes = bytes
        self.file = file
        self.now = now
        var end = bytes.count
        while end > 0, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D || bytes[end - 1] == 0x20 { end -= 1 }
        let mark = Array("# EOF".utf8)
        isOpenMetrics =
            end >= mark.count && bytes[(end - mark.count)..<end].elementsEqual(mark)
            && (end == mark.count || bytes[end - mark.count - 1] == 0x0A)
    }

    /// The next sample; nil at the end.
    mutating func next() throws(Diagnostic) -> Sample? {
        while at < bytes.count {
            skipBlanks()
            guard at < bytes.count else { break }
            switch bytes[at] {
            case 0x0A:
                newLine()
            case UInt8(ascii: "#"):
                try comment()
            default:
                if hasEnded { throw problem("there is more behind # EOF") }
                let sample = try sample()
                return sample
            }
        }
        return nil
    }

    // MARK: - Lines

    private mutating func newLine() {
        at += 1
        line += 1
        lineStart = at
    }

    private mutating func endLine() throws(Diagnostic) {
        skipBlanks()
        if at == bytes.count { return }
        guard bytes[at] == 0x0A else { throw problem("expected the end of the line") }
        newLine()
    }

    private mutating func skipBlanks() {
        while at < bytes.count, bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0D { at += 1 }
    }

    private mutating func skipLine() {
        while at < bytes.count, bytes[at] != 0x0A { at += 1 }
        if at < bytes.count { newLine() }
    }

    private func problem(_ message: String, at place: Int? = nil, hint: String? = nil) -> Diagnostic {
        let place = place ?? at
        let before = bytes[min(lineStart, place)..<place]
        let column = 1 + before.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
        return Diagnostic(message, at: SourcePosition(file: file, line: line, column: column), hint: hint)
    }

    /// Up to the next blank or the end of the line.
    private mutating func word() -> UnsafeBufferPointer<UInt8> {
        let start = at
        while at < bytes.count, bytes[at] > 0x20 { at += 1 }
        return UnsafeBufferPointer(rebasing: bytes[start..<at])
    }

    private mutating func comment() throws(Diagnostic) {
        at += 1
        skipBlanks()
        let start = at
        let keyword = String(decoding: word(), as: UTF8.self)
        switch keyword {
        case "EOF":
            hasEnded = true
            try endLine()
        case "TYPE":
            skipBlanks()
            let name = at < bytes.count && bytes[at] == 0x22 ? try quoted() : String(decoding: word(), as: UTF8.self)
            skipBlanks()
            let place = at
            let type = String(decoding: word(), as: UTF8.self)
            guard Self.knownTypes.contains(type) else {
                let near = NearMiss.best(for: type, among: Self.knownTypes.sorted())
                throw problem(
                    "unknown type \"\(type)\" of metric \(name)", at: place, hint: near.map { "did you mean \($0)?" })
            }
            types[name] = type
            try endLine()
        default:
            if keyword == "HELP" || keyword == "UNIT", at == start { throw problem("expected a metric's name") }
            skipLine()
        }
    }

    private static let knownTypes: Set<String> = [
        "counter", "gauge", "histogram", "summary", "untyped", "unknown", "gaugehistogram", "info", "stateset",
    ]

    // MARK: - Samples

    private mutating func sample() throws(Diagnostic) -> Sample {
        var pairs: [(String, String)] = []
        let start = at
        if bytes[at] != UInt8(ascii: "{") {
            while at < bytes.count, bytes[at] > 0x20, bytes[at] != UInt8(ascii: "{") { at += 1 }
            let name = String(decoding: bytes[start..<at], as: UTF8.self)
            guard LabelName.isLegacyMetricName(name) else {
                throw problem("\"\(name)\" is no metric name", at: start)
            }
            pairs.append((Labels.metricName, name))
        }
        skipBlanks()
        if at < bytes.count, bytes[at] == UInt8(ascii: "{") { try labels(&pairs) }
        guard pairs.first?.0 == Labels.metricName else { throw problem("the sample has no metric name", at: start) }
        skipBlanks()
        let value = try number()
        skipBlanks()
        let time = try timestamp()
        skipBlanks()
        if at < bytes.count, bytes[at] == UInt8(ascii: "#"), isOpenMetrics {
            // An exemplar.
            skipLine()
        } else {
            try endLine()
        }
        normalise(&pairs)
        return Sample(labels: Labels(pairs), time: time, value: value.isNaN ? StaleMarker.normalNaN : value)
    }

    private mutating func labels(_ pairs: inout [(String, String)]) throws(Diagnostic) {
        let open = at
        at += 1
        while true {
            skipBlanks()
            guard at < bytes.count, bytes[at] != 0x0A else { throw problem("the labels have no end", at: open) }
            if bytes[at] == UInt8(ascii: "}") { break }
            let place = at
            let isQuoted = bytes[at] == 0x22
            let name = isQuoted ? try quoted() : labelName()
            skipBlanks()
            if isQuoted, at < bytes.count, bytes[at] == UInt8(ascii: ",") || bytes[at] == UInt8(ascii: "}") {
                if pairs.first?.0 == Labels.metricName { throw problem("a second metric name", at: place) }
                if name.isEmpty { throw problem("the metric's name is empty", at: place) }
                pairs.insert((Labels.metricName, name), at: 0)
            } else {
                guard !name.isEmpty, isQuoted || LabelName.isLegacy(name) else {
                    throw problem("expected a label name", at: place)
                }
                guard at < bytes.count, bytes[at] == UInt8(ascii: "=") else {
                    throw problem("expected '=' behind label \(name)")
                }
                at += 1
                skipBlanks()
                guard at < bytes.count, bytes[at] == 0x22 else {
                    throw problem("expected the value of label \(name) in double quotes")
                }
                if pairs.contains(where: { $0.0 == name }) { throw problem("label \(name) occurs twice", at: place) }
                pairs.append((name, try quoted()))
                if pairs.count > ExpositionText.maximumLabels {
                    throw problem("a series has more than \(ExpositionText.maximumLabels) labels", at: open)
                }
            }
            skipBlanks()
            guard at < bytes.count else { continue }
            if bytes[at] == UInt8(ascii: ",") {
                at += 1
            } else if bytes[at] != UInt8(ascii: "}"), bytes[at] != 0x0A {
                throw problem("expected ',' or '}'")
            }
        }
        at += 1
    }

    private mutating func labelName() -> String {
        let start = at
        while at < bytes.count, LabelName.isLegacy("a" + String(UnicodeScalar(bytes[at]))), bytes[at] < 0x80 { at += 1 }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    /// A text in double quotes with `\\`, `\"` and `\n`.
    private mutating func quoted() throws(Diagnostic) -> String {
        let open = at
        at += 1
        var text: [UInt8] = []
        while at < bytes.count, bytes[at] != 0x0A {
            let byte = bytes[at]
            at += 1
            if byte == 0x22 {
                guard let text = String(validating: text, as: UTF8.self) else {
                    throw problem("the text is not valid UTF-8", at: open)
                }
                return text
            }
            guard byte == 0x5C, at < bytes.count else {
                text.append(byte)
                continue
            }
            switch bytes[at] {
            case UInt8(ascii: "n"): text.append(0x0A)
            case 0x5C, 0x22: text.append(bytes[at])
            default: text += [byte, bytes[at]]
            }
            at += 1
        }
        throw problem("the text has no closing quote", at: open)
    }

    private mutating func number() throws(Diagnostic) -> Double {
        let place = at
        let text = String(decoding: word(), as: UTF8.self)
        if text.isEmpty { throw problem("the sample has no value", at: place) }
        // Prometheus keeps to the forms that numbers had before hexadecimal ones and underscores.
        guard let value = text.contains(where: { "pP_".contains($0) }) ? nil : GoFloat.parse(text) else {
            throw problem("\"\(text)\" is no number", at: place)
        }
        return value
    }

    private mutating func timestamp() throws(Diagnostic) -> Int64 {
        guard at < bytes.count, bytes[at] != 0x0A, bytes[at] != UInt8(ascii: "#") || !isOpenMetrics else { return now }
        let place = at
        let text = String(decoding: word(), as: UTF8.self)
        if isOpenMetrics {
            guard let seconds = Double(text), seconds.magnitude < 9e12 else {
                throw problem("\"\(text)\" is no timestamp in seconds", at: place)
            }
            return Int64((seconds * 1000).rounded())
        }
        guard let milliseconds = Int64(text), milliseconds.magnitude < 9_000_000_000_000_000 else {
            let isSeconds = Double(text) != nil
            throw problem(
                "\"\(text)\" is no timestamp in milliseconds", at: place,
                hint: isSeconds ? "seconds with a fraction are OpenMetrics, which ends with a line # EOF" : nil)
        }
        return milliseconds
    }

    /// Bounds of histograms and quantiles of summaries in the one form that Prometheus stores.
    private func normalise(_ pairs: inout [(String, String)]) {
        guard !types.isEmpty, let name = pairs.first?.1 else { return }
        for index in pairs.indices {
            let isBound = pairs[index].0 == "le" && name.hasSuffix("_bucket")
            guard isBound || pairs[index].0 == "quantile" else { continue }
            let type = types[isBound ? String(name.dropLast(7)) : name]
            guard isBound ? type == "histogram" || type == "gaugehistogram" : type == "summary",
                let value = Double(pairs[index].1)
            else { continue }
            var text = GoFloat.string(value, .general)
            if value.isFinite, !text.contains("."), !text.contains("e") { text += ".0" }
            pairs[index].1 = text
        }
    }
}
