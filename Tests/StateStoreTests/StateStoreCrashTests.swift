import Base
import Glibc
import Testing

@testable import StateStore

@Suite("A kill")
struct StateStoreCrashTests {
    /// The files as they are on the disk while the store is open: what a kill at this moment leaves.
    private static func copy(_ folder: TemporaryFolder, cutWAL: (Int) -> Int = { $0 }) -> TemporaryFolder {
        let copy = TemporaryFolder()
        for name in ["ruleval.db", "ruleval.db-wal"] {
            guard var bytes = TemporaryFolder.read("\(folder.path)/\(name)") else { continue }
            if name.hasSuffix("-wal") { bytes = Array(bytes.prefix(cutWAL(bytes.count))) }
            TemporaryFolder.write(bytes, to: "\(copy.path)/\(name)")
        }
        return copy
    }

    @Test func losesNothingThatWasAcknowledged() async throws {
        let folder = TemporaryFolder()
        let store = try StateStoreTests.open(folder)
        for number in 0..<60 {
            try await store.persist([.put(StateStoreTests.entry(number, String(repeating: "x", count: 3000)))])
            if number % 7 == 0 {
                let copied = Self.copy(folder)
                defer { withExtendedLifetime(copied) {} }
                let left = try StateStoreTests.open(copied)
                #expect(try await left.load(HistoryRecord.self).records.count == number + 1)
                #expect(left.notices.isEmpty)
            }
        }
    }

    @Test func inTheMiddleOfAWriteLeavesWholeTransactionsOnly() async throws {
        let folder = TemporaryFolder()
        let store = try StateStoreTests.open(folder)
        for round in 0..<8 {
            try await store.persist((0..<10).map { .put(StateStoreTests.entry(round * 10 + $0, "round \(round)")) })
        }
        let size = try #require(TemporaryFolder.read(folder.path + "/ruleval.db-wal")?.count)
        var counts: Set<Int> = []
        for cut in stride(from: 0, through: size, by: max(1, size / 40)) {
            let copied = Self.copy(folder) { min($0, cut) }
            defer { withExtendedLifetime(copied) {} }
            let left = try StateStoreTests.open(copied)
            let count = try await left.load(HistoryRecord.self).records.count
            #expect(count % 10 == 0)
            #expect(left.notices.isEmpty)
            try await left.persist([.put(StateStoreTests.entry(1000))])
            counts.insert(count)
        }
        #expect(counts.count > 3)
    }

    /// Run only as the process that ``byKill9LosesNothing()`` starts: writes and says what is durable until it is killed.
    @Test(.enabled(if: getenv("RULEVAL_TEST_STATE_FOLDER") != nil))
    func child() async throws {
        guard let path = getenv("RULEVAL_TEST_STATE_FOLDER").map({ String(cString: $0) }) else { return }
        let store = try StateStore.open(StateStoreConfiguration(directory: path), now: .zero)
        for number in 0..<1_000_000 {
            try await store.persist([.put(StateStoreTests.entry(number))])
            let line = Array("ack \(number)\n".utf8)
            _ = write(4, line, line.count)
        }
    }

    @Test func byKill9LosesNothing() async throws {
        for _ in 0..<3 {
            let folder = TemporaryFolder()
            let acknowledged = try #require(await OwnThread.value { Self.runChildAndKill(folder.path) })
            #expect(acknowledged > 20)
            // The lock died with the process.
            let store = try StateStoreTests.open(folder)
            let numbers = try await store.load(HistoryRecord.self).records.map(\.at.milliseconds)
            #expect(store.notices.isEmpty)
            #expect(numbers == (0..<Int64(numbers.count)).map(\.self))
            #expect(numbers.count >= acknowledged)
        }
    }

    /// Starts this test program once more for ``child()`` alone and kills it after some acknowledgements.
    /// - Returns: how many changes it had said were durable; nil when it could not be started.
    private static func runChildAndKill(_ path: String) -> Int? {
        guard let command = TemporaryFolder.read("/proc/self/cmdline"), let own = realpath("/proc/self/exe", nil) else {
            return nil
        }
        defer { free(own) }
        var words = command.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        while let filter = words.firstIndex(where: { $0 == "--filter" || $0 == "--skip" }) {
            words.removeSubrange(filter..<min(filter + 2, words.count))
        }
        words += ["--filter", "StateStoreCrashTests/child"]
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        defer { close(ends[0]) }
        _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 4)
        for output in [Int32(1), 2] { posix_spawn_file_actions_addopen(&actions, output, "/dev/null", O_WRONLY, 0) }
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = []
        for name in ["PATH", "HOME", "LD_LIBRARY_PATH"] {
            if let value = getenv(name) { environment.append(strdup("\(name)=\(String(cString: value))")) }
        }
        environment += [strdup("RULEVAL_TEST_STATE_FOLDER=\(path)"), nil]
        defer { for pointer in arguments + environment { free(pointer) } }
        var child = pid_t()
        let code = posix_spawn(&child, own, &actions, nil, &arguments, &environment)
        close(ends[1])
        guard code == 0 else { return nil }
        var text: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 4096)
        while text.count(where: { $0 == 0x0A }) < 50 {
            let count = read(ends[0], &room, room.count)
            if count <= 0 { break }
            text.append(contentsOf: room[..<count])
        }
        kill(child, SIGKILL)
        while true {  // what it had said before it died
            let count = read(ends[0], &room, room.count)
            if count <= 0 { break }
            text.append(contentsOf: room[..<count])
        }
        var status: Int32 = 0
        waitpid(child, &status, 0)
        return text.count { $0 == 0x0A }
    }
}
