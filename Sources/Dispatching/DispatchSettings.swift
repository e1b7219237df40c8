import Alerts
import Base
import YAML

/// The sections of a configuration that the dispatcher owns, as they are written: `route`, `inhibit_rules`,
/// `time_intervals`, `mute_time_intervals`, `templates`, and `resolve_timeout` of `global`.
public struct DispatchSettings: Sendable {
    /// A name that another section must define, and where it was used.
    public struct Reference: Sendable {
        /// The name.
        public let name: String
        /// Where it stands.
        public let node: YAMLNode
    }

    /// `global.resolve_timeout`.
    public var resolveTimeout: Duration = .seconds(300)
    /// The root of the routing tree; nil when there is no `route`.
    public var route: RouteConfiguration?
    /// `inhibit_rules`.
    public var inhibitRules: [InhibitRule] = []
    /// `time_intervals` and `mute_time_intervals`.
    public var timeIntervals: [String: [TimeInterval]] = [:]
    /// `templates`: glob patterns, relative to the file's folder.
    public var templates: [Reference] = []
    /// Receivers that routes name.
    public internal(set) var receiverReferences: [Reference] = []
    /// Escalation policies that routes name.
    public internal(set) var policyReferences: [Reference] = []

    /// Nothing but defaults.
    public init() {}

    /// Reads the dispatcher's sections of the document `root` and of `global`; both readers are finished by the caller.
    public init(_ root: YAMLMappingReader, global: YAMLMappingReader?, in decoding: YAMLDecoding) {
        resolveTimeout = global?.duration("resolve_timeout") ?? resolveTimeout
        for key in ["time_intervals", "mute_time_intervals"] {
            if let node = root.value(key) {
                TimeInterval.decode(node, key: key, in: decoding, into: &timeIntervals)
            }
        }
        var decoder = RouteDecoder(decoding: decoding, intervals: Set(timeIntervals.keys))
        if let node = root.value("route"), !node.isNull { route = decoder.root(node) }
        receiverReferences = decoder.receivers
        policyReferences = decoder.policies
        inhibitRules = (root.list("inhibit_rules") ?? []).compactMap { InhibitRule($0, in: decoding) }
        for node in root.list("templates") ?? [] {
            if let pattern = decoding.string(node, as: "an item of 'templates'") {
                templates.append(Reference(name: pattern, node: node))
            }
        }
    }

    /// Reports names that no section defines.
    public func check(receivers: some Sequence<String>, policies: some Sequence<String>, in decoding: YAMLDecoding) {
        let receivers = Set(receivers)
        for reference in receiverReferences where !receivers.contains(reference.name) {
            let near = NearMiss.best(for: reference.name, among: receivers.sorted())
            decoding.report(
                "undefined receiver \"\(reference.name)\" used in route", at: reference.node,
                hint: near.map { "did you mean '\($0)'?" })
        }
        let policies = Set(policies)
        for reference in policyReferences where !reference.name.isEmpty && !policies.contains(reference.name) {
            let near = NearMiss.best(for: reference.name, among: policies.sorted())
            decoding.report(
                "undefined escalation policy \"\(reference.name)\" used in route", at: reference.node,
                hint: near.map { "did you mean '\($0)'?" })
        }
    }

    /// The configuration to run by; nil without a route.
    public func configuration(receivers: [String: [IntegrationProfile]], externalURL: String)
        -> DispatchConfiguration?
    {
        guard let route else { return nil }
        return DispatchConfiguration(
            tree: RouteTree(route), receivers: receivers, inhibitRules: inhibitRules, timeIntervals: timeIntervals,
            resolveTimeout: resolveTimeout, externalURL: externalURL)
    }
}
