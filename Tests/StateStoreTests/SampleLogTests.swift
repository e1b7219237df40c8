import Base
import Testing

@testable import StateStore

@Suite("The log of remote write")
struct SampleLogTests {
    private let folder = TemporaryFolder()
    private static let now = Timestamp(milliseconds: 1000)

    private static func entry(_ number: UInt64, target: String = "a", size: Int = 100) -> SampleLog.Entry {
        SampleLog.Entry(
            target: target, number: number, takenAt: Timestamp(milliseconds: Int64(number)), newest: now, samples: 3,
            bytes: size, body: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size))
    }

    private func open() throws -> SampleLog { try SampleLog.open(in: folder.path, now: Self.now) }

    @Test func whatIsNotRemovedIsThereForTheNextLifeInItsOrder() async throws {
        var log = try open()
        log.append([Self.entry(1), Self.entry(2), Self.entry(3)], within: .zero)
        log.append([Self.entry(9, target: "b")], within: .seconds(3600))
        log.remove([1], of: "a")
        #expect(await log.bodies([2, 3], of: "a") == [2: Self.entry(2).body, 3: Self.entry(3).body])
        await log.close()
        log = try open()
        #expect(log.notices.isEmpty)
        let left = await log.entries()
        #expect(left.map(\.target) == ["a", "a", "b"])
        #expect(left.map(\.number) == [2, 3, 9])
        #expect(left.map(\.samples) == [3, 3, 3])
        #expect(left.first?.takenAt == Timestamp(milliseconds: 2))
        #expect(await log.bodies([2, 7], of: "a") == [2: Self.entry(2).body])
        log.forget("a")
        await log.close()
        log = try open()
        #expect(await log.entries().map(\.number) == [9])
        await log.close()
    }

    @Test func aKillLosesNothingThatWasToBeWrittenAtOnce() async throws {
        let log = try open()
        log.append((1...50).map { Self.entry($0) }, within: .zero)
        let deadline = ContinuousClock.now + .seconds(20)
        // Seen by another connection while this one lives, as after a kill.
        var seen: [SampleLog.Entry] = []
        while seen.count < 50, ContinuousClock.now < deadline {
            seen = await log.entries()
            await Task.yield()
        }
        #expect(seen.map(\.number) == Array(1...50))
        await log.close()
    }

    @Test func whatArrivesBeforeItIsWrittenNeverReachesTheDisk() async throws {
        var log = try open()
        log.append([Self.entry(1)], within: .seconds(3600))
        log.remove([1], of: "a")
        await log.close()
        log = try open()
        #expect(await log.entries().isEmpty)
        await log.close()
    }

    @Test func aFullDiskLosesNothingThatFitsIntoMemory() async throws {
        let log = try open()
        log.fail(true)
        log.append([Self.entry(1)], within: .zero)
        var deadline = ContinuousClock.now + .seconds(60)
        while log.failure == nil, ContinuousClock.now < deadline { await Task.yield() }
        #expect(log.failure != nil)
        #expect(await log.bodies([1], of: "a")[1] == Self.entry(1).body)
        log.fail(false)
        deadline = ContinuousClock.now + .seconds(60)
        while log.failure != nil, ContinuousClock.now < deadline { await Task.yield() }
        #expect(log.failure == nil)
        #expect(await log.entries().map(\.number) == [1])
        await log.close()
    }

    @Test(arguments: ["rubbish", "header only"])
    func aDamagedLogIsSetAside(_ kind: String) async throws {
        var log = try open()
        log.append([Self.entry(1)], within: .zero)
        await log.close()
        let file = folder.path + "/" + SampleLog.fileName
        let bytes = try #require(TemporaryFolder.read(file))
        TemporaryFolder.write(
            kind == "rubbish" ? [UInt8](repeating: 0x5A, count: 9000) : Array(bytes.prefix(100)), to: file)
        log = try open()
        #expect(log.notices.first?.contains("set aside as remote-write.db.damaged-") == true)
        #expect(await log.entries().isEmpty)
        log.append([Self.entry(2)], within: .zero)
        await log.close()
        log = try open()
        #expect(await log.entries().map(\.number) == [2])
        await log.close()
    }
}
