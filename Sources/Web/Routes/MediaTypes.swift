import Base
import HTTPServer
import TimeSeries

/// What API v2 takes and gives: JSON, and nothing else.
///
/// - Source: statuses, codes and words as observed on Alertmanager 0.33.1.
enum MediaTypes {
    /// Why a request is refused before anybody looks at it; nil when it is not.
    static func refusal(_ request: HTTPServerRequest) -> HTTPServerResponse? {
        if !request.body.isEmpty { return bodyRefusal(request.header("Content-Type") ?? "") }
        // A request with a body is answered in the type of its body, whatever it accepts.
        guard request.method == "GET" || request.method == "DELETE", let accept = request.header("Accept"),
            !accepts(accept)
        else { return nil }
        return AlertmanagerJSON.failure(
            "unsupported media type requested, only [application/json] are available", code: 406, status: 406)
    }

    private static func bodyRefusal(_ header: String) -> HTTPServerResponse? {
        let parts = header.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        let type = parts[0].isEmpty ? "application/octet-stream" : parts[0].lowercased()
        if let reason = malformed(type, parameters: parts.dropFirst()) {
            return AlertmanagerJSON.failure(
                "parsing Content-Type header from \(GoQuote.quoted(header)) failed, because \(reason)", code: 400,
                status: 400)
        }
        if type == "application/json" { return nil }
        return AlertmanagerJSON.failure(
            "unsupported media type \(GoQuote.quoted(type)), only [application/json] are allowed", code: 415,
            status: 415
        )
    }

    /// What is wrong with a type, in the words of Go's mime.ParseMediaType.
    private static func malformed(_ type: String, parameters: ArraySlice<String>) -> String? {
        let halves = type.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2 else { return "mediatype: malformed: \(GoQuote.quoted(type)) has no subtype" }
        if !halves[1].utf8.allSatisfy(isToken) { return "mime: unexpected content after media subtype" }
        for (index, parameter) in parameters.enumerated() {
            // A semicolon may end the header.
            if parameter.isEmpty, index == parameters.count - 1 { continue }
            let pair = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count != 2 || pair[0].isEmpty || pair[1].isEmpty { return "mime: invalid media parameter" }
        }
        return nil
    }

    /// Whether one of the ranges of the header has JSON in it.
    private static func accepts(_ header: String) -> Bool {
        header.split(separator: ",").contains { range in
            let parts = range.split(separator: ";").map(trimmed)
            guard let type = parts.first?.lowercased(), ["application/json", "application/*", "*/*"].contains(type)
            else { return false }
            let weight = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }
            return weight.map { (Double($0.dropFirst(2)) ?? 0) > 0 } ?? true
        }
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
