internal import Synchronization

/// Bytes that several answers may take together.
public final class ByteBudget: Sendable, Equatable {
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

    /// Whether both are the same budget, not whether as much is left.
    public static func == (left: ByteBudget, right: ByteBudget) -> Bool { left === right }

    /// How many bytes are left.
    public var remaining: Int { left.withLock { $0 } }
}
