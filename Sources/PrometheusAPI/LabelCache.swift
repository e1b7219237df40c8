internal import Glibc
internal import Synchronization
import TimeSeries

/// Label sets that came by remote write before: senders repeat theirs with every scrape, and reading them takes most of the
/// time.
///
/// A set is found by a hash of its bytes and believed only when every byte of it is the same.
final class LabelCache: Sendable {
    /// For the whole process.
    static let shared = LabelCache()

    /// Sets that are kept; when there are more, all are forgotten.
    private static let maximum = 1 << 18

    private let table = Mutex<[UInt64: Labels]>([:])

    /// Calls `body` with the table; other readers of bodies wait.
    func withTable<Result>(_ body: (inout [UInt64: Labels]) -> Result) -> Result {
        table.withLock { table in
            if table.count > Self.maximum { table.removeAll() }
            return body(&table)
        }
    }
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
