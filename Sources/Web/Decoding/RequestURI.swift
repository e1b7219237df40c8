/// What Go's url.ParseRequestURI takes: an absolute address or an absolute path.
enum RequestURI {
    /// Whether `text` is one, or empty.
    static func isValid(_ text: String) -> Bool {
        // The star is what an OPTIONS request may ask for.
        if text.isEmpty || text == "*" { return true }
        let bytes = Array(text.utf8)
        if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return false }
        if bytes[0] == UInt8(ascii: "/") { return escapesAreWhole(bytes[...]) }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return false }
        guard isLetter(bytes[0]), bytes[..<colon].allSatisfy({ isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) })
        else { return false }
        let rest = bytes[(colon + 1)...]
        guard rest.starts(with: "//".utf8) else { return true }
        let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        return isAuthority(authority) && escapesAreWhole(rest.prefix { $0 != UInt8(ascii: "?") })
    }

    private static func isAuthority(_ authority: ArraySlice<UInt8>) -> Bool {
        let host = authority.lastIndex(of: UInt8(ascii: "@")).map { authority[($0 + 1)...] } ?? authority
        if host.contains(where: { " <>\"`{}^|\\".utf8.contains($0) }) { return false }
        if host.first == UInt8(ascii: "[") { return host.contains(UInt8(ascii: "]")) }
        guard let colon = host.lastIndex(of: UInt8(ascii: ":")) else { return true }
        return host[(colon + 1)...].allSatisfy(isDigit)
    }

    private static func escapesAreWhole(_ bytes: ArraySlice<UInt8>) -> Bool {
        var index = bytes.startIndex
        while let percent = bytes[index...].firstIndex(of: UInt8(ascii: "%")) {
            guard percent + 2 < bytes.endIndex, isHex(bytes[percent + 1]), isHex(bytes[percent + 2]) else {
                return false
            }
            index = percent + 3
        }
        return true
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}
