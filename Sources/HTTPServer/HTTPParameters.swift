import Base

/// Decoded names and values of a query or a form, in their order, repeated names kept.
public struct HTTPParameters: Sendable, Sequence {
    /// One decoded pair.
    public struct Parameter: Hashable, Sendable {
        /// May be empty.
        public var name: String
        /// Empty when there was no `=`.
        public var value: String
    }

    /// In the order of the text.
    public private(set) var all: [Parameter] = []
    /// What is wrong with the first pair that was left out, in Go's words; nil when none was.
    public private(set) var flaw: String?

    /// No parameters.
    public init() {}

    /// Decodes `a=1&b=x+y%21`; a pair with a broken escape or a `;` is left out, as Go does.
    public init(decoding text: some StringProtocol) {
        for pair in text.utf8.split(separator: UInt8(ascii: "&")) {
            if pair.contains(UInt8(ascii: ";")) {
                flaw = flaw ?? "invalid semicolon separator in query"
                continue
            }
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let rest = equals == pair.endIndex ? pair[equals...] : pair[pair.index(after: equals)...]
            guard let name = PercentEncoding.decode(pair[..<equals], plusIsSpace: true),
                let value = PercentEncoding.decode(rest, plusIsSpace: true)
            else {
                flaw = flaw ?? PercentEncoding.brokenEscape(pair).map { "invalid URL escape \(GoQuote.quoted($0))" }
                continue
            }
            all.append(Parameter(name: name, value: value))
        }
    }

    /// The first value of `name`, nil when it does not occur.
    public subscript(name: String) -> String? { all.first { $0.name == name }?.value }

    /// All values of `name` in order.
    public func values(_ name: String) -> [String] { all.filter { $0.name == name }.map(\.value) }

    /// These, then those of `others`.
    public func followed(by others: HTTPParameters) -> HTTPParameters {
        var both = self
        both.all += others.all
        return both
    }

    /// Over the pairs in order.
    public func makeIterator() -> [Parameter].Iterator { all.makeIterator() }
}

/// The `%xx` form of URLs.
enum PercentEncoding {
    /// The text behind the escapes, invalid UTF-8 repaired; nil when an escape is broken.
    static func decode(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) -> String? {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    return nil
                }
                out.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: out.append(UInt8(ascii: " "))
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The first escape that is none, of three characters at most.
    static func brokenEscape(_ text: some Collection<UInt8>) -> String? {
        var rest = text[...]
        while let place = rest.firstIndex(of: UInt8(ascii: "%")) {
            rest = rest[place...]
            let escape = rest.prefix(3)
            guard escape.count == 3, escape.dropFirst().allSatisfy({ digit($0) != nil }) else {
                return String(decoding: escape, as: UTF8.self)
            }
            rest = rest.dropFirst(3)
        }
        return nil
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
