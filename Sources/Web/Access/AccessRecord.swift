/// One answered request, for an access log.
public struct AccessRecord: Sendable {
    /// Of the header `X-Request-Id`: the client's own where it sent a sound one.
    public var id: String
    /// `GET` …
    public var method: String
    /// The target as sent, cut after 512 bytes.
    public var target: String
    /// 200, 404 …
    public var status: Int
    /// Length of the body; nil for a stream.
    public var bytes: Int?
    /// From the whole request to the whole answer, or to the beginning of a stream.
    public var duration: Duration
    /// The client's address.
    public var remote: String
    /// The user or the token's name; nil where nobody is asked.
    public var who: String?
}

/// Names of requests, which answer and log have in common.
enum RequestID {
    /// The client's own identifier when it is short and plain, else one of 16 random hex digits.
    static func of(_ sent: String?) -> String {
        if let sent, (1...64).contains(sent.utf8.count), sent.utf8.allSatisfy(isPlain) { return sent }
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
