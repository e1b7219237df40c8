internal import Glibc
internal import Synchronization
import TimeSeries

/// Label sets that came by remote read before: a window asks for the same series at every tick, and reading their labels
/// takes most of the time.
///
/// A set is found by a hash of its bytes and believed only when every byte of it is the same. Whoever reads the same set
/// again has the same bytes in memory.
final class LabelCache: Sendable {
    /// For the whole process.
    static let shared = LabelCache()

    /// Sets that a part keeps; when there are more, its are forgotten.
    private static let maximum = 1 << 14
    /// Parts, so that readers of several bodies seldom wait for each other.
    private static let width = 16

    private final class Part: Sendable {
        let sets = Mutex<[UInt64: Labels]>([:])
    }

    private let parts = (0..<LabelCache.width).map { _ in Part() }

    /// The set found by a hash of its bytes.
    func labels(_ hash: UInt64) -> Labels? { part(hash).sets.withLock { $0[hash] } }

    /// Keeps a set.
    func note(_ labels: Labels, _ hash: UInt64) {
        part(hash).sets.withLock { sets in
            if sets.count > Self.maximum { sets.removeAll() }
            sets[hash] = labels
        }
    }

    private func part(_ hash: UInt64) -> Part { parts[Int(truncatingIfNeeded: hash >> 60)] }
}

extension ProtobufReader {
    /// Whether the bytes of label messages (field 1 each, nothing else) say exactly `labels`, in their order.
    static func isSame(_ bytes: UnsafeRawBufferPointer, as labels: Labels) -> Bool {
        var reader = ProtobufReader(bytes)
        var isSame = true
        labels.forEachUTF8 { name, value in
            guard isSame else { return }
            isSame = (try? reader.nextLabel(is: name, value)) ?? false
        }
        return isSame && reader.isAtEnd
    }

    private mutating func nextLabel(
        is name: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>
    ) throws(ProtobufError) -> Bool {
        guard try next(), field == 1 else { return false }
        var label = ProtobufReader(try data())
        guard try label.next(), label.field == 1, Self.equal(try label.data(), name) else { return false }
        guard try label.next(), label.field == 2, Self.equal(try label.data(), value) else { return false }
        return label.isAtEnd
    }

    @inline(__always)
    private static func equal(_ left: UnsafeRawBufferPointer, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        guard left.count == right.count else { return false }
        guard let one = left.baseAddress, let other = right.baseAddress else { return true }
        return memcmp(one, other, left.count) == 0
    }
}
