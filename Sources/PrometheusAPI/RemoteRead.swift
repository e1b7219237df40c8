import HTTPTransport
import TimeSeries

/// Bodies of remote read, samples form.
///
/// - Source: prometheus/prometheus prompb/remote.proto, ReadRequest and ReadResponse.
enum RemoteRead {
    /// The headers that go with a request.
    static let headers: [(name: String, value: String)] = [
        ("Content-Type", "application/x-protobuf"), ("Content-Encoding", "snappy"),
        ("X-Prometheus-Remote-Read-Version", "0.1.0"),
    ]

    /// The body that asks for `requests`.
    ///
    /// - Parameter externalNames: labels that the server adds when it answers: it would take an equality with such a
    ///   label for one with the added value, but not a regular expression.
    static func encode(_ requests: [SeriesRequest], externalNames: Set<String>) -> [UInt8] {
        var writer = ProtobufWriter()
        for request in requests {
            writer.message(1) { writer in
                writer.signed(1, request.start.milliseconds)
                writer.signed(2, request.end.milliseconds)
                for matcher in request.matchers {
                    writer.message(3) { writer in
                        let isExternal = matcher.operation == .equal && externalNames.contains(matcher.name)
                        writer.varint(1, isExternal ? 2 : type(of: matcher.operation))
                        writer.string(2, matcher.name)
                        writer.string(3, isExternal ? escaped(matcher.value) : matcher.value)
                    }
                }
            }
        }
        return Snappy.compress(writer.bytes)
    }

    private static func type(of operation: LabelMatcher.Operation) -> UInt64 {
        switch operation {
        case .equal: 0
        case .notEqual: 1
        case .matches: 2
        case .notMatches: 3
        }
    }

    /// A regular expression that matches exactly `text`.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            if "\\.+*?()|[]{}^$".contains(character) { out.append("\\") }
            out.append(character)
        }
        return out
    }

    /// The answers in a body, one for each request.
    static func decode(_ body: [UInt8], count: Int, budget: ByteBudget, externalLabels: Labels)
        throws(ProtobufError) -> [[Series]]
    {
        let bytes = try Snappy.uncompress(body, limit: budget.remaining)
        guard budget.take(bytes.count) else { throw ProtobufError("the samples take more memory than allowed") }
        let result: Result<[[Series]], ProtobufError> = bytes.withUnsafeBytes { bytes in
            do throws(ProtobufError) { return .success(try results(bytes, externalLabels, budget)) } catch {
                return .failure(error)
            }
        }
        let answers = try result.get()
        guard answers.count == count else {
            throw ProtobufError("\(answers.count) results came for \(count) queries")
        }
        return answers
    }

    private static func results(
        _ bytes: UnsafeRawBufferPointer, _ externalLabels: Labels, _ budget: ByteBudget
    ) throws(ProtobufError) -> [[Series]] {
        var reader = ProtobufReader(bytes)
        var answers: [[Series]] = []
        var decoder = RemoteSeriesDecoder(budget: budget)
        while try reader.next() {
            guard reader.field == 1 else {
                try reader.skip()
                continue
            }
            var result = ProtobufReader(try reader.data())
            var all: [Series] = []
            while try result.next() {
                guard result.field == 1 else {
                    try result.skip()
                    continue
                }
                guard var series = try decoder.series(try result.data(), .shared) else { continue }
                for index in series.timestamps.indices.dropFirst()
                where series.timestamps[index - 1] >= series.timestamps[index] {
                    throw ProtobufError("the samples of a series are not in time order")
                }
                if !externalLabels.isEmpty { series.labels = without(externalLabels, series.labels) }
                all.append(series)
            }
            answers.append(all)
        }
        return answers
    }

    private static func without(_ external: Labels, _ labels: Labels) -> Labels {
        var builder = LabelsBuilder(labels)
        for (name, value) in external where builder[name] == value { builder[name] = nil }
        return builder.labels
    }
}
