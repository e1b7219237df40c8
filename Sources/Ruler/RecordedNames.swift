import PromQL
import TimeSeries

/// Which metric names are recorded by rules of this process, ALERTS included.
public struct RecordedNames: Sendable, Equatable {
    private var names: Set<String>

    /// The names of recording rules; the names of alert series are added.
    public init(_ names: some Sequence<String>) {
        self.names = Set(names).union([RuleSeries.alerts, RuleSeries.alertsForState])
    }

    /// These names and those of `earlier` of which `overlay` still has samples: what is not recorded any more is looked back at
    /// for a while, and a server need not have it.
    func joined(by earlier: RecordedNames, in overlay: EmbeddedStore) -> RecordedNames {
        var copy = self
        for name in earlier.names.subtracting(names)
        where !overlay.beginnings([LabelMatcher(Labels.metricName, equals: name)]).isEmpty {
            copy.names.insert(name)
        }
        return copy
    }

    /// Whether a selector in `expression` may select one of the names.
    public func areRead(by expression: Expr) -> Bool {
        if case .vectorSelector(let selector) = expression { return mayMatch(selector.matchers) }
        return expression.children.contains { areRead(by: $0) }
    }

    private func mayMatch(_ matchers: [LabelMatcher]) -> Bool {
        let conditions = matchers.filter { $0.name == Labels.metricName }
        return names.contains { name in conditions.allSatisfy { $0.matches(value: name) } }
    }
}
