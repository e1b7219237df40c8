import Base
import HTTPTransport
internal import Synchronization

/// The addresses of one source: which is asked, how each fares, and how many questions are under way at once.
///
/// The first address that is up is asked; one that fails is left alone until it answers a check. Thread-safe.
public final class ServerPool: Sendable {
    /// How one address fares.
    public struct Health: Sendable, Hashable {
        /// The address, without credentials.
        public var url: String
        /// Whether the last answer was one; true until something failed.
        public var isUp = true
        /// Why not.
        public var failure: String?
        /// Since when it is as it is; nil until the first answer.
        public var since: Timestamp?
        /// When it was asked last.
        public var askedAt: Timestamp?
        /// How long answers take, averaged over about the last ten.
        public var latency: Duration = .zero
        /// Questions.
        public var requests = 0
        /// Questions that the address failed to answer.
        public var failures = 0
    }

    /// The addresses in the order of preference; one at least.
    public let urls: [HTTPURL]
    /// Limits questions under way at once.
    public let gate: ConcurrencyGate
    private let clock: any WallClock
    private let state: Mutex<[Health]>

    /// A pool in which every address counts as up.
    /// - Parameter concurrency: Questions under way at once; 0 is no limit.
    public init(_ urls: [HTTPURL], concurrency: Int = 0, clock: any WallClock = SystemClock()) {
        self.urls = urls
        self.clock = clock
        gate = ConcurrencyGate(limit: concurrency)
        state = Mutex(urls.map { Health(url: $0.text) })
    }

    /// How all addresses fare.
    public var health: [Health] { state.withLock { $0 } }

    /// Whether any address is up.
    public var isUp: Bool { state.withLock { $0.contains(where: \.isUp) } }

    /// Places of the addresses to try, the first one first: those that are up; all of them where none is.
    func order() -> [Int] {
        state.withLock { health in
            let up = health.indices.filter { health[$0].isUp }
            return up.isEmpty ? Array(health.indices) : up
        }
    }

    /// Places of the addresses that a check should ask: those that are down, and those not asked for `pause`.
    func unsure(after pause: Duration) -> [Int] {
        let now = clock.now()
        return state.withLock { health in
            health.indices.filter { index in
                if !health[index].isUp { return true }
                return health[index].askedAt.map { now - $0 >= pause || $0 > now } ?? true
            }
        }
    }

    /// Notes how a question to the address at `place` ended.
    func note(_ place: Int, failure: String?, took duration: Duration) {
        let now = clock.now()
        state.withLock { health in
            var one = health[place]
            one.requests += 1
            one.askedAt = now
            if failure != nil { one.failures += 1 }
            if one.isUp != (failure == nil) || one.since == nil { one.since = now }
            one.isUp = failure == nil
            one.failure = failure
            if failure == nil {
                one.latency = one.latency == .zero ? duration : (one.latency * 9 + duration) / 10
            }
            health[place] = one
        }
    }
}
