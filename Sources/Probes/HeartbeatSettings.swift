import Base
import Settings
import TimeSeries
import YAML

/// The section `heartbeats`: what this installation tells others while it works, and whose silence is an alert.
public struct HeartbeatSettings: Sendable, Hashable {
    /// An item of `out`: a receiver that is told again and again while all is well.
    public struct Outgoing: Sendable, Hashable {
        /// The receiver's name.
        public var receiver: String
        /// How often.
        public var every: Duration
    }

    /// An item of `in`: somebody who posts again and again, and whose silence is an alert.
    public struct Incoming: Sendable, Hashable {
        /// The last part of `/api/v1/heartbeat/NAME`.
        public var name: String
        /// How often beats come.
        public var every: Duration
        /// How much later a beat may be.
        public var grace: Duration
        /// On the alert; they win over its own.
        public var labels: Labels
        /// On the alert; they win over its own.
        public var annotations: Labels

        /// How long a silence is no alert yet.
        public var patience: Duration { every + grace }
    }

    /// The shortest interval of a heartbeat.
    public static let shortest = Duration.milliseconds(100)

    /// In the order of the text.
    public var outgoing: [Outgoing] = []
    /// In the order of the text; names are unique.
    public var incoming: [Incoming] = []
    private var receiverNodes: [Int: YAMLNode] = [:]

    /// No heartbeats.
    public init() {}

    /// Reads the section of the document `root`; reports what is wrong with it.
    public init(_ root: YAMLMappingReader, in decoding: YAMLDecoding) {
        guard let section = root.mapping("heartbeats") else { return }
        for node in section.list("out") ?? [] { readOutgoing(node, decoding) }
        for node in section.list("in") ?? [] { readIncoming(node, decoding) }
        section.finish()
    }

    /// Reports receivers that are not defined.
    public func check(receivers defined: some Sequence<String>, in decoding: YAMLDecoding) {
        let defined = Set(defined)
        for (index, beat) in outgoing.enumerated() where !defined.contains(beat.receiver) {
            guard let node = receiverNodes[index] else { continue }
            let near = NearMiss.best(for: beat.receiver, among: defined.sorted())
            decoding.report(
                "undefined receiver \"\(beat.receiver)\" used in heartbeats", at: node,
                hint: near.map { "did you mean '\($0)'?" })
        }
    }

    private mutating func readOutgoing(_ node: YAMLNode, _ decoding: YAMLDecoding) {
        guard let reader = decoding.mapping(node, as: "an item of 'out'") else { return }
        let receiver = reader.string("receiver") ?? ""
        if receiver.isEmpty { decoding.report("an outgoing heartbeat needs a 'receiver'", at: node) }
        let every = Self.duration("every", reader, decoding, atLeast: Self.shortest) ?? .seconds(60)
        reader.finish()
        if receiver.isEmpty { return }
        receiverNodes[outgoing.count] = reader.value("receiver") ?? node
        outgoing.append(Outgoing(receiver: receiver, every: every))
    }

    private mutating func readIncoming(_ node: YAMLNode, _ decoding: YAMLDecoding) {
        guard let reader = decoding.mapping(node, as: "an item of 'in'") else { return }
        let name = reader.string("name") ?? ""
        if name.isEmpty || name.contains("/") {
            decoding.report(
                name.isEmpty ? "an incoming heartbeat needs a 'name'" : "a heartbeat's 'name' cannot have a slash",
                at: reader.value("name") ?? node)
        } else if incoming.contains(where: { $0.name == name }) {
            decoding.report("heartbeat '\(name)' stands here already", at: reader.value("name") ?? node)
        }
        let every = Self.duration("every", reader, decoding, atLeast: Self.shortest)
        if every == nil, !reader.has("every") { decoding.report("heartbeat '\(name)' needs 'every'", at: node) }
        let grace = Self.duration("grace", reader, decoding, atLeast: .zero) ?? .zero
        let labels = Labels(reader.stringPairs("labels").map { ($0.name, $0.text) })
        let annotations = Labels(keepingEmpty: reader.stringPairs("annotations").map { ($0.name, $0.text) })
        reader.finish()
        guard !name.isEmpty, let every, !incoming.contains(where: { $0.name == name }) else { return }
        incoming.append(
            Incoming(name: name, every: every, grace: grace, labels: labels, annotations: annotations))
    }

    private static func duration(
        _ key: String, _ reader: YAMLMappingReader, _ decoding: YAMLDecoding, atLeast least: Duration
    ) -> Duration? {
        guard let value = reader.duration(key) else { return nil }
        if value < least, let node = reader.value(key) {
            decoding.report("'\(key)' must be \(PrometheusDuration.string(least)) at least", at: node)
        }
        return value
    }

    /// Equal by what they say, wherever it stands in the text.
    public static func == (left: HeartbeatSettings, right: HeartbeatSettings) -> Bool {
        left.outgoing == right.outgoing && left.incoming == right.incoming
    }

    /// By what they say.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(outgoing)
        hasher.combine(incoming)
    }
}
