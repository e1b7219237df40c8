import Base
import PromQL
import YAML

/// A rule file as Prometheus reads it.
public struct RuleFile: Sendable, Equatable {
    /// The file's name as the user gave it.
    public var path: String
    /// In the order of the file, no name twice.
    public var groups: [RuleGroup]
    /// The document it was read from, for comments and source lines; nil when it was built in code.
    public var document: YAMLDocument?

    /// A rule file.
    public init(path: String, groups: [RuleGroup], document: YAMLDocument? = nil) {
        self.path = path
        self.groups = groups
        self.document = document
    }

    /// Alerting rules in all groups.
    public var alertingCount: Int { groups.reduce(0) { $0 + $1.rules.count(where: \.isAlerting) } }
    /// Recording rules in all groups.
    public var recordingCount: Int { groups.reduce(0) { $0 + $1.rules.count(where: { !$0.isAlerting }) } }

    /// The same without the document and the places in it, which hold all of its text and nodes: enough to evaluate it.
    public var withoutPlaces: RuleFile {
        var copy = self
        copy.document = nil
        for group in copy.groups.indices {
            for index in copy.groups[group].labels.indices { copy.groups[group].labels[index].node = nil }
            for rule in copy.groups[group].rules.indices { copy.groups[group].rules[rule].forgetPlaces() }
        }
        return copy
    }

    /// Equal by path and groups, wherever they stand in the text.
    public static func == (left: RuleFile, right: RuleFile) -> Bool {
        left.path == right.path && left.groups == right.groups
    }
}

/// Rules that are evaluated one after the other at the same instants.
public struct RuleGroup: Sendable, Equatable {
    /// Unique in its file.
    public var name: String
    /// The file it stands in.
    public var file: String
    /// Nil and zero: the server's evaluation interval.
    public var interval: Duration?
    /// Most alerts or series a rule may give; zero (and below): no limit.
    public var limit: Int
    /// Labels that every rule gets which does not set them itself, in the order of the file.
    public var labels: [RuleField]
    /// How far evaluation looks into the past; nil: the server's default.
    public var queryOffset: Duration?
    /// In the order of evaluation.
    public var rules: [Rule]
    /// Where it begins; nil when it was built in code.
    public var position: SourcePosition?

    /// A group.
    public init(
        name: String, file: String, interval: Duration? = nil, limit: Int = 0, labels: [RuleField] = [],
        queryOffset: Duration? = nil, rules: [Rule], position: SourcePosition? = nil
    ) {
        self.name = name
        self.file = file
        self.interval = interval
        self.limit = limit
        self.labels = labels
        self.queryOffset = queryOffset
        self.rules = rules
        self.position = position
    }

    /// Equal by content, wherever it stands in the text.
    public static func == (left: RuleGroup, right: RuleGroup) -> Bool {
        left.name == right.name && left.file == right.file && left.interval == right.interval
            && left.limit == right.limit && left.labels == right.labels && left.queryOffset == right.queryOffset
            && left.rules == right.rules
    }
}
