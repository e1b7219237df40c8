/// A grid of dots, drawn as text: eight dots a character with Braille patterns, or one with plain stars.
struct DotCanvas {
    /// In characters.
    let columns: Int
    /// In characters.
    let rows: Int
    private let isPlain: Bool
    private var cells: [UInt8]

    /// An empty grid.
    /// - Parameter isPlain: Whether only ASCII is drawn.
    init(columns: Int, rows: Int, isPlain: Bool) {
        self.columns = columns
        self.rows = rows
        self.isPlain = isPlain
        cells = [UInt8](repeating: 0, count: columns * rows)
    }

    /// In dots.
    var width: Int { isPlain ? columns : columns * 2 }
    /// In dots.
    var height: Int { isPlain ? rows : rows * 4 }

    /// Sets one dot, counted from the upper left; outside nothing happens.
    mutating func dot(_ x: Int, _ y: Int) {
        guard x >= 0, x < width, y >= 0, y < height else { return }
        if isPlain {
            cells[y * columns + x] = 1
            return
        }
        // Patterns are numbered column by column, but for the lowest row, which came later.
        let bit = y % 4 == 3 ? 6 + x % 2 : y % 4 + 3 * (x % 2)
        cells[y / 4 * columns + x / 2] |= 1 << UInt8(bit)
    }

    /// Sets the dots between two, both included.
    mutating func line(from start: (x: Int, y: Int), to end: (x: Int, y: Int)) {
        let (dx, dy) = (end.x - start.x, end.y - start.y)
        let steps = max(abs(dx), abs(dy))
        if steps == 0 { return dot(start.x, start.y) }
        for step in 0...steps {
            let part = Double(step) / Double(steps)
            dot(start.x + Int((part * Double(dx)).rounded()), start.y + Int((part * Double(dy)).rounded()))
        }
    }

    /// One row of characters, without blanks at its end.
    func text(row: Int) -> String {
        var text = ""
        var blanks = 0
        for cell in cells[row * columns..<(row + 1) * columns] {
            guard cell != 0 else {
                blanks += 1
                continue
            }
            text += String(repeating: " ", count: blanks)
            blanks = 0
            let scalar = isPlain ? "*" : Unicode.Scalar(0x2800 + UInt32(cell)) ?? "*"
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}
