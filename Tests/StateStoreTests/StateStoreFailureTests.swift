import Base
import Synchronization
import Testing

@testable import StateStore

@Suite("A failing disk")
struct StateStoreFailureTests {
    private static func big(_ number: Int) -> HistoryRecord {
        StateStoreTests.entry(number, String(repeating: "x", count: 100_000))
    }

    private static func allow(_ pages: Int, _ store: StateStore) {
        _ = store.writer.withConnection { db throws(SQLiteError) in try db.number("PRAGMA max_page_count=\(pages)") }
    }

    @Test func isToldAndWhatHappenedIsWrittenOnceThereIsRoom() async throws {
        let folder = TemporaryFolder()
        let health = Mutex<[String?]>([])
        var configuration = StateStoreConfiguration(directory: folder.path)
        configuration.maximumBytes = 400_000
        configuration.onHealthChange = { reason in health.withLock { $0.append(reason) } }
        let metrics = MetricsRegistry()
        configuration.metrics = metrics
        let store = try StateStore.open(configuration, now: .zero)
        try await store.persist([.put(StateStoreTests.entry(1))])
        #expect(health.withLock { $0.isEmpty })
        var failed = 0
        for number in 10..<20 {
            do { try await store.persist([.put(Self.big(number))]) } catch {
                guard case .writing(let reason) = error else {
                    Issue.record("unexpected \(error)")
                    continue
                }
                #expect(reason.contains("full"))
                failed += 1
            }
        }
        #expect(failed > 0 && failed < 10)
        #expect(store.failure?.contains("full") == true)
        #expect(await metrics.exposition().contains("ruleval_state_failing 1\n"))
        #expect(metrics.gauge("ruleval_state_unwritten_changes", "").value == Double(failed))
        // A small change goes through only with what waits, never past it: order is kept.
        Self.allow(100_000, store)
        try await store.persist([.put(StateStoreTests.entry(2))])
        #expect(store.failure == nil)
        #expect(metrics.gauge("ruleval_state_failing", "").value == 0)
        #expect(metrics.gauge("ruleval_state_unwritten_changes", "").value == 0)
        #expect(metrics.counter("ruleval_state_changes_total", "").value == 12)
        #expect(try await store.load(HistoryRecord.self).records.count == 12)
        #expect(health.withLock { $0.map { $0 == nil } } == [false, true])
    }

    @Test func whatIsTakenBackIsNotWrittenLaterAndDoesNotHoldUpTheRest() async throws {
        let folder = TemporaryFolder()
        let store = try StateStoreTests.open(folder, maximumBytes: 200_000)
        let big = StateStoreTests.entry(1, String(repeating: "x", count: 1_000_000))
        await #expect(throws: StateStoreError.self) { try await store.persist([.put(big)], ifFailing: .drop) }
        #expect(store.failure?.contains("full") == true)
        try await store.persist([.put(StateStoreTests.entry(2))])
        #expect(store.failure == nil)
        Self.allow(100_000, store)
        try await store.persist([.put(StateStoreTests.entry(3))])
        #expect(try await store.load(HistoryRecord.self).records.map(\.at.milliseconds) == [2, 3])
    }

    @Test func recoversByItselfWithoutANewChange() async throws {
        let folder = TemporaryFolder()
        let recovered = Mutex(false)
        var configuration = StateStoreConfiguration(directory: folder.path)
        configuration.maximumBytes = 200_000
        configuration.onHealthChange = { reason in if reason == nil { recovered.withLock { $0 = true } } }
        let store = try StateStore.open(configuration, now: .zero)
        await #expect(throws: StateStoreError.self) {
            try await store.persist([.put(StateStoreTests.entry(1, String(repeating: "x", count: 1_000_000)))])
        }
        Self.allow(100_000, store)
        let end = ContinuousClock.now + .seconds(30)
        while !recovered.withLock({ $0 }), ContinuousClock.now < end { await Task.yield() }
        #expect(recovered.withLock { $0 })
        #expect(try await store.load(HistoryRecord.self).records.count == 1)
    }

    @Test func closingOnAFullDiskEndsAndAnswersEverybody() async throws {
        let folder = TemporaryFolder()
        let store = try StateStoreTests.open(folder, maximumBytes: 200_000)
        let tickets = (0..<20).map { store.submit([.put(Self.big(100 + $0))]) }
        await store.close()
        var failed = 0
        for ticket in tickets {
            do { try await ticket.durable() } catch { failed += 1 }
        }
        #expect(failed > 10)
    }

    @Test func aClosedStoreRefuses() async throws {
        let folder = TemporaryFolder()
        let store = try StateStoreTests.open(folder)
        await store.close()
        await #expect(throws: StateStoreError.closed) { try await store.persist([.put(StateStoreTests.entry(1))]) }
        await store.close()
    }
}

@Suite("Changes that wait")
struct StateBacklogTests {
    @Test func areReplacedByLaterOnesOfTheirKey() {
        var backlog = StateBacklog()
        for round in 0..<5000 { backlog.add(.put(StateStoreTests.entry(round % 10, "\(round)"))) }
        #expect(backlog.changes.count == 10)
        backlog.add(.remove(HistoryRecord.self, key: [.integer(3)]))
        #expect(backlog.changes.count == 10)
        backlog.add(.put(StateStoreTests.entry(3, "after")))
        #expect(backlog.changes.count == 11)
        backlog.supersede(by: .remove(HistoryRecord.self, key: []))
        #expect(backlog.isEmpty)
    }
}
