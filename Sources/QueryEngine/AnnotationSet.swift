import Base
import PromQL
import TimeSeries

/// What histograms were being combined for.
enum HistogramOperation: String {
    case addition, subtraction, aggregation
}

/// Collects remarks during an evaluation; the same remark is kept once, with its first place.
struct AnnotationSet {
    private struct Note {
        var text: String
        var position: Int
        var dips: BucketDips?
    }

    private var warnings: [Note] = []
    private var infos: [Note] = []
    private var known: [String: Int] = [:]

    mutating func warn(_ text: @autoclosure () -> String, at range: PositionRange) {
        let text = "PromQL warning: " + text()
        guard known[text] == nil else { return }
        known[text] = warnings.count
        warnings.append(Note(text: text, position: range.start))
    }

    mutating func inform(_ text: String, at range: PositionRange) {
        let text = "PromQL info: " + text
        guard known[text] == nil else { return }
        known[text] = infos.count
        infos.append(Note(text: text, position: range.start))
    }

    /// Notes that buckets of a classic histogram had to be levelled; counts of equal notes are put together.
    mutating func inform(dips: BucketDips, metricName: String, at range: PositionRange) {
        let text =
            "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see "
            + "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)"
            + (metricName.isEmpty ? "" : " for metric name \(GoQuote.quoted(metricName))")
        if let index = known[text] {
            infos[index].dips?.merge(dips)
        } else {
            known[text] = infos.count
            infos.append(Note(text: text, position: range.start, dips: dips))
        }
    }

    /// Adds the remarks of another set behind those that are here.
    mutating func merge(_ other: AnnotationSet) {
        for note in other.warnings where known[note.text] == nil {
            known[note.text] = warnings.count
            warnings.append(note)
        }
        for note in other.infos {
            if let index = known[note.text] {
                if let dips = note.dips { infos[index].dips?.merge(dips) }
            } else {
                known[note.text] = infos.count
                infos.append(note)
            }
        }
    }

    /// The remarks with their places in `source`; without a source it is taken as one line.
    func rendered(source: String) -> Annotations {
        let bytes = Array(source.utf8)
        func place(_ position: Int) -> String {
            guard !bytes.isEmpty else { return " (1:\(position + 1))" }
            guard position >= 0, position <= bytes.count else { return " (invalid position)" }
            let before = bytes[..<position]
            let line = before.count { $0 == 0x0A } + 1
            let column = position - (before.lastIndex(of: 0x0A) ?? -1)
            return " (\(line):\(column))"
        }
        func render(_ note: Note) -> String { note.text + (note.dips?.description ?? "") + place(note.position) }
        return Annotations(warnings: warnings.map(render), infos: infos.map(render))
    }
}

/// By how much and where the buckets of classic histograms fell.
struct BucketDips: CustomStringConvertible {
    var lowest: Double
    var highest: Double
    var largest: Double
    var firstTime: Int64
    var lastTime: Int64
    var count = 1

    mutating func merge(_ other: BucketDips) {
        lowest = min(lowest, other.lowest)
        highest = max(highest, other.highest)
        largest = max(largest, other.largest)
        firstTime = min(firstTime, other.firstTime)
        lastTime = max(lastTime, other.lastTime)
        count += other.count
    }

    var description: String {
        func time(_ milliseconds: Int64) -> String {
            RFC3339.string(Timestamp(milliseconds: milliseconds / 1000 * 1000))
        }
        return ", from buckets \(GoText.g(lowest)) to \(GoText.g(highest)), with a max diff of "
            + "\(GoFloat.string(largest, .general, precision: 2)), "
            + "over \(count) samples from \(time(firstTime)) to \(time(lastTime))"
    }
}
