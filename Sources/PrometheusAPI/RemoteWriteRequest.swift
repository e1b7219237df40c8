import TimeSeries

/// Bodies of remote write: protocol buffers under snappy. Version 1 is written, both are read.
///
/// - Source: Prometheus Remote-Write 1.0 and 2.0 specifications; prompb/remote.proto, WriteRequest.
public enum RemoteWriteRequest {
    /// The headers that go with such a body.
    public static let headers: [(name: String, value: String)] = [
        ("Content-Type", "application/x-protobuf"), ("Content-Encoding", "snappy"),
        ("X-Prometheus-Remote-Write-Version", "0.1.0"),
    ]

    /// The two messages there are.
    public enum Version: String, Hashable, Sendable, CaseIterable {
        /// Labels as texts.
        case one = "prometheus.WriteRequest"
        /// Labels as places in a table of texts.
        case two = "io.prometheus.write.v2.Request"
    }

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

    /// Labels of one series that are taken.
    public static let maximumLabels = 1000

    /// Reads a body; series without samples are left out, the order of samples is the sender's.
    /// - Throws: ``RemoteBodyError`` when it is not such a body, or unfolds to more than `limit` bytes.
    public static func decode(_ body: [UInt8], version: Version = .one, limit: Int) throws(RemoteBodyError)
        -> RemoteWriteBody
    {
        do throws(ProtobufError) {
            let bytes = try Snappy.uncompress(body, limit: min(limit, Int(Int32.max)))
            let result: Result<RemoteWriteBody, ProtobufError> = bytes.withUnsafeBytes { bytes in
                do throws(ProtobufError) {
                    return .success(
                        try version == .one ? RemoteWriteDecoder.decode(bytes) : RemoteWrite2Decoder.decode(bytes))
                } catch { return .failure(error) }
            }
            return try result.get()
        } catch {
            throw RemoteBodyError(message: error.description)
        }
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
    static let types = [
        "unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset",
    ]

    /// The name of a type; both versions number them alike.
    static func type(_ number: UInt64) -> String {
        number < UInt64(types.count) ? types[Int(number)] : "unknown"
    }

    init(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) {
        var reader = ProtobufReader(bytes)
        type = "unknown"
        metric = ""
        help = ""
        unit = ""
        while try reader.next() {
            switch reader.field {
            case 1:
                type = Self.type(try reader.varint())
            case 2: metric = String(decoding: try reader.data(), as: UTF8.self)
            case 4: help = String(decoding: try reader.data(), as: UTF8.self)
            case 5: unit = String(decoding: try reader.data(), as: UTF8.self)
            default: try reader.skip()
            }
        }
    }
}
