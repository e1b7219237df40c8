import RegularExpressions
import TimeSeries

extension [RelabelRule] {
    /// The labels after all steps; nil when a step drops the series or alert.
    public func apply(to labels: Labels) -> Labels? {
        if isEmpty { return labels }
        var builder = LabelsBuilder(labels)
        for rule in self where !rule.apply(to: &builder) { return nil }
        return builder.labels
    }
}

extension RelabelRule {
    /// Changes `labels`; false when they are dropped.
    func apply(to labels: inout LabelsBuilder) -> Bool {
        let joined = sourceLabels.map { labels[$0] ?? "" }.joined(separator: separator)
        switch action {
        case .keep: return regex.matches(joined)
        case .drop: return !regex.matches(joined)
        case .keepequal: return (labels[targetLabel] ?? "") == joined
        case .dropequal: return (labels[targetLabel] ?? "") != joined
        case .replace: replace(joined, in: &labels)
        case .lowercase: labels[targetLabel] = joined.lowercased()
        case .uppercase: labels[targetLabel] = joined.uppercased()
        case .hashmod: labels[targetLabel] = String(Self.hash(joined) % max(1, modulus))
        case .labelmap:
            for (name, value) in labels.labels {
                if let mapped = expanded(replacement, matching: name) { labels[mapped] = value }
            }
        case .labeldrop: for (name, _) in labels.labels where regex.matches(name) { labels[name] = nil }
        case .labelkeep: for (name, _) in labels.labels where !regex.matches(name) { labels[name] = nil }
        }
        return true
    }

    private func replace(_ joined: String, in labels: inout LabelsBuilder) {
        guard let target = expanded(targetLabel, matching: joined), !target.isEmpty,
            let value = expanded(replacement, matching: joined)
        else { return }
        labels[target] = value
    }

    /// `template` filled with the groups of the match; nil without a match.
    private func expanded(_ template: String, matching text: String) -> String? {
        var text = text
        return text.withUTF8 { bytes in
            guard let spans = regex.firstMatch(in: bytes) else { return nil }
            return template.utf8.contains(UInt8(ascii: "$")) ? regex.expand(template, spans, in: bytes) : template
        }
    }

    /// The last eight bytes of the MD5 sum, the highest first, as Prometheus shards.
    private static func hash(_ text: String) -> UInt64 {
        MD5.sum(Array(text.utf8))[8...].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
