internal import Synchronization

/// Which stages have been seen so far.
final class DemoProgress: Sendable {
    private let seen = Mutex<Set<DemoStage>>([])

    /// Notes a stage; true when it is new.
    func note(_ stage: DemoStage) -> Bool { seen.withLock { $0.insert(stage).inserted } }

    /// Stages not seen yet, in order.
    var missing: [DemoStage] { seen.withLock { seen in DemoStage.allCases.filter { !seen.contains($0) } } }
}
