import TimeSeries

/// Reads histograms of test series: `{{schema:1 count:4 sum:5 buckets:[1 2 1]}}` and sequences of them.
enum HistogramNotation {
    /// Reads one item: a histogram, a repetition, or a sequence with an increment.
    static func item(
        _ scanner: inout NotationScanner, room: Int, take: (SeriesValue) -> Void
    ) throws(SeriesNotationError) {
        let first = scanner.index
        let (base, statesHint) = try histogram(&scanner)
        let sign = scanner.peek
        guard sign == 0x2B || sign == 0x2D else {
            let times = try scanner.times() ?? 0
            try SeriesNotation.checkRoom(times, room - 1, at: first)
            for _ in 0...times { take(.histogram(base, statesHint: statesHint)) }
            return
        }
        scanner.index += 1
        let start = scanner.index
        let (increment, incrementStatesHint) = try histogram(&scanner)
        guard let times = try scanner.times() else {
            throw scanner.error("expected x and a number of steps, found \(scanner.found)")
        }
        try SeriesNotation.checkRoom(times, room - 1, at: first)
        take(.histogram(base, statesHint: statesHint))
        var current = base
        if increment.schema < current.schema, times > 0 {
            throw scanner.error(
                "error combining histograms: cannot merge from schema \(increment.schema) to \(current.schema)",
                at: start)
        }
        for _ in 0..<times {
            do throws(HistogramOperationError) {
                if sign == 0x2B { try current.add(increment) } else { try current.subtract(increment) }
            } catch {
                throw scanner.error("exponential and custom buckets cannot be combined", at: start)
            }
            take(.histogram(current, statesHint: incrementStatesHint))
        }
    }

    /// Reads `{{…}}`; says whether a reset hint was written.
    private static func histogram(_ scanner: inout NotationScanner) throws(SeriesNotationError) -> (
        FloatHistogram, Bool
    ) {
        let start = scanner.index
        guard scanner.skip("{{") else { throw scanner.error("expected a histogram, found \(scanner.found)") }
        var out = FloatHistogram()
        var offset: Int32 = 0
        var negativeOffset: Int32 = 0
        var seen: Set<String> = []
        while true {
            scanner.skipSpace()
            if scanner.skip("}}") { break }
            let place = scanner.index
            let key = scanner.word()
            guard !key.isEmpty else { throw scanner.error("expected a key of the histogram, found \(scanner.found)") }
            guard seen.insert(key.lowercased()).inserted else {
                throw scanner.error("duplicate key \(key) in the histogram", at: place)
            }
            guard scanner.skip(":") else { throw scanner.error("expected : behind \(key), found \(scanner.found)") }
            switch key.lowercased() {
            case "schema": out.schema = try integer(&scanner)
            case "sum": out.sum = try scanner.number(signed: true)
            case "count": out.count = try scanner.number(signed: true)
            case "z_bucket": out.zeroCount = try scanner.number(signed: true)
            case "z_bucket_w": out.zeroThreshold = try scanner.number(signed: false)
            case "custom_values": out.customValues = try list(&scanner)
            case "buckets": out.positiveBuckets = try list(&scanner)
            case "n_buckets": out.negativeBuckets = try list(&scanner)
            case "offset": offset = try integer(&scanner)
            case "n_offset": negativeOffset = try integer(&scanner)
            case "counter_reset_hint": out.counterResetHint = try hint(&scanner)
            default: throw scanner.error("unknown key \(key) in the histogram", at: place)
            }
            if let byte = scanner.peek, !NotationScanner.isSpace(byte), byte != 0x7D {
                throw scanner.error("unexpected \(scanner.found) in the histogram")
            }
        }
        if !out.positiveBuckets.isEmpty {
            out.positiveSpans = [.init(offset: offset, length: UInt32(out.positiveBuckets.count))]
        }
        if !out.negativeBuckets.isEmpty {
            out.negativeSpans = [.init(offset: negativeOffset, length: UInt32(out.negativeBuckets.count))]
        }
        do throws(HistogramError) { try out.validateStructure() } catch {
            throw scanner.error(error.description, at: start)
        }
        return (out, seen.contains("counter_reset_hint"))
    }

    private static func integer(_ scanner: inout NotationScanner) throws(SeriesNotationError) -> Int32 {
        let start = scanner.index
        guard let value = Int32(exactly: try scanner.number(signed: true)) else {
            throw scanner.error("expected a whole number", at: start)
        }
        return value
    }

    private static func list(_ scanner: inout NotationScanner) throws(SeriesNotationError) -> [Double] {
        guard scanner.skip("[") else { throw scanner.error("expected [, found \(scanner.found)") }
        var values: [Double] = []
        while true {
            let spaced = scanner.skipSpace()
            if !values.isEmpty, scanner.skip("]") { return values }
            if !spaced, !values.isEmpty { throw scanner.error("expected white space or ], found \(scanner.found)") }
            values.append(try scanner.number(signed: true))
        }
    }

    private static func hint(_ scanner: inout NotationScanner) throws(SeriesNotationError)
        -> FloatHistogram.CounterResetHint
    {
        let start = scanner.index
        switch scanner.word() {
        case "unknown": return .unknown
        case "reset": return .reset
        case "not_reset": return .notReset
        case "gauge": return .gauge
        default: throw scanner.error("expected unknown, reset, not_reset or gauge", at: start)
        }
    }
}
