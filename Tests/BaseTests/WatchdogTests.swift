import Base
import Synchronization
import TestSupport
import Testing

@Suite("What takes too long")
struct WatchdogTests {
    @Test func whatIsInTimeGivesItsValue() async {
        #expect(await Watchdog.shared.within(.seconds(60)) { 5 } == 5)
    }

    @Test func whatIsLateIsCancelledAndGivesNothing() async {
        let isCancelled = Mutex(false)
        let value = await Watchdog.shared.within(.milliseconds(50)) {
            await untilCancelled()
            isCancelled.withLock { $0 = true }
            return 5
        }
        #expect(value == nil)
        #expect(isCancelled.withLock { $0 })
    }

    @Test func cancellingTheWaitingTaskCancelsTheWork() async {
        let task = Task {
            await Watchdog.shared.within(.seconds(120)) {
                await untilCancelled()
                return "cancelled"
            }
        }
        task.cancel()
        #expect(await task.value == "cancelled")
    }

    @Test func manyAreWatchedAtOnce() async {
        await withTaskGroup(of: Int?.self) { group in
            for number in 0..<100 {
                group.addTask {
                    await Watchdog.shared.within(number % 2 == 0 ? .milliseconds(20) : .seconds(60)) {
                        if number % 2 == 0 { await untilCancelled() }
                        return number
                    }
                }
            }
            var odd = 0
            for await value in group { odd += value.map { $0 % 2 } ?? 0 }
            #expect(odd == 50)
        }
    }
}
