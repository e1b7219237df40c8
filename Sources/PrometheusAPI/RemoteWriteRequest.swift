import TimeSeries

/// Bodies of remote write, version 1: protocol buffers under snappy.
///
/// - Source: Prometheus Remote-Write 1.0 specification; prompb/remote.proto, WriteRequest.
public enum RemoteWriteRequest {
    /// The headers that go with such a body.
    public static let headers: [(name: String, value: String)] = [
        ("Content-Type", "application/x-protobuf"), ("Content-Encoding", "snappy"),
        ("X-Prometheus-Remote-Write-Version", "0.1.0"),
    ]

    /// What is known of a metric.
    public struct Metadata: Hashable, Sendable {
        /// `counter`, `gauge`, `histogram` …; `unknown` when it was not said.
        public var type: String
        /// The metric's name.
        public var metric: String
        /// The help text.
        public var help: String
        /// The unit.
        public var unit: String
    }

    /// The body for `series`; samples in time order.
    public static func encode(_ series: [Series]) -> [UInt8] {
        var writer = ProtobufWriter()
        for one in series { writer.series(1, one) }
        return Snappy.compress(writer.bytes)
    }

    /// One body with all that `bodies` hold, in their order. What is no such body is left out.
    public static func join(_ bodies: [[UInt8]]) -> [UInt8] {
        if bodies.count == 1 { return bodies[0] }
        var whole: [UInt8] = []
        // Messages that follow one another are one message with all of their fields.
        for body in bodies { whole += (try? Snappy.uncompress(body, limit: 256 << 20)) ?? [] }
        return Snappy.compress(whole)
    }

    /// Reads a body; series without samples are left out, the order of samples is the sender's.
    /// - Throws: ``RemoteBodyError`` when it is not such a body, or unfolds to more than `limit` bytes.
    public static func decode(_ body: [UInt8], limit: Int) throws(RemoteBodyError) -> (
        series: [Series], metadata: [Metadata]
    ) {
        do throws(ProtobufError) {
            let bytes = try Snappy.uncompress(body, limit: limit)
            let result: Result<([Series], [Metadata]), ProtobufError> = bytes.withUnsafeBytes { bytes in
                do throws(ProtobufError) { return .success(try decode(bytes)) } catch { return .failure(error) }
            }
            return try result.get()
        } catch {
            throw RemoteBodyError(message: error.description)
        }
    }

    private static func decode(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) -> ([Series], [Metadata]) {
        var reader = ProtobufReader(bytes)
        var decoder = RemoteSeriesDecoder()
        var all: [Series] = []
        var metadata: [Metadata] = []
        while try reader.next() {
            switch reader.field {
            case 1: if let series = try decoder.series(try reader.data()) { all.append(series) }
            case 3: metadata.append(try Metadata(try reader.data()))
            default: try reader.skip()
            }
        }
        return (all, metadata)
    }
}

/// Why a body of remote write or read cannot be used.
public struct RemoteBodyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence.
    public var message: String
    /// The message.
    public var description: String { message }

    /// An error.
    public init(message: String) { self.message = message }
}

extension RemoteWriteRequest.Metadata {
    private static let types = [
        "unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset",
    ]

    init(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) {
        var reader = ProtobufReader(bytes)
        type = "unknown"
        metric = ""
        help = ""
        unit = ""
        while try reader.next() {
            switch reader.field {
            case 1:
                let number = try reader.varint()
                type = number < UInt64(Self.types.count) ? Self.types[Int(number)] : "unknown"
            case 2: metric = String(decoding: try reader.data(), as: UTF8.self)
            case 4: help = String(decoding: try reader.data(), as: UTF8.self)
            case 5: unit = String(decoding: try reader.data(), as: UTF8.self)
            default: try reader.skip()
            }
        }
    }
}
