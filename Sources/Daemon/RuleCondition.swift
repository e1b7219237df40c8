import Ruler
internal import Synchronization

/// Of which rules something holds at the moment (they fail, they are warned of), so that the log tells of changes only.
final class RuleCondition: Sendable {
    enum Change {
        case began, ended, nothing
    }

    private let rules = Mutex<Set<RuleIdentity>>([])

    func note(_ rule: RuleIdentity, holds: Bool) -> Change {
        rules.withLock { rules in
            if holds { return rules.insert(rule).inserted ? .began : .nothing }
            return rules.remove(rule) == nil ? .nothing : .ended
        }
    }
}
