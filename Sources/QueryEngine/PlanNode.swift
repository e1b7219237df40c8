import Base
import PromQL
import TimeSeries

/// An expression made ready for evaluation: durations are numbers, `start()` and `end()` are instants, each selector
/// knows its request, and what does not depend on the step is marked.
indirect enum PlanNode: Sendable {
    case number(Double)
    case string(String)
    case selector(SelectorPlan)
    case range(RangePlan)
    case negate(PlanNode)
    case binary(BinaryPlan)
    case aggregate(AggregatePlan)
    case call(CallPlan)
    /// What a server answered; only in instant queries.
    case answer(Int)
    /// Evaluated at one instant and repeated at all steps.
    case once(PlanNode)
}

/// An instant selector.
struct SelectorPlan: Sendable {
    /// Index of the request that fetches it.
    let request: Int
    /// The instant of `@`, in milliseconds.
    let at: Int64?
    /// Milliseconds.
    let offset: Int64
    let edges: EdgeModifier?
    let matchers: [LabelMatcher]
    let position: PositionRange
    /// Only counts and sums of histograms are looked at; resets between samples are noted in their hints instead.
    var needsStatsOnly = false

    /// The instant whose samples are looked at when the step is `time`.
    @inline(__always) func reference(_ time: Int64) -> Int64 { (at ?? time) - offset }
}

/// A range selector or a subquery.
struct RangePlan: Sendable {
    enum Source: Sendable {
        case selector(SelectorPlan)
        /// An expression and the instants at which it is evaluated.
        case subquery(PlanNode, Timeline)
    }

    let source: Source
    /// Milliseconds.
    let window: Int64
    let at: Int64?
    let offset: Int64
    let edges: EdgeModifier?
    let position: PositionRange

    @inline(__always) func reference(_ time: Int64) -> Int64 { (at ?? time) - offset }

    /// Milliseconds by which the edges reach beyond the window, before and behind it.
    func reach(lookback: Int64) -> (before: Int64, behind: Int64) {
        switch edges {
        case nil: (0, 0)
        case .anchored: (lookback, 0)
        case .smoothed: (lookback, lookback)
        }
    }
}

struct BinaryPlan: Sendable {
    let op: BinaryOperator
    let left: PlanNode
    let right: PlanNode
    let leftIsScalar: Bool
    let rightIsScalar: Bool
    let matching: VectorMatching?
    let returnsBool: Bool
    let position: PositionRange
}

struct AggregatePlan: Sendable {
    let op: AggregateOperator
    let inner: PlanNode
    let parameter: PlanNode?
    let grouping: LabelNames
    let isWithout: Bool
    let position: PositionRange
    let innerPosition: PositionRange
    let parameterPosition: PositionRange
}

struct CallPlan: Sendable {
    let function: String
    let arguments: [PlanNode]
    let positions: [PositionRange]
    let position: PositionRange
    /// What `absent` takes its labels from: the matchers of its argument when that is a selector.
    let absentMatchers: [LabelMatcher]
    let info: InfoPlan?

    func position(of argument: Int) -> PositionRange { argument < positions.count ? positions[argument] : position }
}

/// What `info()` looks for besides its argument.
struct InfoPlan: Sendable {
    let request: Int
    /// Matchers for the names of info metrics.
    let nameMatchers: [LabelMatcher]
    /// Matchers for data labels, by label.
    let dataMatchers: [String: [LabelMatcher]]
    /// The instant of `@` on the argument, and its offsets, in milliseconds.
    let at: Int64?
    let offset: Int64
}
