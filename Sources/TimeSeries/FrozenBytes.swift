/// Memory that does not change any more.
///
/// Guarded by: who makes one writes before, and nobody after.
final class FrozenBytes: @unchecked Sendable {
    static let none = FrozenBytes(taking: .allocate(byteCount: 1, alignment: 1), count: 0)

    private let memory: UnsafeMutableRawPointer
    private let count: Int

    /// Takes memory over that was allocated, and gives it back in the end.
    init(taking memory: UnsafeMutableRawPointer, count: Int) {
        self.memory = memory
        self.count = count
    }

    deinit { memory.deallocate() }

    /// What it holds; as long as it is held itself.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory, count: count) }
}
