import Base
import Dispatching
import Glibc
import Incidents
import Ruler
import Synchronization
import Testing
import TimeSeries

@testable import StateStore

@Suite("The state store")
struct StateStoreTests {
    static func open(_ folder: TemporaryFolder, maximumBytes: Int? = nil) throws -> StateStore {
        var configuration = StateStoreConfiguration(directory: folder.path)
        configuration.maximumBytes = maximumBytes
        return try StateStore.open(configuration, now: Timestamp(milliseconds: 1_000))
    }

    static func entry(_ number: Int, _ text: String = "{}") -> HistoryRecord {
        HistoryRecord(
            at: Timestamp(milliseconds: Int64(number)), number: 0, kind: "k", subject: "s\(number % 3)", payload: text)
    }

    @Test func keepsAcrossCloseAndOpen() async throws {
        let folder = TemporaryFolder()
        var store: StateStore? = try Self.open(folder)
        try await store?.persist((0..<100).map { .put(Self.entry($0, "naïve \u{0} text")) })
        try await store?.persist([
            .put(Self.entry(7, "changed")), .remove(HistoryRecord.self, key: [.integer(8), .integer(0)]),
        ])
        await store?.close()
        store = nil
        let again = try Self.open(folder)
        let loaded = try await again.load(HistoryRecord.self)
        #expect(loaded.unreadable == 0)
        #expect(loaded.records.count == 99)
        #expect(loaded.records[7].payload == "changed")
        #expect(loaded.records[8].at.milliseconds == 9)
        #expect(loaded.records[0] == Self.entry(0, "naïve \u{0} text"))
        #expect(again.notices.isEmpty)
    }

    @Test func isReadableWhileItWrites() async throws {
        let folder = TemporaryFolder()
        let store = try Self.open(folder)
        try await store.persist([.put(Self.entry(1))])
        #expect(try await store.load(HistoryRecord.self).records == [Self.entry(1)])
    }

    @Test func releasesEffectsInTheOrderOfHandingOver() async throws {
        let folder = TemporaryFolder()
        let store = try Self.open(folder)
        let order = Mutex<[Int]>([])
        for number in 0..<500 {
            store.submit([.put(Self.entry(number))]) { result in
                if case .success = result { order.withLock { $0.append(number) } }
            }
        }
        try await store.persist([])
        #expect(order.withLock { $0 } == Array(0..<500))
    }

    @Test func removesAllThatBeginWithAKey() async throws {
        let folder = TemporaryFolder()
        let store = try Self.open(folder)
        var twin = Self.entry(5)
        twin.number = 1
        try await store.persist([.put(Self.entry(5)), .put(twin), .put(Self.entry(6))])
        try await store.persist([.remove(HistoryRecord.self, key: [.integer(5)])])
        #expect(try await store.load(HistoryRecord.self).records == [Self.entry(6)])
        try await store.persist([.remove(HistoryRecord.self, key: [])])
        #expect(try await store.load(HistoryRecord.self).records.isEmpty)
    }

    @Test func whatOnlyProlongsIsWrittenInTimeAndNeverOverNewer() async throws {
        let folder = TemporaryFolder()
        var store: StateStore? = try Self.open(folder)
        store?.persistLate([.put(Self.entry(1, "late")), .put(Self.entry(2, "late"))], within: .seconds(3600))
        #expect(try await store?.load(HistoryRecord.self).records.isEmpty == true)
        try await store?.persist([.put(Self.entry(1, "newer"))])
        await store?.close()
        store = nil
        let again = try Self.open(folder)
        #expect(try await again.load(HistoryRecord.self).records.map(\.payload) == ["newer", "late"])
        again.persistLate([.put(Self.entry(3, "soon"))], within: .milliseconds(1))
        while try await again.load(HistoryRecord.self).records.count < 3 { await Task.yield() }
    }

    @Test func whatOnlyProlongsWinsOverWhatWasHandedOverBefore() async throws {
        let folder = TemporaryFolder()
        var store: StateStore? = try Self.open(folder)
        for number in 0..<50 {
            store?.submit([.put(Self.entry(number, "first"))]) { _ in }
            store?.persistLate([.put(Self.entry(number, "then"))], within: .seconds(3600))
        }
        await store?.close()
        store = nil
        let again = try Self.open(folder)
        #expect(try await again.load(HistoryRecord.self).records.filter { $0.payload == "then" }.count == 50)
    }

    @Test func showsHistoryLatestFirst() async throws {
        let folder = TemporaryFolder()
        let store = try Self.open(folder)
        try await store.persist((0..<30).map { .put(Self.entry($0)) })
        let found = try await store.history(
            from: Timestamp(milliseconds: 3), to: Timestamp(milliseconds: 27), subject: "s0", limit: 3)
        #expect(found.map(\.at.milliseconds) == [24, 21, 18])
        await store.pruneHistory(before: Timestamp(milliseconds: 29))
        #expect(try await store.load(HistoryRecord.self).records.count == 1)
    }

    @Test func aSecondStoreOnTheFolderIsRefusedUntilTheFirstIsGone() async throws {
        let folder = TemporaryFolder()
        var store: StateStore? = try Self.open(folder)
        #expect(throws: StateStoreError.locked(directory: folder.path, process: getpid())) { try Self.open(folder) }
        await store?.close()
        store = nil
        #expect(throws: Never.self) { try Self.open(folder) }
    }

    @Test func aFolderThatCannotBeWrittenNamesTheFlag() throws {
        let folder = TemporaryFolder()
        TemporaryFolder.write([1], to: folder.path + "/file")
        for path in ["/proc/ruleval-state", folder.path + "/file", folder.path + "/file/below"] {
            let error = #expect(throws: StateStoreError.self) {
                try StateStore.open(StateStoreConfiguration(directory: path), now: .zero)
            }
            #expect(error?.description.contains("--state") == true)
            #expect(error?.description.contains("not writable") == true)
        }
    }

    @Test func missingFoldersAreMade() async throws {
        let folder = TemporaryFolder()
        let store = try StateStore.open(
            StateStoreConfiguration(directory: folder.path + "/a/b"), now: .zero)
        try await store.persist([.put(Self.entry(1))])
        #expect(store.failure == nil)
    }

    @Test func aFileOfALaterVersionIsRefusedAndLeftAlone() async throws {
        let folder = TemporaryFolder()
        do {
            let store = try Self.open(folder)
            _ = store.writer.withConnection { db throws(SQLiteError) in try db.execute("PRAGMA user_version=99") }
            await store.close()
        }
        let before = TemporaryFolder.read(folder.path + "/ruleval.db")
        let error = #expect(throws: StateStoreError.self) { try Self.open(folder) }
        #expect(error == .newerSchema(directory: folder.path, found: 99, known: StateSchema.version))
        #expect(error?.description.contains("--state") == true)
        let same = TemporaryFolder.read(folder.path + "/ruleval.db") == before
        #expect(same)
    }

    @Test(arguments: ["rubbish", "header only", "torn page", "other database"])
    func aDamagedFileIsSetAsideAndSaid(_ kind: String) async throws {
        let folder = TemporaryFolder()
        let file = folder.path + "/ruleval.db"
        do {
            let store = try Self.open(folder)
            try await store.persist((0..<2000).map { .put(Self.entry($0, "some text to fill pages with")) })
            if kind == "other database" {
                _ = store.writer.withConnection { db throws(SQLiteError) in
                    try db.execute("PRAGMA application_id=5")
                }
            }
            await store.close()
        }
        var bytes = try #require(TemporaryFolder.read(file))
        switch kind {
        case "rubbish": bytes = Array(repeating: 0x5A, count: 10_000)
        case "header only": bytes = Array(bytes.prefix(100))
        case "torn page": for index in 8192..<20_000 { bytes[index] = 0xA5 }
        default: break
        }
        TemporaryFolder.write(bytes, to: file)
        let store = try Self.open(folder)
        #expect(store.notices.count == 1)
        #expect(store.notices.first?.contains("set aside as ruleval.db.damaged-19700101T000001Z") == true)
        #expect(folder.names.contains("ruleval.db.damaged-19700101T000001Z"))
        let saved = try await store.load(HistoryRecord.self).records
        if kind == "torn page" {
            #expect(saved.count > 100 && saved.count <= 2000, "\(saved.count)")
            #expect(store.notices.first?.hasSuffix("\(saved.count) rows of it were saved") == true)
            #expect(saved.allSatisfy { $0.payload.contains("some text to fill pages with") })
        } else {
            #expect(saved.isEmpty)
        }
        try await store.persist([.put(Self.entry(1))])
    }

    @Test func aSummaryCountsWhileTheStoreIsOpen() async throws {
        let folder = TemporaryFolder()
        #expect(throws: StateStoreError.self) { try StateSummary(directory: folder.path) }
        let store = try Self.open(folder)
        try await store.persist((0..<5).map { .put(Self.entry($0)) } + [.put(MetaRecord.alive(at: .zero))])
        let summary = try StateSummary(directory: folder.path)
        #expect(summary.version == StateSummary.known)
        #expect(summary.damage == nil)
        #expect(summary.lastAlive == .zero)
        #expect(summary.bytes > 0)
        #expect(summary.tables.first { $0.name == "history" }?.rows == 5)
        #expect(summary.tables.allSatisfy { $0.unreadable == 0 })
        await store.close()
    }

    @Test func theTablesAreThoseThatRecordsName() async throws {
        let folder = TemporaryFolder()
        let store = try Self.open(folder)
        let tables = [
            HistoryRecord.table, MetaRecord.table, AlertStateRecord.table, AlertRecord.table, GroupRecord.table,
            NotificationLogEntry.table, SilenceRecord.table, IncidentRecord.table,
        ]
        for table in tables {
            let columns = store.writer.withConnection { db throws(SQLiteError) in
                var names: [String] = []
                try db.rows("SELECT name FROM pragma_table_info('\(table.name)') ORDER BY cid") {
                    names.append($0.text(0))
                }
                return names
            }
            #expect(columns == (table.isSequential ? ["number"] : []) + table.columns)
        }
    }

    @Test func aSmallInstallationStaysSmall() async throws {
        let folder = TemporaryFolder()
        let store = try Self.open(folder)
        for round in 0..<300 {
            try await store.persist(
                (0..<40).map { .put(Self.entry($0, "round \(round) " + String(repeating: "x", count: 200))) })
        }
        #expect(folder.size < 1_000_000)
        await store.close()
        #expect(folder.size < 200_000)
    }
}
