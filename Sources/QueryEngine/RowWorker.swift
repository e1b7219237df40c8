import Base
import TimeSeries

/// Calculates rows of a table one after the other; each thread has its own.
protocol RowWorker: AnyObject {
    /// Fills the cells of a row; nil when it has no sample.
    func row(_ number: Int, _ cells: UnsafeMutableBufferPointer<Double>) -> Labels?
    /// The histograms of the last row, one a step; empty when it has none.
    var boxes: [HistogramBox?] { get }
    /// What is to be remarked on all rows so far.
    var notes: AnnotationSet { get }
    /// What ends the evaluation.
    var error: QueryError? { get }
    /// The most samples that were looked at at once.
    var peak: Int { get }
    /// Samples that were read, where that is counted.
    var read: Int { get }
}

/// Asks whether a calculation is to end early; each thread has its own.
struct Poll {
    fileprivate let stop: StopSign
    /// Only the thread that was asked for the result may look at its task.
    fileprivate let evaluator: Evaluator?

    /// Whether the results are of no use any more.
    var isOver: Bool {
        if let evaluator, !stop.isSet {
            do throws(QueryError) { try evaluator.check() } catch { stop.set(error) }
        }
        return stop.isSet
    }
}

/// What one piece of the rows gave.
private struct RowPiece {
    var notes = AnnotationSet()
    var peak = 0
    var samples = 0
    var read = 0
    var boxes: [(row: Int, boxes: [HistogramBox?])] = []
}

extension Evaluator {
    /// Cells from which on it is worth while to wake another thread.
    private static let worthSharing = 2048
    /// Cells that are calculated before those without samples are taken out.
    private static let blockCells = 1 << 21

    /// A table of at most `count` rows, calculated on all cores where that is worth it.
    func swept<Worker: RowWorker>(_ count: Int, steps: Int, cost: Int, dropsName: Bool, _ worker: (Poll) -> Worker)
        throws(QueryError) -> StepTable
    {
        var table = StepTable(steps: steps)
        let block = max(64, Self.blockCells / max(steps, 1))
        var samples = 0
        var begin = 0
        while begin < count {
            let end = min(count, begin + block)
            let part = try sweep(begin..<end, steps: steps, cost: cost, worker, &samples)
            if begin == 0 { table = part } else { table.append(part) }
            try checkGrowth(cells: table.values.count, samples: samples)
            begin = end
        }
        table.dropsName = [Bool](repeating: dropsName, count: table.rows)
        return table
    }

    private func sweep<Worker: RowWorker>(
        _ rows: Range<Int>, steps: Int, cost: Int, _ worker: (Poll) -> Worker, _ samples: inout Int
    ) throws(QueryError) -> StepTable {
        let isShared = rows.count > 1 && rows.count * max(steps, cost) >= Self.worthSharing
        // Small enough that threads end together, large enough that taking one costs nothing.
        let size = isShared ? max(4, min(64, rows.count / 32)) : 64
        let pieces = (rows.count + size - 1) / size
        var results = [RowPiece](repeating: RowPiece(), count: pieces)
        var labels = [Labels?](repeating: nil, count: rows.count)
        var failure: QueryError?
        let values = [Double](unsafeUninitializedCapacity: rows.count * steps) { cells, initialized in
            labels.withUnsafeMutableBufferPointer { labels in
                results.withUnsafeMutableBufferPointer { results in
                    failure = sweep(rows, steps, size, pieces, isShared, worker, cells, labels, results)
                }
            }
            // A piece that was not calculated, for a failure ended all, is not looked at either.
            initialized = failure == nil ? rows.count * steps : 0
        }
        if let failure { throw failure }
        for result in results {
            notes.merge(result.notes)
            try hold(result.peak)
            release(result.peak)
            samples += result.samples
            count(result.read)
        }
        return assembled(labels, values, steps, results)
    }

    /// Calculates all pieces; gives what the checkpoint threw.
    private func sweep<Worker: RowWorker>(
        _ rows: Range<Int>, _ steps: Int, _ size: Int, _ pieces: Int, _ isShared: Bool, _ worker: (Poll) -> Worker,
        _ cells: UnsafeMutableBufferPointer<Double>, _ labels: UnsafeMutableBufferPointer<Labels?>,
        _ results: UnsafeMutableBufferPointer<RowPiece>
    ) -> QueryError? {
        let stop = StopSign()
        func calculate(_ piece: Int, isHelper: Bool) {
            let poll = Poll(stop: stop, evaluator: isHelper ? nil : self)
            if poll.isOver { return }
            let worker = worker(poll)
            var result = RowPiece()
            for place in piece * size..<min((piece + 1) * size, rows.count) {
                let row = UnsafeMutableBufferPointer(rebasing: cells[place * steps..<(place + 1) * steps])
                labels[place] = worker.row(rows.lowerBound + place, row)
                if labels[place] == nil {
                    // The cells count as written from here on.
                    row.initialize(repeating: Cell.absent)
                    continue
                }
                result.samples += row.count(where: Cell.isPresent)
                if !worker.boxes.isEmpty { result.boxes.append((place, worker.boxes)) }
                if worker.error != nil { break }
            }
            result.notes = worker.notes
            result.peak = worker.peak
            result.read = worker.read
            if let error = worker.error { stop.set(error) }
            results[piece] = result
        }
        if isShared {
            WorkSharing.shared.run(pieces: pieces) { piece, isHelper in calculate(piece, isHelper: isHelper) }
        } else {
            for piece in 0..<pieces { calculate(piece, isHelper: false) }
        }
        return stop.error
    }

    /// Takes the rows without samples out and puts the histograms in.
    private func assembled(_ labels: [Labels?], _ values: [Double], _ steps: Int, _ results: [RowPiece]) -> StepTable {
        var table = StepTable(steps: steps)
        table.labels = labels.compactMap { $0 }
        let isWhole = table.labels.count == labels.count
        if isWhole {
            table.values = values
        } else {
            table.values.reserveCapacity(table.labels.count * steps)
            for place in labels.indices where labels[place] != nil {
                table.values.append(contentsOf: values[place * steps..<(place + 1) * steps])
            }
        }
        guard results.contains(where: { !$0.boxes.isEmpty }) else { return table }
        table.histograms = [HistogramBox?](repeating: nil, count: table.values.count)
        var target = [Int](repeating: 0, count: labels.count)
        var next = 0
        for place in labels.indices where labels[place] != nil {
            target[place] = next
            next += 1
        }
        for result in results {
            for (place, boxes) in result.boxes {
                for (step, box) in boxes.enumerated() { table.histograms[target[place] * steps + step] = box }
            }
        }
        return table
    }
}

extension StepTable {
    /// Adds the rows of another table.
    fileprivate mutating func append(_ other: StepTable) {
        if hasHistograms || other.hasHistograms {
            if !hasHistograms { histograms = [HistogramBox?](repeating: nil, count: values.count) }
            histograms +=
                other.hasHistograms ? other.histograms : [HistogramBox?](repeating: nil, count: other.values.count)
        }
        labels += other.labels
        values += other.values
    }
}
