/// `smarthost`: a host and a port.
struct MailServerAddress: Hashable {
    /// Without brackets; may be empty.
    var host: String
    /// nil when the text behind the colon is no port: Alertmanager finds that out when it sends.
    var port: Int?

    /// What is wrong with an address.
    struct Refusal: Error, CustomStringConvertible {
        var description: String
    }

    /// Ports that go by a name.
    private static let services = ["smtp": 25, "smtps": 465, "submissions": 465, "submission": 587]

    /// Reads `host:port` or `[host]:port`.
    ///
    /// - Source: Go's net.SplitHostPort, as observed by amtool 0.33.1.
    init(_ text: String) throws(Refusal) {
        guard let colon = text.lastIndex(of: ":") else { throw Refusal(description: "missing port in address") }
        var name = text[..<colon]
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw Refusal(description: "missing ']' in address") }
            let behind = text.index(after: end)
            if behind != colon {
                let isDouble = behind < text.endIndex && text[behind] == ":"
                throw Refusal(description: isDouble ? "too many colons in address" : "missing port in address")
            }
            name = name.dropFirst().dropLast()
        } else if name.contains(":") {
            throw Refusal(description: "too many colons in address")
        }
        let number = text[text.index(after: colon)...]
        for bracket in ["[", "]"] where name.contains(bracket) || number.contains(bracket) {
            throw Refusal(description: "unexpected '\(bracket)' in address")
        }
        if number.isEmpty { throw Refusal(description: "port number cannot be empty") }
        host = String(name)
        port = Self.services[number.lowercased()] ?? Int(number).flatMap { 1...65_535 ~= $0 ? $0 : nil }
    }
}
