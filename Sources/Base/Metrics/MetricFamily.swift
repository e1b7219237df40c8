internal import Synchronization

/// All series of one name: an instrument for each combination of label values.
public final class MetricFamily<Instrument: MetricInstrument>: Sendable {
    /// The metric's name.
    public let name: String
    /// What it means, one line.
    public let help: String
    /// The names of its labels.
    public let labels: [String]
    private let make: @Sendable () -> Instrument
    private let instruments = Mutex<[[String]: Instrument]>([:])

    init(name: String, help: String, labels: [String], make: @escaping @Sendable () -> Instrument) {
        self.name = name
        self.help = help
        self.labels = labels
        self.make = make
    }

    /// The instrument for these label values, in the order of ``labels``; made when it is new.
    public func with(_ values: String...) -> Instrument { with(values) }

    /// The instrument for these label values, in the order of ``labels``; made when it is new.
    public func with(_ values: [String]) -> Instrument {
        precondition(values.count == labels.count, "metric \(name) has \(labels.count) labels, not \(values.count)")
        return instruments.withLock { instruments in
            if let known = instruments[values] { return known }
            let made = make()
            instruments[values] = made
            return made
        }
    }

    /// Forgets the instruments whose label values `isGone` accepts, as after a reload.
    public func remove(where isGone: ([String]) -> Bool) {
        instruments.withLock { instruments in
            for values in instruments.keys.filter(isGone) { instruments[values] = nil }
        }
    }

    /// The exposition of the family; empty without an instrument.
    func text() -> String {
        let all = instruments.withLock { Array($0) }
        if all.isEmpty { return "" }
        var out = "# HELP \(name) \(MetricsRegistry.escapedHelp(help))\n# TYPE \(name) \(Instrument.kind)\n"
        for (values, instrument) in all.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            for sample in instrument.samples() {
                out += name + sample.suffix
                var pairs = zip(labels, values).map { "\($0)=\"\(MetricsRegistry.escapedValue($1))\"" }
                if let label = sample.label { pairs.append("\(label)=\"\(sample.labelValue)\"") }
                if !pairs.isEmpty { out += "{" + pairs.joined(separator: ",") + "}" }
                out += " \(MetricsRegistry.number(sample.value))\n"
            }
        }
        return out
    }
}
