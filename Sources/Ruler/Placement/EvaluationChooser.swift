import Base
import TimeSeries

/// Where the queries of a group are computed.
public enum EvaluationPlace: String, Hashable, Sendable, CaseIterable {
    /// Expressions, or their largest parts, by the server.
    case remote
    /// From samples kept in memory.
    case local
}

/// Decides for one group, from what its ticks took, whether the server computes or ruleval does.
///
/// The server is asked first. What that took is held against a trial of local evaluation, without the tick that fills the
/// window; the cheaper way stays until the next trial. A value: it is told what ticks took and reads no clock.
public struct EvaluationChooser: Sendable, Hashable {
    /// Ticks that are looked at before there is a verdict.
    public static let ticks = 4
    /// How much cheaper the other way must be.
    public static let margin = 0.8
    /// Time to the second trial; it doubles with each trial that changes nothing.
    public static let firstPause = Duration.seconds(600)
    /// Longest time between trials.
    public static let longestPause = Duration.seconds(6 * 3600)

    /// Where the next tick is computed.
    public private(set) var place = EvaluationPlace.remote
    /// What a tick takes on the server, median of the last ones; nil before it was measured.
    public private(set) var remoteCost: Duration?
    /// What a tick takes here; nil before it was measured.
    public private(set) var localCost: Duration?
    /// Whether the present way is being tried.
    public private(set) var isTrial = true
    private var samples: [Duration] = []
    private var atypical = 0
    private var nextTrial: Timestamp = .distantPast
    private var pause = Self.firstPause

    /// A group that was never evaluated.
    public init() {}

    /// Notes what the tick at `time` took where ``place`` says.
    /// - Parameters:
    ///   - isTypical: Whether nothing was fetched that is not fetched every time.
    ///   - mayCompute: Whether local evaluation can pay at all.
    public mutating func note(_ cost: Duration, isTypical: Bool, mayCompute: Bool, at time: Timestamp) {
        if !isTypical {
            atypical += 1
            // A window that never settles is no bargain.
            if place == .local, isTrial, atypical > 2 * Self.ticks { settle(.remote, at: time) }
            return
        }
        samples.append(cost)
        if samples.count > 3 * Self.ticks { samples.removeFirst() }
        guard samples.count >= Self.ticks else { return }
        let median = samples.sorted()[samples.count / 2]
        if place == .remote { remoteCost = median } else { localCost = median }
        if isTrial, place == .local {
            let isBetter = remoteCost.map { median < $0 * Self.margin } ?? true
            settle(isBetter ? .local : .remote, at: time)
        } else if time >= nextTrial, mayCompute, place == .remote {
            begin(.local)
        } else if time >= nextTrial, place == .local, let remoteCost, median > remoteCost * Self.margin {
            settle(.remote, at: time)
        } else if !mayCompute {
            isTrial = false
        }
    }

    /// Notes that samples could not be had, so that the server must be asked.
    public mutating func noteFailure(at time: Timestamp) {
        if place == .local { settle(.remote, at: time) }
    }

    private mutating func begin(_ other: EvaluationPlace) {
        place = other
        isTrial = true
        samples = []
        atypical = 0
    }

    private mutating func settle(_ verdict: EvaluationPlace, at time: Timestamp) {
        if verdict != place { samples = [] }
        atypical = 0
        place = verdict
        isTrial = false
        nextTrial = time + pause
        pause = min(pause * 2, Self.longestPause)
    }
}
