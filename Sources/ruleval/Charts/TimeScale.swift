import Base

/// A scale of time from one instant to another, both included.
struct TimeScale {
    let start: Timestamp
    let end: Timestamp

    /// Where an instant stands: 0 at the beginning, 1 at the end.
    func place(_ time: Int64) -> Double {
        let span = Double(end.milliseconds) - Double(start.milliseconds)
        return span > 0 ? (Double(time) - Double(start.milliseconds)) / span : 0
    }

    /// Ticks and their times below a chart of `columns` characters.
    func lines(columns: Int, isPlain: Bool) -> (axis: String, labels: String) {
        let width = text(start).count
        let parts = max(1, min(6, columns / (width + 6)))
        var axis = [Character](repeating: isPlain ? "-" : "─", count: columns)
        var labels = [Character](repeating: " ", count: columns + width)
        var free = 0
        for part in 0...parts {
            let place = Double(part) / Double(parts)
            let column = Int((place * Double(columns - 1)).rounded())
            axis[column] = isPlain ? "+" : "┬"
            let span = Double(end.milliseconds) - Double(start.milliseconds)
            let time = Timestamp(milliseconds: start.milliseconds + Int64((span * place).rounded()))
            let from = max(0, min(column - width / 2, columns - width))
            guard from >= free, start < end || part == 0 else { continue }
            for (offset, character) in text(time).enumerated() { labels[from + offset] = character }
            free = from + width + 1
        }
        var text = String(labels)
        while text.hasSuffix(" ") { text.removeLast() }
        return (String(axis), text)
    }

    /// As much of an instant as is needed to tell those of this scale apart.
    private func text(_ time: Timestamp) -> String {
        let whole = RFC3339.string(time)
        let day = whole.prefix(10)
        let clock = whole.dropFirst(11).prefix(8)
        let isOneDay = RFC3339.string(start).prefix(10) == RFC3339.string(end).prefix(10)
        if isOneDay { return String(clock) }
        return end - start > .seconds(60 * 86_400) ? String(day) : "\(day.dropFirst(5)) \(clock.prefix(5))"
    }
}
