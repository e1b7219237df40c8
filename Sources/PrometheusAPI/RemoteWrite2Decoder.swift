import TimeSeries

/// Reads the message of remote write 2: a table of texts, and series whose labels are places in it.
///
/// - Source: Prometheus Remote-Write 2.0 specification, io.prometheus.write.v2.Request; which series are refused and how
///   is observed on Prometheus 3.5.3.
struct RemoteWrite2Decoder: ~Copyable {
    private var builder: SampleBatchBuilder
    private var symbols: [UnsafeRawBufferPointer] = []
    private var references: [UInt32] = []
    private var budget = UnfoldingBudget()
    private var body = RemoteWriteBody()
    private var described: Set<RemoteWriteRequest.Metadata> = []

    /// What a message says; `bytes` must outlive the call only.
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) -> RemoteWriteBody {
        var decoder = RemoteWrite2Decoder(builder: SampleBatchBuilder(bytes: bytes.count))
        // The table may stand behind what refers to it.
        var table = ProtobufReader(bytes)
        while try table.next() {
            guard table.field == 4 else {
                try table.skip()
                continue
            }
            try decoder.budget.take(MemoryLayout<UnsafeRawBufferPointer>.stride)
            decoder.symbols.append(try table.data())
        }
        var reader = ProtobufReader(bytes)
        while try reader.next() {
            if reader.field == 5 { try decoder.series(try reader.data()) } else { try reader.skip() }
        }
        decoder.body.samples = decoder.builder.build()
        return decoder.body
    }

    private init(builder: consuming SampleBatchBuilder) { self.builder = builder }

    private mutating func series(_ message: UnsafeRawBufferPointer) throws(ProtobufError) {
        var reader = ProtobufReader(message)
        var histograms: [(timestamp: Int64, value: FloatHistogram)] = []
        var facts: UnsafeRawBufferPointer?
        references.removeAll(keepingCapacity: true)
        while try reader.next() {
            switch reader.field {
            case 1: try reader.unsigned(into: &references, limit: 2 * RemoteWriteRequest.maximumLabels)
            case 2:
                let (timestamp, value) = try RemoteSeriesDecoder.sample(try reader.data())
                try budget.takeSample()
                builder.append(value, at: timestamp)
            case 3:
                let histogram = try reader.data()
                try budget.takeHistogram(histogram)
                histograms.append(try RemoteSeriesDecoder.histogram(histogram, isStrict: true))
            case 4:
                body.exemplars += 1
                try reader.skip()
            case 5: facts = try reader.data()
            default: try reader.skip()
            }
        }
        try findLabels()
        let before = builder.count
        let verdict = builder.finish(histograms)
        if verdict != .usable {
            body.refusals.append(.init(place: before, reason: refusal(verdict)))
        } else if builder.count > before, let facts {
            try describe(pairs.last { $0.name == Labels.metricName }?.value ?? "", facts)
        }
    }

    private mutating func findLabels() throws(ProtobufError) {
        guard references.count % 2 == 0 else { throw ProtobufError("a label has a name and no value") }
        for place in stride(from: 0, to: references.count, by: 2) {
            let (name, value) = (try symbol(references[place]), try symbol(references[place + 1]))
            try budget.take(name.count + value.count)
            builder.append(name: name, value: value)
        }
    }

    private func symbol(_ reference: UInt32) throws(ProtobufError) -> UnsafeRawBufferPointer {
        guard reference < symbols.count else {
            throw ProtobufError("a label refers to symbol \(reference) of \(symbols.count)")
        }
        return symbols[Int(reference)]
    }

    private func text(_ reference: UInt32) throws(ProtobufError) -> String {
        String(decoding: try symbol(reference), as: UTF8.self)
    }

    /// Labels of the series that was ended last, as they came.
    private var pairs: [(name: String, value: String)] {
        builder.labels.map { (String(decoding: $0, as: UTF8.self), String(decoding: $1, as: UTF8.self)) }
    }

    /// Why a series with such labels is not taken.
    private func refusal(_ verdict: SampleBatchBuilder.Verdict) -> String {
        let pairs = pairs
        switch verdict {
        case .usable: return ""
        case .flawed: return "invalid metric name or labels, got \(Labels(pairs.map { ($0.name, $0.value) }).shown)"
        case .duplicates:
            let sorted = pairs.sorted { $0.name < $1.name }
            let twice = zip(sorted, sorted.dropFirst()).first { $0.name == $1.name }?.0.name ?? ""
            return "invalid labels for series, labels \(Labels.shown(sorted)), duplicated label \(twice)"
        }
    }

    private mutating func describe(_ metric: String, _ bytes: UnsafeRawBufferPointer) throws(ProtobufError) {
        var reader = ProtobufReader(bytes)
        var facts = RemoteWriteRequest.Metadata(type: "unknown", metric: metric, help: "", unit: "")
        while try reader.next() {
            switch reader.field {
            case 1: facts.type = RemoteWriteRequest.Metadata.type(try reader.varint())
            case 3: facts.help = try text(UInt32(truncatingIfNeeded: try reader.varint()))
            case 4: facts.unit = try text(UInt32(truncatingIfNeeded: try reader.varint()))
            default: try reader.skip()
            }
        }
        try budget.take(metric.utf8.count + facts.help.utf8.count + facts.unit.utf8.count)
        if facts.type == "unknown", facts.help.isEmpty, facts.unit.isEmpty { return }
        if ["histogram", "summary", "gaugehistogram"].contains(facts.type) {
            // The series of one classic histogram are described each, their metric is meant.
            for suffix in ["_bucket", "_count", "_sum"] where metric.hasSuffix(suffix) {
                facts.metric = String(metric.dropLast(suffix.utf8.count))
            }
        }
        if described.insert(facts).inserted { body.metadata.append(facts) }
    }
}
