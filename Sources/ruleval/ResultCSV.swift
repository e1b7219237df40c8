import Base
import QueryEngine
import TimeSeries

/// Results of queries as CSV (RFC 4180): a column a label, then time and value, a row a sample.
enum ResultCSV {
    /// The whole text, header included.
    static func text(_ result: QueryResult) -> String {
        switch result.value {
        case .scalar(let number, let time): return rows([(.empty, time, GoFloat.string(number, .general))])
        case .string(let text, let time): return rows([(.empty, time, text)])
        case .vector(let samples): return rows(samples.map { ($0.labels, $0.timestamp, value($0.value)) })
        case .matrix(let series):
            return rows(
                series.flatMap { each in
                    each.timestamps.indices.map { index in
                        (
                            each.labels, Timestamp(milliseconds: each.timestamps[index]), value(each.sample(at: index))
                        )
                    }
                })
        }
    }

    private static func value(_ value: SampleValue) -> String {
        switch value {
        case .float(let number): GoFloat.string(number, .general)
        case .histogram(let histogram): histogram.description
        }
    }

    private static func rows(_ samples: [(Labels, Timestamp, String)]) -> String {
        var names: Set<String> = []
        var last: Labels?
        for sample in samples where sample.0 != last {
            last = sample.0
            for (name, _) in sample.0 { names.insert(name) }
        }
        let columns = names.sorted(by: Labels.less)
        var out = line(columns + ["time", "value"])
        for (labels, time, value) in samples {
            out += line(columns.map { labels.value(of: $0) } + [RFC3339.string(time), value])
        }
        return out
    }

    private static func line(_ cells: [String]) -> String {
        cells.map(cell).joined(separator: ",") + "\r\n"
    }

    private static func cell(_ text: String) -> String {
        let special: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D]
        guard text.utf8.contains(where: special.contains) else { return text }
        var quoted = "\""
        for character in text.unicodeScalars {
            if character == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "\""
    }
}
