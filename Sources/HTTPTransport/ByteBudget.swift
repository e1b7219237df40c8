internal import Synchronization

/// Bytes that several answers may take together.
public final class ByteBudget: Sendable {
    private let left: Mutex<Int>

    /// A budget of `bytes`.
    public init(_ bytes: Int) { left = Mutex(bytes) }

    /// Takes `count` bytes; false, and nothing is taken, when fewer are left.
    public func take(_ count: Int) -> Bool {
        left.withLock { left in
            guard count <= left else { return false }
            left -= count
            return true
        }
    }

    /// How many bytes are left.
    public var remaining: Int { left.withLock { $0 } }
}
