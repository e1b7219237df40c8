import Ruler
internal import Synchronization

/// Which rules fail at the moment, so that the log tells of changes only.
final class FailingRules: Sendable {
    enum Change {
        case began, ended, nothing
    }

    private let rules = Mutex<Set<RuleIdentity>>([])

    func note(_ rule: RuleIdentity, isFailing: Bool) -> Change {
        rules.withLock { rules in
            if isFailing { return rules.insert(rule).inserted ? .began : .nothing }
            return rules.remove(rule) == nil ? .nothing : .ended
        }
    }
}
