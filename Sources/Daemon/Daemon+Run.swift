import Base
@preconcurrency import Glibc
import Ruler

extension Daemon {
    /// How long an orderly end may take before the process ends all the same.
    static let stopLimit = Duration.milliseconds(4500)
    /// How long after a start or a reload what only these needed is given back.
    private static let settlingTime = Duration.seconds(15)
    /// How often what rare work has read is given back.
    private static let settlingInterval = Duration.seconds(600)

    /// Starts, serves until SIGTERM or SIGINT, reloads at SIGHUP; returns the exit status.
    public func run(_ signals: SignalStream) async throws(DaemonFailure) -> Int32 {
        let manager = ServiceManager()
        try await start()
        manager.ready()
        var settling = settle()
        for await number in signals {
            if number == SIGHUP {
                manager.reloading()
                // A refusal is in the log, and the old configuration stays in force.
                try? await reload()
                manager.ready()
                settling.cancel()
                settling = settle()
                continue
            }
            break
        }
        settling.cancel()
        manager.stopping()
        log.write(.info, "stopping")
        let limit = Task.detached {
            try? await Task.sleep(for: Self.stopLimit)
            if !Task.isCancelled { exit(0) }
        }
        await stop()
        limit.cancel()
        return 0
    }

    /// Gives memory back once all rules have been evaluated, and from time to time.
    private nonisolated func settle() -> Task<Void, Never> {
        Task.detached {
            var pause = Self.settlingTime
            while (try? await Task.sleep(for: pause)) != nil {
                Heap.settle()
                pause = Self.settlingInterval
            }
        }
    }
}

extension Daemon {
    /// All rule groups as they are now.
    public nonisolated func ruleStatus() async -> [RuleGroupStatus] { await ruler.status() }
}
