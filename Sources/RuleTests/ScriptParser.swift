import Base
import PromQL
import RegularExpressions
import TimeSeries

/// Reads a script; a statement that cannot be read becomes one that fails, and the next one is read.
struct ScriptParser {
    /// What is wrong with a statement, and on which line.
    struct Failure: Error {
        var message: String
        var line: Int
    }

    /// One trimmed line.
    struct Line {
        var text: String
        var number: Int
    }

    private let lines: [Line]
    private var next = 0

    init(_ text: String) {
        lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated().map { index, line in
            let trimmed = Self.trimmed(Substring(line))
            return Line(text: trimmed.hasPrefix("#") ? "" : trimmed, number: index + 1)
        }
    }

    /// Reads all statements.
    static func parse(_ text: String, file: String) -> PromQLScript {
        var parser = ScriptParser(text)
        var statements: [PromQLScript.Statement] = []
        while let statement = parser.statement() { statements.append(statement) }
        return PromQLScript(file: file, statements: statements)
    }

    private mutating func statement() -> PromQLScript.Statement? {
        while next < lines.count, lines[next].text.isEmpty { next += 1 }
        guard next < lines.count else { return nil }
        let first = lines[next]
        next += 1
        let word = Self.words(first.text).first?.lowercased() ?? ""
        if word == "clear" { return .init(line: first.number, action: .clear) }
        do {
            if word.hasPrefix("load") { return .init(line: first.number, action: .load(try load(first))) }
            if word.hasPrefix("eval") { return .init(line: first.number, action: .eval(try eval(first))) }
            throw Failure(message: "expected clear, load or eval, found \"\(word)\"", line: first.number)
        } catch let failure as Failure {
            while next < lines.count, !lines[next].text.isEmpty { next += 1 }
            return .init(line: first.number, action: .unreadable(message: failure.message, line: failure.line))
        } catch {
            return .init(line: first.number, action: .unreadable(message: "\(error)", line: first.number))
        }
    }

    /// The next line of the statement, nil at its end.
    private mutating func nextLine() -> Line? {
        guard next < lines.count, !lines[next].text.isEmpty else { return nil }
        defer { next += 1 }
        return lines[next]
    }

    // MARK: load

    private mutating func load(_ first: Line) throws -> PromQLScript.Load {
        let words = Self.words(first.text)
        let keyword = words[0].lowercased()
        guard keyword == "load" || keyword == "load_with_nhcb" else {
            throw Failure(message: "expected load or load_with_nhcb, found \"\(words[0])\"", line: first.number)
        }
        guard words.count == 2, let step = PrometheusDuration.parse(words[1])?.milliseconds, step > 0 else {
            throw Failure(message: "load needs a step such as 5m", line: first.number)
        }
        var load = PromQLScript.Load(
            step: step, convertsClassicHistograms: keyword == "load_with_nhcb", series: [:], order: [])
        var pending: (labels: Labels, offsets: [Int64?])?
        while let line = nextLine() {
            let read = try series(line)
            switch read.content {
            case .startOffsets(let offsets):
                if pending != nil { throw Failure(message: "start timestamps without their series", line: line.number) }
                pending = (read.labels, offsets)
            case .values(let values):
                if let pending, pending.labels != read.labels {
                    throw Failure(
                        message: "start timestamps of \(pending.labels) are followed by \(read.labels)",
                        line: line.number)
                }
                if let pending, pending.offsets.count > values.count {
                    throw Failure(message: "more start timestamps than values", line: line.number)
                }
                if load.series[read.labels] == nil { load.order.append(read.labels) }
                load.series[read.labels] = .init(values: values, startOffsets: pending?.offsets ?? [])
                pending = nil
            }
        }
        if pending != nil { throw Failure(message: "start timestamps without their series", line: first.number) }
        return load
    }

    private func series(_ line: Line) throws -> SeriesLine {
        do {
            return try SeriesNotation.line(line.text)
        } catch {
            throw Failure(message: "column \(error.offset + 1): \(error.message)", line: line.number)
        }
    }

    // MARK: eval

    private mutating func eval(_ first: Line) throws -> PromQLScript.Eval {
        var rest = first.text[...]
        let keyword = Self.word(&rest).lowercased()
        let form = keyword == "eval" ? "" : String(keyword.dropFirst(5))
        guard keyword == "eval" || ["fail", "warn", "info", "ordered"].contains(form) else {
            throw Failure(message: "unknown statement \"\(keyword)\"", line: first.number)
        }
        let time = try evalTime(&rest, first)
        let text = String(rest)
        let expression: Expr
        do {
            expression = try PromQLParser.parse(text, options: .everything)
        } catch {
            throw Failure(message: "parse error: \(error)", line: first.number)
        }
        var eval = PromQLScript.Eval(text: text, expression: expression, time: time)
        switch form {
        case "fail": eval.failure = .any
        case "warn": eval.warnings = [.any]
        case "info": eval.infos = [.any]
        case "ordered": eval.isOrdered = true
        default: break
        }
        while let line = nextLine() {
            if try expectation(line, &eval, isOldFailure: form == "fail") { break }
        }
        try check(eval, first)
        return eval
    }

    private func evalTime(_ rest: inout Substring, _ line: Line) throws -> PromQLScript.Eval.Time {
        func expect(_ word: String) throws {
            let found = Self.word(&rest)
            guard found.lowercased() == word else {
                throw Failure(message: "expected \(word), found \"\(found)\"", line: line.number)
            }
        }
        func duration() throws -> Int64 {
            let word = Self.word(&rest)
            guard let value = Self.duration(word) else {
                throw Failure(message: "expected a time such as 5m, found \"\(word)\"", line: line.number)
            }
            return value
        }
        let kind = Self.word(&rest).lowercased()
        if kind == "instant" {
            try expect("at")
            return .instant(try duration())
        }
        guard kind == "range" else {
            throw Failure(message: "expected instant or range, found \"\(kind)\"", line: line.number)
        }
        try expect("from")
        let start = try duration()
        try expect("to")
        let end = try duration()
        try expect("step")
        let step = try duration()
        guard end >= start else { throw Failure(message: "the range ends before it starts", line: line.number) }
        guard step > 0 else { throw Failure(message: "the step must be above zero", line: line.number) }
        return .range(start: start, end: end, step: step)
    }

    /// Reads one line under an eval; says whether the eval ends with it.
    private func expectation(_ line: Line, _ eval: inout PromQLScript.Eval, isOldFailure: Bool) throws -> Bool {
        var rest = line.text[...]
        let first = Self.word(&rest)
        if first == "expect" {
            try ScriptExpectation.read(String(rest), line.number, &eval)
            return false
        }
        if isOldFailure, first == "expected_fail_message" {
            eval.failure = .exact(String(rest))
            return false
        }
        if isOldFailure, first == "expected_fail_regexp" {
            eval.failure = .regex(try ScriptExpectation.regex(String(rest), line.number))
            return false
        }
        if rest.isEmpty, let number = ScriptExpectation.scalar(first) {
            eval.scalar = number
            return true
        }
        let read = try series(line)
        guard case .values(let values) = read.content else {
            throw Failure(message: "a result has no start timestamps", line: line.number)
        }
        if eval.series.contains(where: { $0.labels == read.labels }) {
            throw Failure(message: "the result has \(read.labels) twice", line: line.number)
        }
        eval.series.append(.init(labels: read.labels, values: values, line: line.number))
        return false
    }

    private func check(_ eval: PromQLScript.Eval, _ first: Line) throws {
        func refuse(_ message: String, _ line: Int? = nil) -> Failure {
            Failure(message: message, line: line ?? first.number)
        }
        if eval.refusesWarnings, !eval.warnings.isEmpty {
            throw refuse("expect warn and expect no_warn exclude each other")
        }
        if eval.refusesInfos, !eval.infos.isEmpty { throw refuse("expect info and expect no_info exclude each other") }
        let isRange = if case .range = eval.time { true } else { false }
        if isRange, eval.isOrdered { throw refuse("expect ordered needs an instant query") }
        if isRange, eval.string != nil || eval.scalar != nil || eval.matrixTime != nil {
            throw refuse("a range query gives series only")
        }
        let kinds = [eval.string != nil, eval.scalar != nil, !eval.series.isEmpty].count { $0 }
        if kinds > 1 { throw refuse("a result cannot be a string, a scalar and series at once") }
        for series in eval.series {
            switch eval.matrixTime ?? eval.time {
            case .instant:
                if series.values.count != 1 {
                    throw refuse(
                        "expected exactly one value of an instant query, found \(series.values.count)", series.line)
                }
                if case .none = series.values[0] { throw refuse("expected a value of an instant query", series.line) }
            case .range(let start, let end, let step):
                if Int64(series.values.count) > (end - start) / step + 1 {
                    throw refuse("more values than the range has steps", series.line)
                }
            }
        }
    }

    // MARK: words

    /// A time or duration; nil when it is none.
    static func duration(_ text: String) -> Int64? { PrometheusDuration.parse(text)?.milliseconds }

    static func isSpace(_ character: Character) -> Bool { character.isWhitespace }

    static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, isSpace(first) { text.removeFirst() }
        while let last = text.last, isSpace(last) { text.removeLast() }
        return String(text)
    }

    static func words(_ text: String) -> [String] { text.split(whereSeparator: isSpace).map(String.init) }

    /// Takes the first word off, and the white space behind it.
    static func word(_ rest: inout Substring) -> String {
        let word = rest.prefix { !isSpace($0) }
        rest = rest[word.endIndex...].drop(while: isSpace)
        return String(word)
    }
}
