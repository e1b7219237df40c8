import Base
import Settings
import TimeSeries
import YAML

/// The section `self_watch`: alerts about ruleval itself.
public struct SelfWatchSettings: Sendable, Hashable {
    /// How often it is looked.
    public var interval: Duration = .seconds(15)
    /// How long something must be wrong.
    public var hold: Duration = .seconds(300)
    /// On every alert, beside its own.
    public var labels: Labels = ["severity": "warning"]
    /// The source is slow when its answers take longer.
    public var slowAfter: Duration = .seconds(5)
    /// Remote write lags when its oldest sample waits longer.
    public var lagAfter: Duration = .seconds(60)
    /// A selector is told of when it has matched nothing for so long.
    public var unmatchedAfter: Duration = .seconds(24 * 3600)
    /// What is not told of.
    public var disabled: Set<SelfWatchAlert> = []

    /// The defaults.
    public init() {}

    /// Reads the section of the document `root`; nil when it is absent or `false`.
    init?(_ root: YAMLMappingReader, in decoding: YAMLDecoding) {
        guard let node = root.value("self_watch") else { return nil }
        if node.isNull { return }
        if node.mapping == nil {
            guard let isOn = decoding.bool(node, as: "'self_watch'"), isOn else { return nil }
            return
        }
        guard let reader = decoding.mapping(node, as: "'self_watch'") else { return nil }
        func duration(_ key: String, _ value: inout Duration, atLeast least: Duration) {
            guard let given = reader.duration(key) else { return }
            if given < least, let node = reader.value(key) {
                decoding.report("'\(key)' must be \(PrometheusDuration.string(least)) at least", at: node)
            }
            value = given
        }
        duration("interval", &interval, atLeast: .milliseconds(100))
        duration("for", &hold, atLeast: .zero)
        duration("source_slow_after", &slowAfter, atLeast: .milliseconds(1))
        duration("remote_write_lagging_after", &lagAfter, atLeast: .milliseconds(1))
        duration("selector_unmatched_after", &unmatchedAfter, atLeast: .milliseconds(100))
        if reader.has("labels") { labels = Labels(reader.stringPairs("labels").map { ($0.name, $0.text) }) }
        for node in reader.list("disabled") ?? [] {
            guard let name = decoding.string(node, as: "an item of 'disabled'") else { continue }
            if let alert = SelfWatchAlert(rawValue: name) {
                disabled.insert(alert)
            } else {
                let near = NearMiss.best(for: name, among: SelfWatchAlert.allCases.map(\.rawValue))
                decoding.report(
                    "self_watch has no alert '\(name)'", at: node, hint: near.map { "did you mean '\($0)'?" })
            }
        }
        reader.finish()
    }
}

/// What ruleval tells about itself: the names of the alerts.
public enum SelfWatchAlert: String, Sendable, Hashable, CaseIterable {
    /// A rule gives no result.
    case ruleFailing = "RulevalRuleFailing"
    /// A group is not evaluated in time, or ticks of it are skipped.
    case groupLate = "RulevalGroupLate"
    /// The source does not answer.
    case sourceDown = "RulevalSourceDown"
    /// The source takes long to answer.
    case sourceSlow = "RulevalSourceSlow"
    /// A selector of a rule has matched nothing for a long time.
    case selectorUnmatched = "RulevalSelectorUnmatched"
    /// Samples wait for a remote write target.
    case remoteWriteLagging = "RulevalRemoteWriteLagging"
    /// A receiver or an Alertmanager cannot be told.
    case deliveryFailing = "RulevalDeliveryFailing"
    /// State cannot be kept, or was damaged.
    case stateFailing = "RulevalStateFailing"

    /// Whether it is told at once: what it says has lasted already, or does not last.
    var isImmediate: Bool { self == .selectorUnmatched }
}
