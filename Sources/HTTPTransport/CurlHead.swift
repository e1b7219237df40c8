/// Status, header or reply lines as they came in, without their ends; read when somebody asks.
struct CurlHead: Sendable {
    private var bytes: [UInt8] = []
    /// Where each line ends.
    private var ends: [Int] = []
    /// What has come in, lines that were dropped included.
    private(set) var taken = 0

    /// Adds a line, which may end with CR and LF.
    mutating func append(_ line: UnsafeRawBufferPointer) {
        taken += line.count
        var line = line[...]
        while let last = line.last, last == 0x0A || last == 0x0D { line.removeLast() }
        // A new status line begins a new set of headers: what came before was interim.
        if line.starts(with: "HTTP/".utf8) {
            bytes.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
        }
        bytes.append(contentsOf: line)
        ends.append(bytes.count)
    }

    /// The lines.
    var lines: [String] {
        var start = 0
        return ends.map { end in
            defer { start = end }
            return String(decoding: bytes[start..<end], as: UTF8.self)
        }
    }

    /// The lines after the first, those without a colon left out.
    var headers: [HTTPHeader] {
        lines.dropFirst().compactMap { line in
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            var value = line.utf8[line.utf8.index(after: colon)...]
            while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
            while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
            return HTTPHeader(String(line[..<colon]), String(Substring(value)))
        }
    }
}
