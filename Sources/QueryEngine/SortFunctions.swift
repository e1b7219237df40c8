import PromQL
import TimeSeries

/// `sort` and its kin: they order an instant vector; range results are ordered by labels whatever is asked.
enum SortFunctions {
    static let table: [String: FunctionRegistry.Implementation] = [
        "sort": byValue(descending: false),
        "sort_desc": byValue(descending: true),
        "sort_by_label": byLabel(descending: false),
        "sort_by_label_desc": byLabel(descending: true),
    ]

    private static func byValue(descending: Bool) -> FunctionRegistry.Implementation {
        { evaluator, call, times throws(QueryError) in
            let input = try evaluator.evaluate(call.arguments[0], times)
            var table = input
            table.dropHistograms()
            guard !evaluator.isIneffective(call, times) else { return try evaluator.replacing(input, by: table) }
            let values = table.values
            let order = table.presentRows.sorted { first, second in
                let (a, b) = (values[first], values[second])
                if a.isNaN || b.isNaN { return !a.isNaN || (b.isNaN && first < second) && a.isNaN }
                if a == b { return first < second }
                return descending ? a > b : a < b
            }
            return try evaluator.replacing(input, by: table.selecting(rows: order))
        }
    }

    private static func byLabel(descending: Bool) -> FunctionRegistry.Implementation {
        { evaluator, call, times throws(QueryError) in
            let table = try evaluator.evaluate(call.arguments[0], times)
            guard !evaluator.isIneffective(call, times) else { return table }
            let names = evaluator.strings(call, from: 1)
            let labels = table.labels
            let keys = labels.map { row in names.map { row.value(of: $0) } }
            let order = table.presentRows.sorted { first, second in
                for index in names.indices where keys[first][index] != keys[second][index] {
                    let isBefore = NaturalOrder.precedes(keys[first][index], keys[second][index])
                    return isBefore != descending
                }
                return descending ? labels[second] < labels[first] : labels[first] < labels[second]
            }
            return try evaluator.replacing(table, by: table.selecting(rows: order))
        }
    }
}

extension Evaluator {
    /// Whether sorting would be lost, with a remark.
    func isIneffective(_ call: CallPlan, _ times: Timeline) -> Bool {
        guard times.count > 1 else { return false }
        notes.warn(
            "sort is ineffective for range queries since results are always ordered by labels", at: call.position)
        return true
    }
}

extension StepTable {
    /// Rows with a sample at the only step.
    var presentRows: [Int] { (0..<rows).filter { Cell.isPresent(values[$0]) } }

    /// A table of these rows in this order.
    func selecting(rows order: [Int]) -> StepTable {
        var table = StepTable(steps: steps)
        table.labels = order.map { labels[$0] }
        table.dropsName = order.map { dropsName[$0] }
        table.values.reserveCapacity(order.count * steps)
        for row in order {
            table.values.append(contentsOf: values[row * steps..<(row + 1) * steps])
            if hasHistograms { table.histograms.append(contentsOf: histograms[row * steps..<(row + 1) * steps]) }
        }
        return table
    }
}

/// The order in which `a2` comes before `a10`.
enum NaturalOrder {
    /// Compares runs of digits as numbers, all else as text.
    static func precedes(_ left: String, _ right: String) -> Bool {
        let a = chunks(left)
        let b = chunks(right)
        for index in a.indices {
            guard index < b.count else { return false }
            if let first = Int(decimal: a[index]), let second = Int(decimal: b[index]) {
                if first != second { return first < second }
            } else if !a[index].elementsEqual(b[index]) {
                return a[index].lexicographicallyPrecedes(b[index])
            }
            if index == a.count - 1 { return true }
            if index == b.count - 1 { return false }
        }
        return false
    }

    private static func chunks(_ text: String) -> [ArraySlice<UInt8>] {
        let bytes = Array(text.utf8)
        func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
        var chunks: [ArraySlice<UInt8>] = []
        var start = 0
        for index in bytes.indices where index > start && isDigit(bytes[index]) != isDigit(bytes[start]) {
            chunks.append(bytes[start..<index])
            start = index
        }
        if start < bytes.count { chunks.append(bytes[start...]) }
        return chunks
    }
}

extension Int {
    fileprivate init?(decimal digits: ArraySlice<UInt8>) {
        guard let first = digits.first, first >= 0x30, first <= 0x39 else { return nil }
        self.init(String(decoding: digits, as: UTF8.self))
    }
}
