import Base
import YAML

/// Who is told when an incident goes unacknowledged, and after how long.
public struct EscalationPolicy: Hashable, Sendable {
    /// One rung of the ladder.
    public struct Step: Hashable, Sendable {
        /// Counted from when the incident opened.
        public var after: Duration
        /// The receiver's name.
        public var receiver: String

        /// A step.
        public init(after: Duration, receiver: String) {
            self.after = after
            self.receiver = receiver
        }
    }

    /// In ascending order of ``Step/after``.
    public var steps: [Step]
    /// How often the last step is taken again; nil for once.
    public var repeatInterval: Duration?

    /// A policy.
    public init(steps: [Step], repeatInterval: Duration? = nil) {
        self.steps = steps
        self.repeatInterval = repeatInterval
    }

    /// The step that is taken when `taken` were taken before; nil when there is none any more.
    public func step(after taken: Int) -> Step? {
        if taken < steps.count { return steps[taken] }
        return repeatInterval == nil ? nil : steps.last
    }

    /// When that step is due in an incident that opened at `openedAt`.
    public func due(after taken: Int, openedAt: Timestamp) -> Timestamp? {
        if taken < steps.count { return openedAt + steps[taken].after }
        guard let repeatInterval, let last = steps.last else { return nil }
        return openedAt + last.after + repeatInterval * (taken - steps.count + 1)
    }
}

/// The section `escalation_policies`, as it is written.
public struct EscalationSettings: Sendable {
    /// By name.
    public var policies: [String: EscalationPolicy] = [:]
    private var receivers: [(name: String, node: YAMLNode)] = []

    /// No policies.
    public init() {}

    /// Reads the section of the document `root`; the reader is finished by the caller.
    public init(_ root: YAMLMappingReader, in decoding: YAMLDecoding) {
        guard let node = root.value("escalation_policies"), !node.isNull else { return }
        guard let pairs = node.mapping else {
            decoding.report("'escalation_policies' must be a mapping of names, not \(node.typeDescription)", at: node)
            return
        }
        for pair in pairs {
            guard let name = pair.key.scalar?.text, !name.isEmpty else {
                decoding.report("an escalation policy needs a name", at: pair.key)
                continue
            }
            if let policy = policy(pair.value, in: decoding) { policies[name] = policy }
        }
    }

    /// Reports receivers that are not defined.
    public func check(receivers defined: some Sequence<String>, in decoding: YAMLDecoding) {
        let defined = Set(defined)
        for (name, node) in receivers where !defined.contains(name) {
            let near = NearMiss.best(for: name, among: defined.sorted())
            decoding.report(
                "undefined receiver \"\(name)\" used in escalation policy", at: node,
                hint: near.map { "did you mean '\($0)'?" })
        }
    }

    private mutating func policy(_ node: YAMLNode, in decoding: YAMLDecoding) -> EscalationPolicy? {
        guard let reader = decoding.mapping(node, as: "escalation policy") else { return nil }
        var policy = EscalationPolicy(steps: [])
        for item in reader.list("steps") ?? [] {
            guard let step = decoding.mapping(item, as: "escalation step") else { continue }
            step.require("after")
            step.require("receiver")
            let after = step.duration("after") ?? .zero
            let receiver = step.string("receiver") ?? ""
            if let node = step.value("receiver"), !receiver.isEmpty { receivers.append((receiver, node)) }
            step.finish()
            if let last = policy.steps.last, after < last.after {
                decoding.report("a step must not come before the one above it", at: item)
            }
            policy.steps.append(.init(after: after, receiver: receiver))
        }
        if policy.steps.isEmpty { decoding.report("an escalation policy needs 'steps'", at: node) }
        policy.repeatInterval = reader.duration("repeat_interval")
        if let interval = policy.repeatInterval, interval <= .zero, let place = reader.value("repeat_interval") {
            decoding.report("repeat_interval cannot be zero", at: place)
        }
        reader.finish()
        return policy
    }
}
