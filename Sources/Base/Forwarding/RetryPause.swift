/// The pause between attempts: it doubles with every failure, unless the other side says how long.
public struct RetryPause: Sendable {
    /// The pause after the first failure.
    public var shortest: Duration
    /// The longest pause of our own choice.
    public var longest: Duration
    /// The longest pause that the other side can ask for.
    public var longestRetryAfter: Duration

    private var current = Duration.zero
    private var wait: (until: Timestamp, length: Duration)?

    /// No pause yet.
    public init(
        shortest: Duration, longest: Duration = .seconds(10), longestRetryAfter: Duration = .seconds(300)
    ) {
        self.shortest = shortest
        self.longest = longest
        self.longestRetryAfter = longestRetryAfter
    }

    /// When the pause ends; nil without one.
    public var end: Timestamp? { wait?.until }

    /// Whether the pause still lasts. A clock that was set back does not stretch it.
    public func lasts(at now: Timestamp) -> Bool {
        guard let wait else { return false }
        return now < wait.until && wait.until - now <= wait.length
    }

    /// An attempt was answered: the next failure is the first one again.
    public mutating func reset() {
        current = .zero
        wait = nil
    }

    /// An attempt failed.
    public mutating func failed(at now: Timestamp, retryAfter: Duration?) {
        current = min(max(current * 2, shortest), longest)
        let length = retryAfter.map { min(max($0, shortest), longestRetryAfter) } ?? current
        wait = (now + length, length)
    }
}
