import TimeSeries

/// What identifies a rule across reloads and restarts.
public struct RuleIdentity: Hashable, Sendable {
    /// The rule file's path.
    public var file: String
    /// The group's name.
    public var group: String
    /// The rule's kind, name, labels and ordinal.
    public var rule: String

    /// An identity.
    public init(file: String, group: String, rule: String) {
        self.file = file
        self.group = group
        self.rule = rule
    }
}

/// An alert of a rule as it is kept in the state folder: keyed by rule and labels.
public struct AlertStateRecord: Hashable, Sendable {
    /// Whose alert it is.
    public var rule: RuleIdentity
    /// The alert.
    public var alert: ActiveAlert

    /// A record.
    public init(rule: RuleIdentity, alert: ActiveAlert) {
        self.rule = rule
        self.alert = alert
    }
}

/// Transitions of one rule's alerts that must survive a restart.
public struct AlertStateChanges: Hashable, Sendable {
    /// Whose alerts they are.
    public var rule: RuleIdentity
    /// New or changed.
    public var updated: [ActiveAlert]
    /// Forgotten, by their labels.
    public var removed: [Labels]

    /// Changes.
    public init(rule: RuleIdentity, updated: [ActiveAlert], removed: [Labels]) {
        self.rule = rule
        self.updated = updated
        self.removed = removed
    }
}
