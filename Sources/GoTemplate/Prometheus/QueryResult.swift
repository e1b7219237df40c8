/// The answer of `query` as templates see it: a list of samples with Labels and Value.
enum QueryResult {
    static let type = TemplateType("template.queryResult", .list, underlying: "[]*template.sample")
    static let sampleType = TemplateType("*template.sample", .pointer)

    static func value(_ samples: [QuerySample]) -> TemplateValue {
        .list(TemplateList(samples.map { .object(SampleObject(sample: $0)) }, type: type))
    }

    static func sample(_ value: TemplateValue) throws(FunctionFailure) -> QuerySample {
        guard case .object(let object) = value, let sample = object as? SampleObject else {
            throw .error("runtime error: invalid memory address or nil pointer dereference")
        }
        return sample.sample
    }

    static func label(_ name: String, of value: TemplateValue) -> String {
        guard case .object(let object) = value, let sample = object as? SampleObject else { return "" }
        return sample.sample.labels[name] ?? ""
    }
}

/// One sample of a query's answer.
struct SampleObject: TemplateObject {
    let sample: QuerySample

    var type: TemplateType { QueryResult.sampleType }
    var fields: [TemplateField] {
        [
            TemplateField("Labels", .strings(sample.labels)),
            TemplateField("Value", sample.value, isInterface: true),
        ]
    }
    func field(_ name: String) -> TemplateValue? {
        switch name {
        case "Labels": .strings(sample.labels)
        case "Value": sample.value
        default: nil
        }
    }
}

/// Hosts, ports and paths inside addresses.
enum HostNames {
    /// The host of `host:port`; what is no such pair stays as it is.
    static func withoutPort(_ text: String) -> String { split(text)?.host ?? text }

    /// The first part of a host's name, its port kept; addresses stay as they are.
    static func withoutDomain(_ text: String) -> String {
        let (host, port) = split(text) ?? (text, "")
        if isAddress(host) { return text }
        let name = host.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init)
        return (name ?? host) + (port.isEmpty ? "" : ":" + port)
    }

    /// The path of an address, with its leading slash; empty when there is none.
    static func path(ofURL url: String) -> String {
        let scalars = url.unicodeScalars
        var start = scalars.startIndex
        if let colon = url.range(of: "://") { start = colon.upperBound } else if url.hasPrefix("/") { return cut(url) }
        guard let slash = scalars[start...].firstIndex(of: "/") else { return "" }
        return cut(String(scalars[slash...]))
    }

    private static func cut(_ text: String) -> String { String(text.prefix { $0 != "?" && $0 != "#" }) }

    /// Go's net.SplitHostPort; nil where it fails.
    private static func split(_ text: String) -> (host: String, port: String)? {
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { return nil }
            let rest = text[text.index(after: close)...]
            guard rest.hasPrefix(":"), !rest.dropFirst().contains(":") else { return nil }
            return (String(text[text.index(after: text.startIndex)..<close]), String(rest.dropFirst()))
        }
        let bytes = text.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            !bytes[bytes.index(after: colon)...].contains(UInt8(ascii: ":")),
            !bytes.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") })
        else { return nil }
        return (String(text[..<colon]), String(text[bytes.index(after: colon)...]))
    }

    private static func isAddress(_ host: String) -> Bool {
        if host.contains(":") { return host.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." || $0 == "%" } }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                guard let number = UInt8(part) else { return false }
                return String(number) == part
            }
    }
}

extension String {
    /// The first place where `text` stands; the standard library has none of its own.
    fileprivate func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
