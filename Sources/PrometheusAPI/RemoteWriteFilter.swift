import Settings
import TimeSeries

/// What becomes of a sample's labels before it is queued for a target: external labels where it has none of that name,
/// then `write_relabel_configs`.
public struct RemoteWriteFilter: Sendable {
    /// Label sets remembered at most; relabelling is done anew for what is forgotten.
    static let memory = 100_000

    private let external: Labels
    private let rules: [RelabelRule]
    private let takesHistograms: Bool
    private var known: [Labels: Labels?] = [:]

    /// The filter of one target.
    public init(_ settings: RemoteWriteSettings, externalLabels: Labels) {
        external = externalLabels
        rules = settings.relabelling
        takesHistograms = settings.sendNativeHistograms
    }

    /// What leaves of `samples`, in their order.
    public mutating func apply(to samples: [RemoteWriteSample]) -> [RemoteWriteSample] {
        if external.isEmpty, rules.isEmpty, takesHistograms { return samples }
        return samples.compactMap { sample in
            if case .histogram = sample.value, !takesHistograms { return nil }
            guard let labels = leaving(sample.labels) else { return nil }
            var sample = sample
            sample.labels = labels
            return sample
        }
    }

    private mutating func leaving(_ labels: Labels) -> Labels? {
        if external.isEmpty, rules.isEmpty { return labels }
        if let found = known[labels] { return found }
        var builder = LabelsBuilder(labels)
        for (name, value) in external where builder[name] == nil { builder[name] = value }
        let result = rules.apply(to: builder.labels).flatMap { $0.isEmpty ? nil : $0 }
        if known.count >= Self.memory { known.removeAll(keepingCapacity: true) }
        known[labels] = .some(result)
        return result
    }
}
