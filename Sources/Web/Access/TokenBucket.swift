import Base

/// Requests as they become free with time.
struct TokenBucket {
    let interval: Duration
    let burst: Int
    private var level: Double
    private var filled: Timestamp?

    init(interval: Duration, burst: Int) {
        self.interval = interval
        self.burst = burst
        level = Double(burst)
    }

    /// Takes one; false when none is left.
    mutating func take(at now: Timestamp) -> Bool {
        if let filled { level = min(Double(burst), level + max(0, (now - filled) / interval)) }
        filled = now
        guard level >= 1 else { return false }
        level -= 1
        return true
    }
}
