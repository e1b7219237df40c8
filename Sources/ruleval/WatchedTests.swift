import Base
import Daemon
@preconcurrency import Glibc
import RuleTests
import Synchronization

/// Runs tests again whenever a file that they read changes.
struct WatchedTests {
    /// How often files are looked at.
    private static let pause = Duration.milliseconds(250)

    let operands: [String]
    let run: TestRun

    /// Runs until a signal comes.
    func go(until signals: SignalStream) async -> Int32 {
        let watching = Task { await watch() }
        for await _ in signals { break }
        watching.cancel()
        await watching.value
        return ExitStatus.clean
    }

    private func watch() async {
        var watch = TestWatch()
        var isFirst = true
        var failure = ""
        while !Task.isCancelled {
            do throws(Diagnostic) {
                let files = try TestRun.files(operands)
                var touched = watch.touched(files, look: Self.stamp) { (try? PathGlob.expand($0)) ?? [] }
                if !touched.isEmpty || isFirst {
                    let report = run.run(touched) { test, patterns, _ in watch.note(test, patterns: patterns) }
                    Terminal.out(report.text)
                    if isFirst { Terminal.error("watching \(files.count) files of tests; ^C ends") }
                    isFirst = false
                    // Rule files that are known only now count from what they are now.
                    touched = watch.touched(files, look: Self.stamp) { (try? PathGlob.expand($0)) ?? [] }
                }
                failure = ""
            } catch {
                if failure != error.message { Terminal.error("ruleval test: \(error.message)") }
                failure = error.message
            }
            do { try await Task.sleep(for: Self.pause) } catch { return }
        }
    }

    private static func stamp(_ path: String) -> TestWatch.Stamp? {
        var facts = stat()
        guard stat(path, &facts) == 0 else { return nil }
        let modified = Int64(facts.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(facts.st_mtim.tv_nsec)
        return .init(size: Int64(facts.st_size), modified: modified, inode: UInt64(facts.st_ino))
    }
}
