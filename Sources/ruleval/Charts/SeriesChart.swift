import Base
import TimeSeries

/// The samples of one series as a picture of characters: legend, values with their scale, and the axis of time.
struct SeriesChart {
    /// How charts are drawn.
    struct Style {
        /// Characters a line.
        var width: Int
        /// Whether only ASCII is drawn.
        var isPlain = false
        /// Whether the line and the name are coloured.
        var isColoured = false
    }

    /// Lines of characters for values.
    static let rows = 8
    /// The narrowest chart. Characters.
    static let narrowest = 24

    let series: Series
    let times: TimeScale
    let step: Duration

    /// All lines, each with its end.
    func text(_ style: Style) -> String {
        var values = series.values
        let native = series.histograms.indices.filter { series.histograms[$0] != nil }
        for index in native { values[index] = series.histograms[index]?.count ?? .nan }
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else {
            return heading(style) + "  no finite value among \(values.count)\n"
        }
        let scale = ValueScale(covering: low, high)
        let gutter = (scale.labels.map(\.count).max() ?? 0) + 2
        let columns = max(style.width, Self.narrowest) - gutter
        guard columns > 4 else { return heading(style) + legend(values, native.count) }
        var canvas = DotCanvas(columns: columns, rows: Self.rows, isPlain: style.isPlain)
        draw(values, scale, &canvas)

        var labels: [Int: String] = [:]
        for (mark, label) in zip(scale.marks, scale.labels) {
            let row = Int(((1 - scale.place(mark)) * Double(Self.rows - 1)).rounded())
            if labels[row] == nil { labels[row] = label }
        }
        var out = heading(style)
        for row in 0..<Self.rows {
            let label = labels[row] ?? ""
            let tick = style.isPlain ? (label.isEmpty ? "|" : "+") : (label.isEmpty ? "│" : "┤")
            var line = String(repeating: " ", count: gutter - 2 - label.count) + label + " " + tick
            let dots = canvas.text(row: row)
            line += style.isColoured && !dots.isEmpty ? "\u{1B}[36m\(dots)\u{1B}[0m" : dots
            out += line + "\n"
        }
        let (axis, below) = times.lines(columns: columns, isPlain: style.isPlain)
        let indent = String(repeating: " ", count: gutter - 1)
        out += indent + (style.isPlain ? "+" : "└") + axis + "\n" + indent + " " + below + "\n"
        return out + legend(values, native.count)
    }

    private func heading(_ style: Style) -> String {
        style.isColoured ? "\u{1B}[1m\(series.labels)\u{1B}[0m\n" : "\(series.labels)\n"
    }

    /// The smallest, the largest, the mean and the last value, and from when to when.
    private func legend(_ values: [Double], _ histograms: Int) -> String {
        func short(_ value: Double) -> String { GoFloat.string(value, .general, precision: 6) }
        let finite = values.filter(\.isFinite)
        var parts: [String] = []
        if let low = finite.min(), let high = finite.max(), let last = values.last {
            let mean = finite.reduce(0) { $0 + $1 / Double(finite.count) }
            parts = ["min \(short(low))", "max \(short(high))", "mean \(short(mean))", "last \(short(last))"]
        }
        parts.append("\(values.count) \(values.count == 1 ? "sample" : "samples")")
        let odd = values.count - finite.count
        if odd > 0 { parts.append("\(odd) not finite") }
        if histograms > 0 { parts.append("observations of \(histograms) histograms") }
        return "  " + parts.joined(separator: "  ") + "\n"
    }

    /// Lines between samples that follow each other; where one is missing the line has a gap.
    private func draw(_ values: [Double], _ scale: ValueScale, _ canvas: inout DotCanvas) {
        var last: (time: Int64, x: Int, y: Int)?
        for (time, value) in zip(series.timestamps, values) {
            guard value.isFinite else {
                last = nil
                continue
            }
            let x = Int((times.place(time) * Double(canvas.width - 1)).rounded())
            let y = Int(((1 - scale.place(value)) * Double(canvas.height - 1)).rounded())
            if let last, time - last.time <= step.milliseconds {
                canvas.line(from: (last.x, last.y), to: (x, y))
            } else {
                canvas.dot(x, y)
            }
            last = (time, x, y)
        }
    }
}

extension SeriesChart {
    /// A chart of each series, with what all of them share above.
    static func page(_ series: [Series], start: Timestamp, end: Timestamp, step: Duration, _ style: Style) -> String {
        let many = "\(series.count) series"
        var out =
            "\(RFC3339.string(start)) to \(RFC3339.string(end)), step \(PrometheusDuration.string(step)), \(many)\n"
        for each in series {
            out += "\n" + SeriesChart(series: each, times: TimeScale(start: start, end: end), step: step).text(style)
        }
        return out
    }
}
