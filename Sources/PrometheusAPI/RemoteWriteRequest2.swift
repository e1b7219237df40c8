import HTTPTransport
import TimeSeries

/// Bodies of remote write, version 2: the texts of all labels once, in a table.
///
/// - Source: Prometheus Remote-Write 2.0 specification; io.prometheus.write.v2.Request.
enum RemoteWriteRequest2 {
    /// The headers that go with such a body.
    static let headers: [(name: String, value: String)] = [
        ("Content-Type", "application/x-protobuf;proto=io.prometheus.write.v2.Request"),
        ("Content-Encoding", "snappy"), ("X-Prometheus-Remote-Write-Version", "2.0.0"),
    ]

    /// Whether an answer is one of a receiver that understood version 2: it says how much was written.
    static func isSpoken(by response: HTTPResponse) -> Bool {
        response.header("X-Prometheus-Remote-Write-Samples-Written") != nil
    }

    /// The body that says what bodies of version 1 say.
    /// - Throws: ``RemoteBodyError`` when one of them is none.
    static func encode(_ bodies: [[UInt8]]) throws(RemoteBodyError) -> [UInt8] {
        var series: [Series] = []
        for body in bodies { series += try RemoteWriteRequest.decode(body, limit: 256 << 20).series }
        var symbols = SymbolTable()
        let references = series.map { symbols.references(of: $0.labels) }
        var writer = ProtobufWriter()
        for text in symbols.texts { text.withUnsafeBufferPointer { writer.data(4, $0) } }
        for (one, labels) in zip(series, references) { writer.series2(5, one, labels: labels) }
        return Snappy.compress(writer.bytes)
    }

    private struct SymbolTable {
        var texts: [[UInt8]] = [[]]
        private var places: [[UInt8]: UInt64] = [[]: 0]

        mutating func references(of labels: Labels) -> [UInt64] {
            var found: [UInt64] = []
            labels.forEachUTF8 { name, value in
                for text in [Array(name), Array(value)] {
                    if let place = places[text] {
                        found.append(place)
                    } else {
                        places[text] = UInt64(texts.count)
                        found.append(UInt64(texts.count))
                        texts.append(text)
                    }
                }
            }
            return found
        }
    }
}
