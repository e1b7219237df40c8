import PromQL
import TimeSeries

/// Folds the floats of groups at some of the steps; absent cells are passed over.
struct FloatFold {
    /// Row after row.
    let values: UnsafeBufferPointer<Double>
    /// The group of each row.
    let groups: UnsafeBufferPointer<Int32>
    let steps: Int
    /// The steps that are folded.
    let part: Range<Int>

    /// Writes the results to `cells`, a row a group, all absent before.
    func fold(_ op: AggregateOperator, into cells: UnsafeMutableBufferPointer<Double>) {
        switch op {
        case .sum: sum(into: cells)
        case .avg: average(into: cells)
        case .count: each(cells, first: { _ in 1 }, next: { count, _ in count + 1 })
        case .group: each(cells, first: { _ in 1 }, next: { _, _ in 1 })
        case .min: each(cells, first: { $0 }, next: { $0 > $1 || $0.isNaN ? $1 : $0 })
        case .max: each(cells, first: { $0 }, next: { $0 < $1 || $0.isNaN ? $1 : $0 })
        case .stddev, .stdvar: spread(into: cells, isDeviation: op == .stddev)
        case .topk, .bottomk, .quantile, .countValues, .limitk, .limitRatio: break
        }
    }

    /// Calls `body` with each float, its group and the place of its step among those that are folded.
    @inline(__always)
    private func forEachFloat(_ body: (_ group: Int, _ place: Int, _ value: Double) -> Void) {
        for row in groups.indices {
            let group = Int(groups[row])
            let base = row * steps + part.lowerBound
            for place in 0..<part.count {
                let value = values[base + place]
                if Cell.isPresent(value) { body(group, place, value) }
            }
        }
    }

    @inline(__always)
    private func each(
        _ cells: UnsafeMutableBufferPointer<Double>, first: (Double) -> Double, next: (Double, Double) -> Double
    ) {
        forEachFloat { group, place, value in
            let index = group * steps + part.lowerBound + place
            cells[index] = Cell.isAbsent(cells[index]) ? first(value) : next(cells[index], value)
        }
    }

    private func sum(into cells: UnsafeMutableBufferPointer<Double>) {
        let width = part.count
        var lost = [Double](repeating: 0, count: cells.count / steps * width)
        lost.withUnsafeMutableBufferPointer { lost in
            forEachFloat { group, place, value in
                let index = group * steps + part.lowerBound + place
                if Cell.isAbsent(cells[index]) {
                    cells[index] = value
                } else {
                    KahanSum.add(value, &cells[index], &lost[group * width + place])
                }
            }
            forEachResult(cells) { index, place in
                if !cells[index].isInfinite { cells[index] += lost[place] }
            }
        }
    }

    /// Sums and counts; where a sum overflows, all again with a mean that is carried along.
    private func average(into cells: UnsafeMutableBufferPointer<Double>) {
        let width = part.count
        let count = cells.count / steps * width
        var lost = [Double](repeating: 0, count: count)
        var counts = [Double](repeating: 0, count: count)
        var isFinite = true
        lost.withUnsafeMutableBufferPointer { lost in
            counts.withUnsafeMutableBufferPointer { counts in
                forEachFloat { group, place, value in
                    let index = group * steps + part.lowerBound + place
                    if Cell.isAbsent(cells[index]) {
                        cells[index] = value
                    } else {
                        KahanSum.add(value, &cells[index], &lost[group * width + place])
                    }
                    counts[group * width + place] += 1
                }
                forEachResult(cells) { index, place in
                    if !cells[index].isFinite { isFinite = false }
                    cells[index] = cells[index] / counts[place] + lost[place] / counts[place]
                }
            }
        }
        if isFinite { return }
        fold(CompensatedMean.self, into: cells, first: { CompensatedMean($0) }, next: { $0.add($1) }, result: \.result)
    }

    private func spread(into cells: UnsafeMutableBufferPointer<Double>, isDeviation: Bool) {
        fold(Spread.self, into: cells, first: { Spread($0) }, next: { $0.add($1) }) { spread in
            isDeviation ? spread.variance.squareRoot() : spread.variance
        }
    }

    @inline(__always)
    private func fold<State>(
        _: State.Type, into cells: UnsafeMutableBufferPointer<Double>, first: (Double) -> State,
        next: (inout State, Double) -> Void, result: (State) -> Double
    ) {
        let width = part.count
        var states = [State?](repeating: nil, count: cells.count / steps * width)
        forEachFloat { group, place, value in
            let index = group * width + place
            if states[index] == nil {
                states[index] = first(value)
            } else {
                Self.change(&states[index], value, next)
            }
        }
        for (place, state) in states.enumerated() {
            guard let state else { continue }
            cells[place / width * steps + part.lowerBound + place % width] = result(state)
        }
    }

    @inline(__always)
    private static func change<State>(_ state: inout State?, _ value: Double, _ next: (inout State, Double) -> Void) {
        guard var changed = state else { return }
        next(&changed, value)
        state = changed
    }

    /// Calls `body` with each cell that has a result, and its place among the cells that are folded.
    @inline(__always)
    private func forEachResult(_ cells: UnsafeMutableBufferPointer<Double>, _ body: (Int, Int) -> Void) {
        for group in 0..<cells.count / steps {
            for place in 0..<part.count {
                let index = group * steps + part.lowerBound + place
                if Cell.isPresent(cells[index]) { body(index, group * part.count + place) }
            }
        }
    }
}
